"""Terms in plain sentences."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from commissions.engine.measures import leaves
from commissions.engine.plan import (
    NO_PRODUCT,
    RUNNING,
    AllOf,
    AllowNegative,
    AmountCap,
    Anchor,
    AnyOf,
    Apply,
    AtLeast,
    CappedCarry,
    CarryUnit,
    Component,
    Condition,
    CountCap,
    Cpa,
    ExpiringCarry,
    FixedPay,
    FullCarry,
    Measure,
    MeasureName,
    MetricName,
    Netting,
    NoCarry,
    PercentPay,
    Profile,
    RevShare,
    Subtract,
    SubtractPercent,
    Sum,
    Tiers,
    TriggerName,
    Window,
)
from commissions.engine.profile import FLOORED
from track360.lib.countries import country_name
from track360.lib.money import plain

FINELY = "How finely the brand reports decides this: it counts records, and looks at the first of them."


@dataclass(frozen=True, slots=True)
class Units:
    """In what figures are written: the plan's currency, but for the KPIs that are no money."""

    currency: str
    counts: Collection[str] = ()

    def of_kpi(self, amount: Decimal, kpi: str) -> str:
        """Write what a KPI comes to."""
        return grouped(amount) if kpi in self.counts else money(amount, self.currency)


def sentences(component: Component, currency: str, *, counts: Collection[str] = ()) -> list[str]:
    """Say what a component pays, for whom and when, one sentence an item; amounts are in the plan's currency.

    `counts` are the brand's KPIs that are no money.
    """
    units = Units(currency, counts)
    match component:
        case Cpa():
            return list(_cpa(component, units))
        case RevShare():
            return list(_revshare(component, units))
        case _:
            assert_never(component)


# --- cpa ------------------------------------------------------------------------------------------------------------


def _cpa(terms: Cpa, units: Units) -> Iterator[str]:
    yield f"Pays once for each customer {_happened(terms)}: {_cpa_pay(terms.pay, units)}."
    if isinstance(terms.pay, FixedPay) and terms.pay.by_country:
        countries = ", ".join(
            f"{money(amount, units.currency)} in {country_name(country)}" for country, amount in terms.pay.by_country
        )
        yield f"Instead it pays {countries}."
    if terms.conditions is not None:
        yield f"He qualifies on the first day on which {_condition(terms.conditions, units)}."
        yield "Each day is looked at once, with all it brought; later withdrawals change nothing, reversals do."
    if terms.within_days is not None:
        yield f"That day is at most {days(terms.within_days)} after his registration."
    if _counts_records(terms):
        yield FINELY
    match terms.cap:
        case CountCap(count=count):
            yield f"At most {count:,} customers are paid in a month, the earliest first."
        case AmountCap(amount=amount):
            yield f"At most {money(amount, units.currency)} are paid in a month, the earliest customers first."
        case None:
            pass
        case _:
            assert_never(terms.cap)
    if terms.hold_days:
        yield f"The amount is available {days(terms.hold_days)} after he qualified."
    if terms.anchor is Anchor.ACTIVITY:
        yield "The terms, and whose customer he is, are those of the day it happened."
    else:
        yield "The terms, and whose customer he is, are those of the day he registered."


def _happened(terms: Cpa) -> str:
    match terms.trigger.name:
        case TriggerName.FIRST_DEPOSIT:
            return "who makes his first deposit"
        case TriggerName.REGISTRATION:
            return "who registers"
        case TriggerName.FIRST:
            return f"with a first {terms.trigger.kpi}"
        case _:
            assert_never(terms.trigger.name)


def _cpa_pay(pay: FixedPay | PercentPay | Tiers, units: Units) -> str:
    match pay:
        case FixedPay(amount=amount):
            return money(amount, units.currency)
        case PercentPay(percent=percent, minimum=minimum, maximum=maximum):
            bounds = [
                *((f"at least {money(minimum, units.currency)}",) if minimum is not None else ()),
                *((f"at most {money(maximum, units.currency)}",) if maximum is not None else ()),
            ]
            return ", ".join([f"{plain(percent)} % of that amount", *bounds])
        case Tiers():
            values = [
                f"{money(band.value, units.currency)} from {_bound(pay, band.bound, units)}" for band in pay.bands
            ]
            return f"{', '.join(values)}, by {_metric(pay)}{_applied(pay)}"
        case _:
            assert_never(pay)


def _counts_records(terms: Cpa) -> bool:
    named = {leaf.measure.name for leaf in leaves(terms.conditions)}
    counting = {MeasureName.DEPOSIT_COUNT, MeasureName.COUNT, MeasureName.FIRST_DEPOSIT}
    return bool(named & counting) or isinstance(terms.pay, PercentPay)


def _condition(condition: Condition, units: Units) -> str:
    match condition:
        case AtLeast(measure=measure, amount=amount):
            return f"{_measure(measure)} reached {_figure(measure, amount, units)}"
        case AllOf(parts=parts):
            return " and ".join(_inside(part, units) for part in parts)
        case AnyOf(parts=parts):
            return " or ".join(_inside(part, units) for part in parts)
        case _:
            assert_never(condition)


def _inside(condition: Condition, units: Units) -> str:
    said = _condition(condition, units)
    return said if isinstance(condition, AtLeast) or len(condition.parts) == 1 else f"({said})"


def _measure(measure: Measure) -> str:
    match measure.name:
        case MeasureName.DEPOSITS:
            return "his deposits"
        case MeasureName.DEPOSIT_COUNT:
            return "the number of his deposits"
        case MeasureName.FIRST_DEPOSIT:
            return "his first deposit"
        case MeasureName.NET_DEPOSITS:
            return "his deposits less withdrawals"
        case MeasureName.WAGERED:
            return "his bets"
        case MeasureName.SUM:
            return f"his {measure.kpi}"
        case MeasureName.COUNT:
            return f"the number of his {measure.kpi} records above 0"
        case MeasureName.ACTIVE_DAYS:
            return "his days with a bet or trade"
        case MeasureName.ACTIVE_MONTHS:
            return "his months with a bet or trade"
        case _:
            assert_never(measure.name)


def _figure(measure: Measure, amount: Decimal, units: Units) -> str:
    amounts = (MeasureName.DEPOSITS, MeasureName.FIRST_DEPOSIT, MeasureName.NET_DEPOSITS, MeasureName.WAGERED)
    if measure.name is MeasureName.SUM:
        return units.of_kpi(amount, measure.kpi)
    return money(amount, units.currency) if measure.name in amounts else grouped(amount)


# --- revenue share --------------------------------------------------------------------------------------------------


def _revshare(terms: RevShare, units: Units) -> Iterator[str]:
    if isinstance(terms.pay, Tiers):
        values = [f"{share(band.value)} from {_bound(terms.pay, band.bound, units)}" for band in terms.pay.bands]
        tiers = f"{', '.join(values)}, by {_metric(terms.pay)}{_applied(terms.pay)}"
        yield f"Pays a share of {terms.base.name} each month: {tiers}."
    else:
        yield f"Pays {share(terms.pay)} of {terms.base.name} each month."
    if len(terms.base.steps) > 1:
        yield f"{terms.base.name} is {_profile(terms.base)}."
    if terms.products:
        named = ["what carries no product" if product == NO_PRODUCT else product for product in terms.products]
        yield f"Only {_and(named)} count."
    if terms.months is not None:
        yield f"A customer counts for {terms.months} months from his registration."
    yield from _netting(terms, units)
    if terms.hold_days:
        yield f"The amount is available {days(terms.hold_days)} after the month's end."
    if terms.anchor is Anchor.REGISTRATION:
        yield "The terms, and whose customer he is, are those of the day he registered."


def _netting(terms: RevShare, units: Units) -> Iterator[str]:
    if terms.netting is Netting.CUSTOMER:
        yield "Each customer is computed on his own; nobody's losses reduce what another brings."
    else:
        yield "What all customers bring and lose in a month is added up first."
    what = "revenue" if terms.carry is CarryUnit.BASE else "commission"
    match terms.negative:
        case NoCarry():
            yield "A month below zero pays nothing and is forgotten."
        case FullCarry():
            yield f"A month below zero pays nothing; its negative {what} is set against later months until made good."
        case CappedCarry(limit=limit):
            yield (
                f"A month below zero pays nothing; its negative {what}, at most {money(limit, units.currency)} in all,"
                " is set against later months."
            )
        case ExpiringCarry(periods=periods):
            yield (
                f"A month below zero pays nothing; its negative {what} is set against the next"
                f" {periods} months, the oldest first."
            )
        case AllowNegative():
            yield "A month below zero pays a negative amount."
        case _:
            assert_never(terms.negative)
    if terms.ring_fence is not None:
        threshold = money(terms.ring_fence, units.currency)
        yield (
            f"When the month as a whole is below zero, losses of customers who lost {threshold} or more are set aside,"
            " and only these customers' own later revenue pays them back."
        )


def _profile(profile: Profile) -> str:
    said: list[str] = []
    for step in profile.steps:
        match step:
            case Sum(kpi=kpi):
                said.append(kpi)
            case Subtract(kpi=kpi):
                said.append(f"less {kpi}")
            case SubtractPercent(percent=percent, of=of, signed=signed):
                source = "what is left then" if of == RUNNING else of
                floored = of in FLOORED and not signed
                said.append(f"less {plain(percent)} % of {source}" + (" where that is above zero" if floored else ""))
            case _:
                assert_never(step)
    return ", ".join(said)


# --- tiers ----------------------------------------------------------------------------------------------------------


def _metric(tiers: Tiers) -> str:
    match tiers.metric.name:
        case MetricName.BASE:
            figure = "the revenue"
        case MetricName.FIRST_DEPOSITS:
            figure = "the number of first deposits"
        case MetricName.QUALIFIED:
            figure = "the number of customers who qualified"
        case MetricName.ACTIVE_CUSTOMERS:
            figure = "the number of active customers"
        case MetricName.SUM:
            figure = tiers.metric.kpi
        case MetricName.COUNT:
            figure = f"the number of {tiers.metric.kpi} records above 0"
        case _:
            assert_never(tiers.metric.name)
    match tiers.window:
        case Window.PERIOD:
            return f"{figure} in the month"
        case Window.PREVIOUS_PERIOD:
            return f"{figure} in the month before (in the first month the lowest applies)"
        case Window.LIFETIME:
            return f"{figure} since the beginning"
        case _:
            assert_never(tiers.window)


def _bound(tiers: Tiers, bound: Decimal, units: Units) -> str:
    match tiers.metric.name:
        case MetricName.BASE:
            return money(bound, units.currency)
        case MetricName.SUM:
            return units.of_kpi(bound, tiers.metric.kpi)
        case _:
            return grouped(bound)


def _applied(tiers: Tiers) -> str:
    match tiers.apply:
        case Apply.WHOLE:
            return "; the one reached pays everything"
        case Apply.MARGINAL:
            return "; each pays only what lies in it"
        case _:
            assert_never(tiers.apply)


# --- words ----------------------------------------------------------------------------------------------------------


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency, by thousands: at least two decimals when it has any."""
    whole, point, decimals = grouped(amount).partition(".")
    return f"{whole}{point}{decimals.ljust(2, '0') if point else ''} {currency}"


def grouped(number: Decimal) -> str:
    """Write a number by thousands, with the decimals it has."""
    whole, point, decimals = plain(number).partition(".")
    return f"{Decimal(whole):,}{point}{decimals}"


def share(rate: Decimal) -> str:
    """Write a fraction as a percentage: 0.30 is 30 %."""
    return f"{plain(rate * 100)} %"


def days(count: int) -> str:
    """Write a number of days."""
    return "1 day" if count == 1 else f"{count} days"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
