"""By which terms an affiliate is paid today."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from affiliates.models import Affiliate
from brands.models import Brand
from commissions.engine.plan import Component
from commissions.engine.readback import example, sentences
from commissions.models import Deal, Line, Plan, PlanVersion
from commissions.queries.terms import components_of, profiles_of, version_terms


@dataclass(frozen=True, slots=True)
class TermsToday:
    """One plan in force and the version of it that new activity falls under.

    `campaign` is empty when the plan holds for everything that no campaign's own deal covers. `since` is empty for the
    brand's default plan, which needs no deal.
    """

    plan: str
    currency: str
    campaign: str
    since: date | None
    through: date | None
    version: int
    version_id: int
    version_from: date


@dataclass(frozen=True, slots=True)
class ComponentRead:
    """One component of a plan in plain sentences, with an example that its own terms compute."""

    name: str
    sentences: tuple[str, ...]
    example: str


def terms_today(*, brand: Brand, affiliate: Affiliate, today: date) -> tuple[TermsToday, ...]:
    """List the plans in force for the affiliate today, the general one first; none means that nothing is earned."""
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
        )
        for plan, campaign, since, through in found
        if (version := _version_on(brand, plan, today)) is not None
    )


def _version_on(brand: Brand, plan: Plan, today: date) -> PlanVersion | None:
    return (
        PlanVersion.objects.filter(brand=brand, plan=plan, effective_from__lte=today)
        .order_by("-effective_from")
        .first()
    )


def read_back(*, brand: Brand, terms: TermsToday) -> tuple[ComponentRead, ...]:
    """Say in sentences what the version in force pays."""
    return tuple(
        ComponentRead(component.name, tuple(sentences(component, terms.currency)), example(component, terms.currency))
        for component in _components(brand, PlanVersion.objects.get(brand=brand, pk=terms.version_id))
    )


def line_terms(*, brand: Brand, line: Line) -> tuple[str, ...]:
    """Say in sentences what the line's component pays, in the version that made the line."""
    for component in _components(brand, line.version):
        if component.name == line.component.name:
            return tuple(sentences(component, line.currency))
    return ()


def _components(brand: Brand, version: PlanVersion) -> tuple[Component, ...]:
    stored = components_of(brand_id=brand.pk, versions=[version.pk]).get(version.pk, [])
    return version_terms(version=version, components=stored, profiles=profiles_of(brand_id=brand.pk)).components
