"""Reading tiers (commissions.md 5)."""

from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum

from commissions.engine.plan import Apply, Band, Metric, MetricName, Tiers, Window
from commissions.engine.terms.reading import Reader, TermsRefused, known_kpi, read_fraction, read_number

FOR_CPA = (MetricName.QUALIFIED, MetricName.FIRST_DEPOSITS, MetricName.ACTIVE_CUSTOMERS)
WITH_KPI = (MetricName.SUM, MetricName.COUNT)


class Pays(StrEnum):
    """What the values of the bands are."""

    AMOUNTS = "amounts"
    RATES = "rates"


def parse_tiers(value: object, path: str, *, pays: Pays, kpis: Collection[str] | None) -> Tiers:
    """Read tiers whose bands are amounts (of a cpa) or rates (of a share).

    Raises TermsRefused with the path of what is wrong.
    """
    reader = Reader(value, path)
    metric = _metric(reader, pays, kpis)
    window = reader.choice("window", Window, Window.PERIOD)
    apply = reader.choice("apply", Apply, Apply.WHOLE)
    if apply is Apply.MARGINAL:
        _check_marginal(reader, metric, window, pays)
    bands = _bands(reader, pays)
    reader.finish()
    return Tiers(metric=metric, window=window, apply=apply, bands=bands)


def _metric(reader: Reader, pays: Pays, kpis: Collection[str] | None) -> Metric:
    path = reader.at("metric")
    if not reader.has("metric"):
        reader.value("metric")
        return Metric(MetricName.QUALIFIED if pays is Pays.AMOUNTS else MetricName.BASE)
    text = reader.text("metric")
    name, _, kpi = text.partition(":")
    names = [str(name) for name in MetricName]
    if name not in names or bool(kpi) != (name in [str(with_kpi) for with_kpi in WITH_KPI]):
        simple = ", ".join(str(name) for name in MetricName if name not in WITH_KPI)
        raise TermsRefused(path, f"must be one of {simple}, sum:<KPI> or count:<KPI>")
    if pays is Pays.AMOUNTS and MetricName(name) not in FOR_CPA:
        raise TermsRefused(path, f"the tiers of a cpa count customers: {', '.join(FOR_CPA)}")
    return Metric(MetricName(name), known_kpi(kpi, kpis, path) if kpi else "")


def _check_marginal(reader: Reader, metric: Metric, window: Window, pays: Pays) -> None:
    sliced = MetricName.QUALIFIED if pays is Pays.AMOUNTS else MetricName.BASE
    if metric.name is not sliced:
        raise TermsRefused(reader.at("apply"), f"marginal slices the figure that is paid: the metric must be {sliced}")
    if window is not Window.PERIOD:
        raise TermsRefused(reader.at("window"), "marginal slices the period's own figure: the window must be period")


def _bands(reader: Reader, pays: Pays) -> tuple[Band, ...]:
    bands: list[Band] = []
    for item, path in reader.items("bands"):
        if not isinstance(item, list | tuple) or len(item) != 2:
            raise TermsRefused(path, 'must be a pair of lower bound and value, such as ["10000", "0.30"]')
        bound = read_number(item[0], f"{path}[0]", minimum=Decimal(0))
        value = read_fraction(item[1], f"{path}[1]") if pays is Pays.RATES else read_number(item[1], f"{path}[1]")
        if bands and bound <= bands[-1].bound:
            raise TermsRefused(f"{path}[0]", "lower bounds must rise from band to band")
        bands.append(Band(bound=bound, value=value))
    return tuple(bands)
