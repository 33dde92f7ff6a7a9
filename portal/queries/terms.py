"""By which terms an affiliate is paid today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from affiliates.models import Affiliate
from brands.models import Brand
from commissions.engine.plan import Component
from commissions.engine.readback import example, sentences
from commissions.models import Deal, Line, Plan, PlanVersion
from commissions.models.terms import AppliesTo
from commissions.queries.terms import components_of, profiles_of, version_terms
from ingestion.queries.kpis import count_kpis


@dataclass(frozen=True, slots=True)
class TermsToday:
    """One version of a plan in force, and for whom it is.

    `campaign` is empty when the plan holds for everything that no campaign's own deal covers. `since` is empty for the
    brand's default plan, which needs no deal. `registered_from` and `registered_through` are the days between which the
    version's customers registered, None where there is no such bound.
    """

    plan: str
    currency: str
    campaign: str
    since: date | None
    through: date | None
    version: int
    version_id: int
    version_from: date
    registered_from: date | None
    registered_through: date | None


@dataclass(frozen=True, slots=True)
class ComponentRead:
    """One component of a plan in plain sentences, with an example that its own terms compute."""

    name: str
    sentences: tuple[str, ...]
    example: str


def terms_today(*, brand: Brand, affiliate: Affiliate, today: date) -> tuple[TermsToday, ...]:
    """List what is in force for the affiliate today, the general plan first; none means that nothing is earned.

    Of a plan all versions that some customers still fall under are listed, the newest first.
    """
    deals = (
        Deal.objects.filter(brand=brand, affiliate=affiliate, starts_on__lte=today)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .select_related("plan", "campaign")
    )
    found: list[tuple[Plan, str, date | None, date | None]] = [
        (deal.plan, deal.campaign.name if deal.campaign else "", deal.starts_on, deal.ends_on)
        for deal in sorted(deals, key=lambda deal: deal.campaign.name if deal.campaign else "")
    ]
    if not any(campaign == "" for _, campaign, _, _ in found):
        found = [(plan, "", None, None) for plan in Plan.objects.filter(brand=brand, is_default=True)] + found
    return tuple(
        TermsToday(
            plan=plan.name,
            currency=plan.currency,
            campaign=campaign,
            since=since,
            through=through,
            version=version.number,
            version_id=version.pk,
            version_from=version.effective_from,
            registered_from=version.effective_from if version.applies_to == AppliesTo.NEW_CUSTOMERS else None,
            registered_through=registered_through,
        )
        for plan, campaign, since, through in found
        for version, registered_through in _versions_on(brand, plan, today)
    )


def _versions_on(brand: Brand, plan: Plan, today: date) -> Iterator[tuple[PlanVersion, date | None]]:
    """Give the versions back to the newest for all customers, each with the last day before a newer one takes over."""
    begun = PlanVersion.objects.filter(brand=brand, plan=plan, effective_from__lte=today)
    last_day = None
    for version in begun.order_by("-effective_from"):
        yield version, last_day
        if version.applies_to == AppliesTo.ALL:
            return
        last_day = version.effective_from - timedelta(days=1)


def read_back(*, brand: Brand, terms: TermsToday) -> tuple[ComponentRead, ...]:
    """Say in sentences what the version pays."""
    counts = count_kpis(brand=brand)
    return tuple(
        ComponentRead(
            component.name,
            tuple(sentences(component, terms.currency, counts=counts)),
            example(component, terms.currency, counts=counts),
        )
        for component in _components(brand, PlanVersion.objects.get(brand=brand, pk=terms.version_id))
    )


def line_component(*, brand: Brand, line: Line) -> Component | None:
    """Return the terms of the line's component, in the version that made the line."""
    components = _components(brand, line.version)
    return next((component for component in components if component.name == line.component.name), None)


def line_terms(*, brand: Brand, line: Line) -> tuple[str, ...]:
    """Say in sentences what the line's component pays."""
    component = line_component(brand=brand, line=line)
    return () if component is None else tuple(sentences(component, line.currency, counts=count_kpis(brand=brand)))


def _components(brand: Brand, version: PlanVersion) -> tuple[Component, ...]:
    stored = components_of(brand_id=brand.pk, versions=[version.pk]).get(version.pk, [])
    return version_terms(version=version, components=stored, profiles=profiles_of(brand_id=brand.pk)).components
