"""A worked example of a component: a small month that the engine computes, told with its figures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import assert_never

from commissions.engine import coarse, profile
from commissions.engine.book import Book, Candidate, Crowd, Customer, Days, Deal, Fact, Happening, Outcome, Owner
from commissions.engine.compute import compute
from commissions.engine.measures import kpis_measured, leaves
from commissions.engine.plan import (
    NO_PRODUCT,
    Anchor,
    AppliesTo,
    Component,
    Cpa,
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
from commissions.engine.readback.sentences import money
from track360.lib.money import ZERO, exactly, plain
from track360.lib.periods import Period

MONTH = Period(2026, 1)
MONTHS = 12
CUSTOMERS = 3


def example(component: Component, currency: str) -> str:
    """Tell an invented month and what the engine makes of it, in one sentence or two."""
    match component:
        case Cpa():
            return _cpa(component, currency)
        case RevShare():
            return _revshare(component, currency)
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
        crowd=(Crowd(MONTH, CUSTOMERS, CUSTOMERS, CUSTOMERS),),
    )


def _customer(number: int, country: str = "") -> Customer:
    return Customer(number, f"example {number}", MONTH.first_day, country, (Owner(1, None, None),))


# --- cpa ------------------------------------------------------------------------------------------------------------


def _cpa(terms: Cpa, currency: str) -> str:
    count = _customers_of_interest(terms)
    candidates = tuple(_candidate(terms, number) for number in range(1, count + 1))
    outcome = compute(replace(_book(terms, currency), candidates=candidates))
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
    """Invent a customer who just meets every condition on days of January."""
    asked = [leaf.amount for leaf in leaves(terms.conditions) if _looks_at_deposits(leaf.measure.name)]
    amount = max(asked, default=ZERO) or Decimal(100)
    day = MONTH.first_day
    happenings = [Happening("Deposit", _noon(day), day, None, amount)]
    if terms.trigger.name is TriggerName.FIRST and terms.trigger.kpi != "Deposit":
        happenings.append(Happening(terms.trigger.kpi, _noon(day), day, None, Decimal(100)))
    facts = []
    for kpi in sorted(kpis_measured(terms)):
        needed = _needed(terms, kpi)
        if needed > 0:
            facts += _spread(number, kpi, amount if kpi == "Deposit" else needed, terms)
    return Candidate(_customer(number), tuple(happenings), tuple(facts))


def _looks_at_deposits(name: MeasureName) -> bool:
    return name in (MeasureName.DEPOSITS, MeasureName.NET_DEPOSITS, MeasureName.FIRST_DEPOSIT)


def _needed(terms: Cpa, kpi: str) -> Decimal:
    """Give the sum of a KPI that the conditions ask for; 0 when none does."""
    asked = [ZERO]
    for leaf in leaves(terms.conditions):
        match leaf.measure.name:
            case MeasureName.WAGERED if kpi == "Bets":
                asked.append(leaf.amount)
            case MeasureName.SUM | MeasureName.COUNT if leaf.measure.kpi == kpi:
                asked.append(leaf.amount)
            case MeasureName.DEPOSIT_COUNT if kpi == "Deposit":
                asked.append(Decimal(1))
            case MeasureName.ACTIVE_DAYS | MeasureName.ACTIVE_MONTHS if kpi == "Bets":
                asked.append(Decimal(1))
            case name if _looks_at_deposits(name) and kpi == "Deposit":
                asked.append(leaf.amount)
            case _:
                pass
    return max(asked)


def _spread(number: int, kpi: str, total: Decimal, terms: Cpa) -> list[Fact]:
    """Spread records over as many days and months as any condition counts, the whole sum on the first."""
    first = MONTH.first_day
    active_days = min(_most(terms, kpi, MeasureName.ACTIVE_DAYS), 28)
    active_months = min(_most(terms, kpi, MeasureName.ACTIVE_MONTHS), MONTHS)
    counts = max(_most(terms, kpi, MeasureName.COUNT), _most(terms, kpi, MeasureName.DEPOSIT_COUNT))
    return [
        Fact(number, first, kpi, total, counts),
        *(Fact(number, first + timedelta(days=offset), kpi, ZERO, 1) for offset in range(1, active_days)),
        *(Fact(number, MONTH.plus(offset).first_day, kpi, ZERO, 1) for offset in range(1, active_months)),
    ]


def _most(terms: Cpa, kpi: str, name: MeasureName) -> int:
    """Give the highest count of this measure that the conditions ask of a KPI, at least 1."""
    asked = [leaf for leaf in leaves(terms.conditions) if leaf.measure.name is name]
    return max((int(leaf.amount) for leaf in asked if leaf.measure.kpi in ("", kpi)), default=1)


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


def _revshare(terms: RevShare, currency: str) -> str:
    amounts = _month(terms)
    product = next((name for name in terms.products if name != NO_PRODUCT), "")
    facts = tuple(Fact(1, MONTH.first_day, kpi, amount, 1, product) for kpi, amount in amounts.items())
    book = replace(_book(terms, currency), customers=(_customer(1),), facts=facts)
    with exactly():
        base = profile.evaluate(terms.base, amounts).base
    *others, last = [f"{kpi} {plain(amount)}" for kpi, amount in amounts.items()]
    told = f"{', '.join(others)} and {last}" if others else last
    revenue = "" if len(terms.base.steps) == 1 else f" makes {terms.base.name} {plain(base)} and"
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
