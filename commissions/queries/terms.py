"""Terms as the engine reads them: plans with their versions, deals, and the days on which affiliates earn."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from django.db.models import F

from affiliates.models import AffiliateStatus, Status
from brands.models import Brand
from commissions.engine import book
from commissions.engine.plan import AppliesTo, Hybrid, Profile, Version
from commissions.engine.plan import Plan as Terms
from commissions.engine.terms import parse_component, parse_profile
from commissions.models import Component, Deal, Plan, PlanVersion, RevenueProfile
from ingestion.models import Kpi
from ingestion.rules.standard import KPIS

EARNING = (Status.ACTIVE, Status.SUSPENDED)  # commissions.md 12


def kpi_names(*, brand: Brand) -> frozenset[str]:
    """Return the names of a brand's KPIs: those of its vertical and its own."""
    own = Kpi.objects.filter(brand_id=brand.id).values_list("name", flat=True)
    return frozenset({kpi.name for kpi in KPIS[brand.vertical]} | set(own))


def profiles_of(*, brand_id: int) -> dict[str, Profile]:
    """Return a brand's revenue profiles by name."""
    rows = RevenueProfile.objects.filter(brand_id=brand_id).values_list("name", "steps")
    return {name: parse_profile(name, steps) for name, steps in rows}


def terms_of(*, brand_id: int, plans: Iterable[Plan]) -> dict[int, Terms]:
    """Return these plans with all their versions, by number; plans without any version are left out."""
    wanted = {plan.id: plan for plan in plans}
    profiles = profiles_of(brand_id=brand_id)
    versions = list(PlanVersion.objects.filter(brand_id=brand_id, plan_id__in=wanted).order_by("plan_id", "number"))
    components = components_of(brand_id=brand_id, versions=[version.id for version in versions])
    parsed: dict[int, list[Version]] = {}
    for version in versions:
        parsed.setdefault(version.plan_id, []).append(
            version_terms(version=version, components=components.get(version.id, ()), profiles=profiles)
        )
    return {
        number: Terms(
            number=number,
            name=wanted[number].name,
            currency=wanted[number].currency,
            versions=tuple(versions),
            hybrid=Hybrid(wanted[number].hybrid),
            offset_cpa=wanted[number].offset_cpa,
        )
        for number, versions in parsed.items()
    }


def version_terms(*, version: PlanVersion, components: Iterable[Component], profiles: Mapping[str, Profile]) -> Version:
    """Return one stored version as the engine reads it."""
    return Version(
        number=version.number,
        effective_from=version.effective_from,
        applies_to=AppliesTo(version.applies_to),
        components=tuple(
            parse_component(component.name, component.kind, component.terms, profiles=profiles)
            for component in components
        ),
    )


def components_of(*, brand_id: int, versions: Collection[int]) -> dict[int, list[Component]]:
    """Return the components of versions, in their order, by version."""
    found: dict[int, list[Component]] = {}
    for component in Component.objects.filter(brand_id=brand_id, version_id__in=versions).order_by("position"):
        found.setdefault(component.version_id, []).append(component)
    return found


def deals_of(*, brand_id: int, affiliates: Collection[int]) -> dict[int, tuple[book.Deal, ...]]:
    """Return all deals of affiliates, by affiliate; one without any has an empty tuple."""
    found: dict[int, list[book.Deal]] = {affiliate: [] for affiliate in affiliates}
    for affiliate, plan, campaign, starts_on, ends_on in (
        Deal.objects.filter(brand_id=brand_id, affiliate_id__in=affiliates)
        .order_by("id")
        .values_list("affiliate_id", "plan_id", "campaign_id", "starts_on", "ends_on")
    ):
        found[affiliate].append(book.Deal(plan, campaign, starts_on, ends_on))
    return {affiliate: tuple(deals) for affiliate, deals in found.items()}


def earning_days_of(*, brand_id: int, affiliates: Collection[int]) -> dict[int, tuple[book.Days, ...]]:
    """Return the days on which affiliates earn, by affiliate; days before the first status have the first one."""
    statuses: dict[int, list[tuple[date | None, str]]] = {affiliate: [] for affiliate in affiliates}
    for affiliate, from_day, status in (
        AffiliateStatus.objects.filter(brand_id=brand_id, affiliate_id__in=affiliates)
        .order_by(F("from_day").asc(nulls_first=True))
        .values_list("affiliate_id", "from_day", "status")
    ):
        statuses[affiliate].append((from_day, status))
    return {affiliate: tuple(_earning(history)) for affiliate, history in statuses.items()}


def _earning(history: list[tuple[date | None, str]]) -> Iterable[book.Days]:
    for place, (from_day, status) in enumerate(history):
        until = history[place + 1][0] if place + 1 < len(history) else None
        if status in EARNING:
            yield book.Days(
                first=None if place == 0 else from_day, last=None if until is None else until - timedelta(days=1)
            )


def default_plan_of(*, brand_id: int) -> int | None:
    """Return the number of the plan for affiliates without a deal."""
    return Plan.objects.filter(brand_id=brand_id, is_default=True).values_list("id", flat=True).first()
