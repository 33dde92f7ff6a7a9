"""Customers on whom nothing is earned."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from commissions.configuration.section import Declared, Items, Scene, Section, choice, day, each, keyed, readers, text
from commissions.engine.terms.reading import Reader
from commissions.models import Exclusion
from commissions.models.terms import ExclusionReason
from commissions.services import exclude_customer, lift_exclusion
from ingestion.services.customers import await_customer


@dataclass(frozen=True, slots=True)
class StatedExclusion:
    """One reason why nothing is earned on one customer."""

    customer: str
    reason: str
    from_day: date

    @property
    def key(self) -> str:
        """Return what tells this exclusion from others."""
        return f"{self.customer} {self.reason}"

    def plain(self) -> dict[str, Any]:
        """Return the exclusion in the document's words."""
        return {"customer": self.customer, "reason": self.reason, "from": self.from_day}


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of exclusions."""
    items: Items = {}
    for reader in readers(document, "exclusions"):
        exclusion = StatedExclusion(
            customer=text(reader, "customer", longest=200),
            reason=choice(reader, "reason", ExclusionReason.values),
            from_day=day(reader, "from"),
        )
        reader.finish()
        keyed(items, exclusion.key, exclusion, reader.path)
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return the exclusions in force."""
    rows = Exclusion.objects.filter(brand=scene.brand, lifted_at__isnull=True).values_list(
        "customer__key", "reason", "from_day"
    )
    exclusions = [StatedExclusion(*row) for row in rows]
    return {exclusion.key: exclusion for exclusion in sorted(exclusions, key=lambda exclusion: exclusion.key)}


def add(item: StatedExclusion, scene: Scene) -> None:
    """Exclude the customer, also one who has not been reported yet."""
    customer = await_customer(brand=scene.brand, key=item.customer)
    exclude_customer(customer=customer, reason=item.reason, from_day=item.from_day, by=scene.by, now=scene.now)


def change(before: StatedExclusion, after: StatedExclusion, scene: Scene) -> None:
    """Let the exclusion begin on another day."""
    exclusion = Exclusion.objects.get(
        brand=scene.brand, customer__key=before.customer, reason=before.reason, lifted_at__isnull=True
    )
    lift_exclusion(exclusion=exclusion, by=scene.by, now=scene.now)
    add(after, scene)


SECTION = Section("exclusions", read, stored, each(add), change)
