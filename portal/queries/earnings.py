"""What an affiliate earned: lines by month, plan and component. Different currencies are never added."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, Q, QuerySet, Sum, When

from affiliates.models import Affiliate
from brands.models import Brand
from commissions.models import ClosedPeriod, Line
from commissions.models.ledger import LineState
from track360.lib.periods import Period


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in its currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class MonthEarned:
    """What the lines of one month add up to, by currency."""

    period: Period
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What one component of one plan's version brought in a month."""

    plan: str
    version: int
    component: str
    component_id: int
    kind: str
    lines: int
    adjustments: int
    total: Money


@dataclass(frozen=True, slots=True)
class Report:
    """One month's commission: what each component brought, and the totals by currency."""

    period: Period
    is_closed: bool
    shares: tuple[Share, ...]
    totals: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as it stands in a list."""

    key: str
    period: Period
    source_period: Period
    plan: str
    version: int
    component: str
    customer_id: int | None
    customer_key: str
    money: Money
    available_on: date
    is_posted: bool
    is_held: bool
    reason: str

    @property
    def is_adjustment(self) -> bool:
        return self.period != self.source_period


def lines_of(*, brand: Brand, affiliate: Affiliate) -> QuerySet[Line]:
    """Give all lines of the affiliate; what everything below begins with."""
    return Line.objects.filter(brand=brand, affiliate=affiliate)


def earned_by_month(*, brand: Brand, affiliate: Affiliate, first: Period, last: Period) -> tuple[MonthEarned, ...]:
    """Sum the lines of each month from first to last; months without any are there, empty."""
    sums = (
        lines_of(brand=brand, affiliate=affiliate)
        .filter(period__range=(str(first), str(last)))
        .values_list("period", "currency")
        .annotate(total=Sum("amount"))
        .order_by("period", "currency")
    )
    by_month: dict[str, list[Money]] = defaultdict(list)
    for period, currency, total in sums:
        by_month[period].append(Money(total, currency))
    return tuple(MonthEarned(period, tuple(by_month[str(period)])) for period in first.through(last))


def months_with_lines(*, brand: Brand, affiliate: Affiliate, current: Period) -> tuple[Period, ...]:
    """List the months a report can be opened for, the newest first; the current one always."""
    found = lines_of(brand=brand, affiliate=affiliate).values_list("period", flat=True).distinct()
    return tuple(sorted({Period.parse(period) for period in found} | {current}, reverse=True))


def report(*, brand: Brand, affiliate: Affiliate, period: Period) -> Report:
    """Sum one month's lines by plan, version and component."""
    rows = (
        lines_of(brand=brand, affiliate=affiliate)
        .filter(period=str(period))
        .values_list("plan__name", "version__number", "component__name", "component_id", "component__kind", "currency")
        .annotate(
            total=Sum("amount"),
            lines=Count("id"),
            adjustments=Count("id", filter=~Q(source_period=str(period))),
        )
        .order_by("plan__name", "version__number", "component__position", "currency")
    )
    shares = tuple(
        Share(plan, version, component, component_id, kind, lines, adjustments, Money(total, currency))
        for plan, version, component, component_id, kind, currency, total, lines, adjustments in rows
    )
    return Report(
        period=period,
        is_closed=ClosedPeriod.objects.filter(brand=brand, period=str(period)).exists(),
        shares=shares,
        totals=added(tuple(share.total for share in shares)),
    )


def added(amounts: tuple[Money, ...]) -> tuple[Money, ...]:
    """Add what is of one currency; the answer has one amount for each."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for money in amounts:
        sums[money.currency] += money.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))


def total(months: Iterable[MonthEarned]) -> tuple[Money, ...]:
    """Add the commission of several months, each currency by itself."""
    return added(tuple(money for month in months for money in month.money))


def in_reading_order(lines: QuerySet[Line]) -> QuerySet[Line]:
    """Order lines as people read them.

    The newest month first, in it lines of all customers together before those of one, then by plan and component,
    larger amounts first.
    """
    return lines.select_related("plan", "version", "component", "customer").order_by(
        "-period",
        Case(When(customer__isnull=True, then=0), default=1),
        "plan__name",
        "version__number",
        "component__position",
        "-amount",
        "key",
    )


def row(line: Line) -> LineRow:
    """Give what a list shows of a line."""
    return LineRow(
        key=line.key,
        period=Period.parse(line.period),
        source_period=Period.parse(line.source_period),
        plan=line.plan.name,
        version=line.version.number,
        component=line.component.name,
        customer_id=line.customer_id,
        customer_key=line.customer.key if line.customer else "",
        money=Money(line.amount, line.currency),
        available_on=line.available_on,
        is_posted=line.state == LineState.POSTED,
        is_held=line.state == LineState.HELD,
        reason=line.reason or "",
    )
