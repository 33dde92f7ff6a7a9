"""A worked example of a component: a small month that the engine computes, told with its figures."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import assert_never

from commissions.engine import coarse, profile
from commissions.engine.book import Book, Candidate, Crowd, Customer, Days, Deal, Fact, Happening, Outcome, Owner
from commissions.engine.compute import compute
from commissions.engine.measures import BETS, DEPOSIT, WITHDRAWAL, kpis_measured, leaves
from commissions.engine.plan import (
    NO_PRODUCT,
    Anchor,
    AppliesTo,
    Component,
    Cpa,
    Measure,
    MeasureName,
    PercentPay,
    Plan,
    RevShare,
    SubtractPercent,
    Sum,
    Tiers,
    TriggerName,
    Version,
)
from commissions.engine.readback.sentences import Units, money
from track360.lib.money import ZERO, exactly
from track360.lib.periods import Period

MONTH = Period(2026, 1)
MONTHS = 12
CUSTOMERS = 3
INVENTED = Decimal(100)


def example(component: Component, currency: str, *, counts: Collection[str] = ()) -> str:
    """Tell an invented month and what the engine makes of it, in one sentence or two.

    Empty where nobody qualifies who does all that the conditions ask as soon as he can.
    """
    match component:
        case Cpa():
            return _cpa(component, currency)
        case RevShare():
            return _revshare(component, Units(currency, counts))
        case _:
            assert_never(component)


def _book(component: Component, currency: str) -> Book:
    terms = replace(component, anchor=Anchor.ACTIVITY) if component.anchor is Anchor.REGISTRATION else component
    version = Version(1, MONTH.first_day, AppliesTo.ALL, (terms,))
    return Book(
        affiliate=1,
        plan=Plan(1, "Example", currency, (version,)),
        default_plan=None,
        deals=(Deal(1, None, MONTH.first_day, None),),
        earning=(Days(None, None),),
        first=MONTH,
        last=MONTH.plus(MONTHS - 1),
        crowd=tuple(Crowd(MONTH.plus(offset), CUSTOMERS, CUSTOMERS, CUSTOMERS) for offset in range(MONTHS)),
    )


def _customer(number: int, registered_on: date) -> Customer:
    return Customer(number, f"example {number}", registered_on, "", (Owner(1, None, None),))


# --- cpa ------------------------------------------------------------------------------------------------------------


def _cpa(terms: Cpa, currency: str) -> str:
    count = _customers_of_interest(terms)
    candidates = tuple(_candidate(terms, number) for number in range(1, count + 1))
    book = replace(_book(terms, currency), candidates=candidates)
    outcome = compute(book)
    qualified = [found for found in outcome.qualifications if found.day is not None and found.day <= book.last.last_day]
    if len(qualified) < count:
        return ""
    doing = _doing(terms, candidates[0], currency, count)
    who = f"A customer {doing} brings" if count == 1 else f"{count} customers {doing} bring"
    return f"{who} {_paid(outcome, currency)}."


def _customers_of_interest(terms: Cpa) -> int:
    """Give so many customers that the second band is reached, where bands go by who qualifies."""
    if isinstance(terms.pay, Tiers) and terms.pay.metric.name == "qualified":
        bound = terms.pay.bands[min(1, len(terms.pay.bands) - 1)].bound
        return max(1, min(int(bound.to_integral_value()) + 1, 50))
    return 1


def _candidate(terms: Cpa, number: int) -> Candidate:
    """Invent a customer who just meets every condition, all that he can on the day he registers.

    That is the last of the month: the next months are near, should his months be counted.
    """
    day = MONTH.last_day
    happenings = [Happening(DEPOSIT, _noon(day), day, None, _sum(terms, DEPOSIT))]
    if terms.trigger.name is TriggerName.FIRST and terms.trigger.kpi != DEPOSIT:
        happenings.append(Happening(terms.trigger.kpi, _noon(day), day, None, INVENTED))
    asked = [(kpi, _sum(terms, kpi), _count(terms, kpi)) for kpi in sorted(kpis_measured(terms))]
    facts = [Fact(number, day, kpi, amount, max(1, count)) for kpi, amount, count in asked if amount or count]
    facts += [Fact(number, active, BETS, ZERO, 1) for active in _active_days(terms, day)]
    return Candidate(_customer(number, day), tuple(happenings), tuple(facts))


def _sum(terms: Cpa, kpi: str) -> Decimal:
    """Give the sum of a KPI that all conditions together ask for; who withdraws has deposited that much more."""
    asked = _highest(terms, Measure(MeasureName.SUM, kpi))
    if kpi == DEPOSIT:
        alone = _highest(terms, Measure(MeasureName.DEPOSITS), Measure(MeasureName.FIRST_DEPOSIT))
        net = _highest(terms, Measure(MeasureName.NET_DEPOSITS))
        return max(asked, alone, net + _sum(terms, WITHDRAWAL)) or INVENTED
    if kpi == BETS:
        return max(asked, _highest(terms, Measure(MeasureName.WAGERED)))
    return asked


def _count(terms: Cpa, kpi: str) -> int:
    """Give the number of records of a KPI that all conditions together ask for."""
    asked = [Measure(MeasureName.COUNT, kpi)]
    if kpi == DEPOSIT:
        asked.append(Measure(MeasureName.DEPOSIT_COUNT))
    return _whole(_highest(terms, *asked))


def _active_days(terms: Cpa, first: date) -> list[date]:
    """Give the days on which he bets, in a row and at the beginning of months, as far as the example goes."""
    days = _whole(_highest(terms, Measure(MeasureName.ACTIVE_DAYS)))
    months = _whole(_highest(terms, Measure(MeasureName.ACTIVE_MONTHS)))
    found = {first + timedelta(days=offset) for offset in range(min(days, MONTHS * 31))}
    found.update(max(first, MONTH.plus(offset).first_day) for offset in range(min(months, MONTHS)))
    return sorted(found)


def _highest(terms: Cpa, *measures: Measure) -> Decimal:
    """Give the most that any condition asks of these measures; 0 when none does."""
    return max((leaf.amount for leaf in leaves(terms.conditions) if leaf.measure in measures), default=ZERO)


def _whole(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def _doing(terms: Cpa, candidate: Candidate, currency: str, count: int) -> str:
    """Say what the customers do; of a share of an amount also that amount."""
    many = count > 1
    if terms.trigger.name is TriggerName.REGISTRATION:
        triggers = "who register" if many else "who registers"
    else:
        kpi = "first deposit" if terms.trigger.name is TriggerName.FIRST_DEPOSIT else f"first {terms.trigger.kpi}"
        triggers = f"with a {kpi} of {money(candidate.happenings[-1].amount, currency)}"
    if terms.conditions is None:
        return triggers
    meets = "who just meet every condition" if many else "who just meets every condition"
    return f"{triggers} {meets}" if isinstance(terms.pay, PercentPay) else meets


def _paid(outcome: Outcome, currency: str) -> str:
    total = sum((line.amount for line in outcome.lines), ZERO)
    return money(total, currency)


# --- revenue share --------------------------------------------------------------------------------------------------


def _revshare(terms: RevShare, units: Units) -> str:
    currency = units.currency
    amounts = _month(terms)
    product = next((name for name in terms.products if name != NO_PRODUCT), "")
    facts = tuple(Fact(1, MONTH.first_day, kpi, amount, 1, product) for kpi, amount in amounts.items())
    book = replace(_book(terms, currency), customers=(_customer(1, MONTH.first_day),), facts=facts)
    with exactly():
        base = profile.evaluate(terms.base, amounts).base
    *others, last = [f"{kpi} {units.of_kpi(amount, kpi)}" for kpi, amount in amounts.items()]
    told = f"{', '.join(others)} and {last}" if others else last
    revenue = "" if len(terms.base.steps) == 1 else f" makes {terms.base.name} {money(base, currency)} and"
    said = f"A month with {told}{revenue} pays {_paid(compute(book), currency)}."
    if coarse.counted_metrics(book.plan):
        said += f" ({CUSTOMERS} customers counted for the tier.)"
    return said


def _month(terms: RevShare) -> dict[str, Decimal]:
    """Invent sums: ten thousand first, or what reaches the second band, and a tenth for each thing taken off."""
    first = Decimal(10_000)
    if isinstance(terms.pay, Tiers) and len(terms.pay.bands) > 1 and terms.pay.metric.name == "base":
        first = max(first, terms.pay.bands[1].bound * 2)
    amounts: dict[str, Decimal] = {}
    for step in terms.base.steps:
        match step:
            case Sum(kpi=kpi):
                amounts[kpi] = first
            case SubtractPercent(of=of):
                if of != "running":
                    amounts.setdefault(of, first)
            case _:
                amounts.setdefault(step.kpi, first / 10)
    return amounts


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
