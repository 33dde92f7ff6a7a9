"""Promo codes: words customers type when registering."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from affiliates.models import PromoCode
from affiliates.services import change_promo_code, create_promo_code
from commissions.configuration.section import (
    Declared,
    Items,
    Scene,
    Section,
    campaign_of,
    each,
    keyed,
    optional_day,
    readers,
    reference,
    text,
)
from commissions.configuration.sections import affiliates, campaigns
from commissions.engine.terms.reading import Reader, TermsRefused


@dataclass(frozen=True, slots=True)
class Code:
    """One promo code; whose it is never changes. Upper and lower case are one, and the first day tells two apart."""

    code: str
    affiliate: str
    campaign: str | None
    starts_on: date | None
    ends_on: date | None

    @property
    def key(self) -> str:
        """Return what tells this promo code from others."""
        return self.code.casefold() + (f" {self.starts_on}" if self.starts_on else "")

    def plain(self) -> dict[str, Any]:
        """Return the code in the document's words; days that are open are not mentioned."""
        always = ("code", "affiliate", "campaign")
        return {name: value for name, value in asdict(self).items() if name in always or value is not None}


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of promo codes."""
    items: Items = {}
    for reader in readers(document, "promo_codes"):
        affiliate = reference(reader, "affiliate", declared.affiliates, "affiliate")
        code = Code(
            code=text(reader, "code", longest=50),
            affiliate=affiliate,
            campaign=campaign_of(reader, affiliate, declared),
            starts_on=optional_day(reader, "starts_on"),
            ends_on=optional_day(reader, "ends_on"),
        )
        reader.finish()
        if code.starts_on is not None and code.ends_on is not None and code.ends_on < code.starts_on:
            raise TermsRefused(reader.at("ends_on"), "is before starts_on")
        keyed(items, code.key, code, reader.path)
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return all promo codes."""
    rows = PromoCode.objects.filter(brand=scene.brand).values_list(
        "code", "affiliate__code", "campaign__code", "starts_on", "ends_on"
    )
    codes = [Code(*row) for row in rows]
    return {code.key: code for code in sorted(codes, key=lambda code: code.key)}


def add(item: Code, scene: Scene) -> None:
    """Create the promo code."""
    create_promo_code(
        affiliate=affiliates.find(item.affiliate, scene),
        campaign=campaigns.find(item.campaign, scene),
        code=item.code,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        by=scene.by,
        now=scene.now,
    )


def change(before: Code, after: Code, scene: Scene) -> None:
    """Change the promo code's last day."""
    if (before.code, before.affiliate, before.campaign) != (after.code, after.affiliate, after.campaign):
        raise TermsRefused(f"promo_codes {after.code}", "whose it is and how it is written never changes")
    promo_code = PromoCode.objects.get(brand=scene.brand, code=after.code, starts_on=after.starts_on)
    change_promo_code(
        promo_code=promo_code, starts_on=after.starts_on, ends_on=after.ends_on, by=scene.by, now=scene.now
    )


SECTION = Section("promo_codes", read, stored, each(add), change, changes_first=True)
