"""Promo codes: words customers type when registering."""

from dataclasses import asdict, dataclass
from typing import Any

from affiliates.models import PromoCode
from affiliates.services import create_promo_code
from commissions.configuration.section import (
    Declared,
    Items,
    Scene,
    Section,
    campaign_of,
    each,
    keyed,
    readers,
    reference,
    text,
)
from commissions.configuration.sections import affiliates, campaigns
from commissions.engine.terms.reading import Reader, TermsRefused


@dataclass(frozen=True, slots=True)
class Code:
    """One promo code; whose it is never changes. Upper and lower case are one code."""

    code: str
    affiliate: str
    campaign: str | None

    def plain(self) -> dict[str, Any]:
        """Return the code in the document's words."""
        return asdict(self)


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of promo codes."""
    items: Items = {}
    for reader in readers(document, "promo_codes"):
        affiliate = reference(reader, "affiliate", declared.affiliates, "affiliate")
        code = Code(
            code=text(reader, "code", longest=50),
            affiliate=affiliate,
            campaign=campaign_of(reader, affiliate, declared),
        )
        reader.finish()
        keyed(items, code.code.casefold(), code, reader.path)
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return all promo codes."""
    rows = PromoCode.objects.filter(brand=scene.brand).values_list(
        "folded", "code", "affiliate__code", "campaign__code"
    )
    return {folded: Code(*row) for folded, *row in sorted(rows, key=lambda row: row[0])}


def add(item: Code, scene: Scene) -> None:
    """Create the promo code."""
    create_promo_code(
        affiliate=affiliates.find(item.affiliate, scene),
        campaign=campaigns.find(item.campaign, scene),
        code=item.code,
        by=scene.by,
        now=scene.now,
    )


def change(before: Code, after: Code, scene: Scene) -> None:
    """Refuse: customers have typed the code."""
    raise TermsRefused(f"promo_codes {after.code}", "a promo code never changes")


SECTION = Section("promo_codes", read, stored, each(add), change)
