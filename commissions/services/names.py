"""Names that terms are written in: a KPI that they name stays, and it and a revenue profile are told apart."""

from collections.abc import Iterator, Sequence

from brands.models import Brand
from commissions.engine import profile
from commissions.engine.measures import kpis_happening, kpis_measured
from commissions.engine.plan import Component, Cpa, RevShare
from commissions.engine.seeing import own_kpis
from commissions.models import Plan, RevenueProfile
from commissions.queries.terms import profiles_of, terms_of
from commissions.services.locks import share_periods
from ingestion.models import Kpi
from ingestion.rules.names import fold
from ingestion.services import Change, DeleteKpi, SaveKpi
from track360.lib.problems import Conflict


class KpiInUse(Conflict):
    """Plans or revenue profiles name the KPI, so it stays. Delete what names it first, where no line refers to that."""

    code = "kpi_in_use"


class KpiNameTaken(Conflict):
    """The brand has a revenue profile of this name. Choose another one for the KPI."""

    code = "kpi_name_taken"


def guard_names(*, brand: Brand, changes: Sequence[Change], writes: bool) -> None:
    """Refuse to delete KPIs that plans or profiles name, and new ones with the name of a profile.

    With `writes` terms do not change until commit. Raises KpiInUse, KpiNameTaken.
    """
    deleted = {fold(change.name) for change in changes if isinstance(change, DeleteKpi)}
    saved = {fold(change.name): change.name for change in changes if isinstance(change, SaveKpi)}
    if not deleted and not saved:
        return
    if writes:
        share_periods(brand_id=brand.id)
    known = set(Kpi.objects.filter(brand=brand, folded__in={*deleted, *saved}).values_list("folded", flat=True))
    if deleted & known:
        for kpi, where in _named(brand):
            if fold(kpi) in deleted & known:
                raise KpiInUse(f"{where} names {kpi}, so it stays. Delete that first, where no line refers to it.")
    new = [name for folded, name in saved.items() if folded not in known]
    taken = RevenueProfile.objects.filter(brand=brand, name__in=new).order_by("name")
    for name in taken.values_list("name", flat=True):
        raise KpiNameTaken(f"A revenue profile is called {name}. Choose another name for the KPI.")


def _named(brand: Brand) -> Iterator[tuple[str, str]]:
    """Give each KPI that terms name, with where they do."""
    plans = Plan.objects.filter(brand=brand).order_by("name")
    for plan in terms_of(brand_id=brand.id, plans=plans).values():
        for version in plan.versions:
            for component in version.components:
                for kpi in sorted(_kpis(component)):
                    yield kpi, f"{component.name} of {plan.name}, version {version.number},"
    for name, steps in sorted(profiles_of(brand_id=brand.id).items()):
        for kpi in sorted(profile.kpis(steps)):
            yield kpi, f"The revenue profile {name}"


def _kpis(component: Component) -> frozenset[str]:
    match component:
        case Cpa():
            return kpis_measured(component) | kpis_happening(component)
        case RevShare():
            return own_kpis(component)
