"""What an affiliate's traffic did in a span: clicks, registrations, first deposits and the vertical's own figures."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from affiliates.models import Affiliate
from attribution.models import AffiliateDay
from brands.models import Brand
from brands.models.brand import Vertical
from portal.queries.exchange import Exchange, exchange_into
from portal.spans import Span
from track360.lib.money import ZERO, exactly
from track360.lib.periods import Period


@dataclass(frozen=True, slots=True)
class Metric:
    """A KPI as the portal shows it."""

    kpi: str
    label: str
    is_money: bool = False


COUNTED = (Metric("Clicks", "Clicks"), Metric("Registrations", "Registrations"))
FIRST_DEPOSITS = Metric("FirstDeposits", "First deposits")
# Who buys challenges deposits nothing.
METRICS = {
    Vertical.IGAMING: (*COUNTED, FIRST_DEPOSITS, Metric("NGR", "Net revenue (NGR)", is_money=True)),
    Vertical.FOREX: (
        *COUNTED,
        FIRST_DEPOSITS,
        Metric("Lots", "Lots"),
        Metric("SpreadRevenue", "Spread revenue", is_money=True),
    ),
    Vertical.PROP_TRADING: (*COUNTED, Metric("ChallengePurchase", "Challenges sold", is_money=True)),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum: a count, or money in the brand's reporting currency.

    `apart` are sums in currencies for which no rate is known; they are shown beside it, never added to it.
    """

    amount: Decimal = ZERO
    apart: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One day or month on the way through a span."""

    day: date
    figure: Figure


@dataclass(frozen=True, slots=True)
class Series:
    """One metric through a span, and in the span before. `change` is in percent, None without a divisor."""

    metric: Metric
    total: Figure
    before: Figure
    steps: tuple[Step, ...]
    steps_before: tuple[Step, ...]

    @property
    def change(self) -> Decimal | None:
        if self.before.amount <= 0 or self.total.apart or self.before.apart:
            return None
        with exactly():
            return (self.total.amount - self.before.amount) * 100 / self.before.amount


Part = tuple[str, Decimal, Decimal | None]  # currency, sum, and what it is worth where a rate is known


@dataclass(frozen=True, slots=True)
class Performance:
    """All metrics of an affiliate in a span; money is in `currency`, each day at its own rate."""

    span: Span
    currency: str
    series: tuple[Series, ...]

    @property
    def is_empty(self) -> bool:
        return all(not one.total.amount and not one.total.apart for one in self.series)

    def rows(self) -> list[tuple[date, list[tuple[Metric, Figure]]]]:
        """Give the steps across, one row for each day or month on which anything happened, newest first."""
        return [
            (steps[0].day, [(one.metric, step.figure) for one, step in zip(self.series, steps, strict=True)])
            for steps in reversed(list(zip(*(one.steps for one in self.series), strict=True)))
            if any(step.figure != Figure() for step in steps)
        ]


def performance(*, brand: Brand, affiliate: Affiliate, span: Span) -> Performance:
    """Sum the affiliate's days of the span and of the one before it, by day or by month as the span is shown."""
    metrics = METRICS[Vertical(brand.vertical)]
    before = span.before
    days = (
        AffiliateDay.objects.filter(
            brand=brand,
            affiliate=affiliate,
            kpi__in=[metric.kpi for metric in metrics],
            day__range=(before.first_day, span.last_day),
        )
        .values_list("kpi", "day", "currency")
        .annotate(total=Sum("amount"))
    )
    sums: dict[str, list[tuple[date, str, Decimal]]] = defaultdict(list)
    currencies: set[str] = set()
    for kpi, day, currency, total in days:
        sums[kpi].append((day, currency, total))
        currencies.add(currency)
    exchange = exchange_into(
        brand=brand,
        target=brand.reporting_currency,
        currencies=currencies - {""},
        first=before.first_day,
        last=span.last_day,
    )
    with exactly():
        series = tuple(_series(metric, sums[metric.kpi], span, exchange) for metric in metrics)
    return Performance(span=span, currency=brand.reporting_currency, series=series)


def _series(metric: Metric, sums: list[tuple[date, str, Decimal]], span: Span, exchange: Exchange) -> Series:
    by_day: dict[date, list[Part]] = defaultdict(list)
    for day, currency, total in sums:
        worth = exchange(total, currency, day) if metric.is_money else total
        by_day[day].append((currency, total, worth))
    steps, steps_before = _steps(by_day, span), _steps(by_day, span.before)
    return Series(
        metric=metric,
        total=_added(step.figure for step in steps),
        before=_added(step.figure for step in steps_before),
        steps=steps,
        steps_before=steps_before,
    )


def _steps(by_day: Mapping[date, Sequence[Part]], span: Span) -> tuple[Step, ...]:
    if span.by_day:
        return tuple(Step(day, _figure(by_day.get(day, ()))) for day in span.days())
    by_month: dict[Period, list[Figure]] = {period: [] for period in span.periods()}
    for day, parts in by_day.items():
        if span.first_day <= day <= span.last_day:
            by_month[Period.of(day)].append(_figure(parts))
    return tuple(Step(period.first_day, _added(figures)) for period, figures in by_month.items())


def _figure(parts: Sequence[Part]) -> Figure:
    amount = sum((worth for _, _, worth in parts if worth is not None), ZERO)
    return Figure(amount, tuple(sorted((currency, total) for currency, total, worth in parts if worth is None)))


def _added(figures: Iterable[Figure]) -> Figure:
    amount, apart = ZERO, defaultdict[str, Decimal](Decimal)
    for figure in figures:
        amount += figure.amount
        for currency, total in figure.apart:
            apart[currency] += total
    return Figure(amount, tuple(sorted(apart.items())))
