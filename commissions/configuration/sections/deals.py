"""Deals: which plan an affiliate has, from which day, for which campaign."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from commissions.configuration.section import (
    Declared,
    Items,
    Scene,
    Section,
    campaign_of,
    day,
    each,
    keyed,
    optional_day,
    readers,
    reference,
)
from commissions.configuration.sections import affiliates, campaigns
from commissions.engine.terms.reading import Reader, TermsRefused
from commissions.models import Deal, Plan
from commissions.services import change_deal, create_deal


@dataclass(frozen=True, slots=True)
class StatedDeal:
    """One deal; affiliate, campaign and first day tell it from others."""

    affiliate: str
    plan: str
    campaign: str | None
    starts_on: date
    ends_on: date | None

    @property
    def key(self) -> str:
        """Return what tells this deal from others."""
        return f"{self.affiliate} {self.campaign or '*'} {self.starts_on}"

    def plain(self) -> dict[str, Any]:
        """Return the deal in the document's words."""
        return asdict(self)


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of deals."""
    items: Items = {}
    for reader in readers(document, "deals"):
        affiliate = reference(reader, "affiliate", declared.affiliates, "affiliate")
        deal = StatedDeal(
            affiliate=affiliate,
            plan=reference(reader, "plan", declared.plans, "plan"),
            campaign=campaign_of(reader, affiliate, declared),
            starts_on=day(reader, "starts_on"),
            ends_on=optional_day(reader, "ends_on"),
        )
        reader.finish()
        if deal.ends_on is not None and deal.ends_on < deal.starts_on:
            raise TermsRefused(reader.at("ends_on"), "is before starts_on")
        keyed(items, deal.key, deal, reader.path)
    return dict(sorted(items.items()))


def stored(scene: Scene) -> Items:
    """Return all deals."""
    rows = Deal.objects.filter(brand=scene.brand).values_list(
        "affiliate__code", "plan__name", "campaign__code", "starts_on", "ends_on"
    )
    deals = [StatedDeal(*row) for row in rows]
    return {deal.key: deal for deal in sorted(deals, key=lambda deal: deal.key)}


def add(item: StatedDeal, scene: Scene) -> None:
    """Give the affiliate the plan."""
    create_deal(
        affiliate=affiliates.find(item.affiliate, scene),
        plan=Plan.objects.get(brand=scene.brand, name=item.plan),
        campaign=campaigns.find(item.campaign, scene),
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        by=scene.by,
        now=scene.now,
    )


def change(before: StatedDeal, after: StatedDeal, scene: Scene) -> None:
    """Change the deal's plan or last day."""
    deal = Deal.objects.get(
        brand=scene.brand,
        affiliate=affiliates.find(after.affiliate, scene),
        campaign=campaigns.find(after.campaign, scene),
        starts_on=after.starts_on,
    )
    plan = Plan.objects.get(brand=scene.brand, name=after.plan)
    change_deal(deal=deal, plan=plan, starts_on=after.starts_on, ends_on=after.ends_on, by=scene.by, now=scene.now)


SECTION = Section("deals", read, stored, each(add), change, changes_first=True)
