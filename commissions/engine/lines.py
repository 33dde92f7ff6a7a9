"""Making a line: its key, when it is available, and the steps that led to it (commissions.md 11 and 13)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from commissions.engine.book import Line, Note
from commissions.engine.keys import line_key
from commissions.engine.plan import Plan, Version
from track360.lib.money import plain
from track360.lib.periods import Period


@dataclass(frozen=True, slots=True)
class Source:
    """Whose line it is, under which version, earned in which month."""

    affiliate: int
    plan: Plan
    version: Version
    period: Period


def note(step: str, **figures: object) -> Note:
    """Write down one step with its figures by value; what is not said is left out."""
    return Note(step, tuple([(name, _text(value)) for name, value in figures.items() if value is not None]))


def make_line(
    source: Source,
    *,
    component: str,
    kind: str,
    customer: int | None,
    day: date,
    hold_days: int,
    exact: Decimal,
    amount: Decimal,
    reason: str,
    notes: tuple[Note, ...],
) -> Line:
    """Make a line of a rounded amount; `exact` is what was computed, `day` the one the hold starts on."""
    available_on = day + timedelta(days=hold_days)
    working = (
        _terms(source.plan.name, source.version.number, component, kind),
        *notes,
        note("hold", day=day, days=hold_days, available_on=available_on),
        note("rounding", exact=exact, amount=amount, currency=source.plan.currency),
    )
    return Line(
        key=line_key(
            affiliate=source.affiliate,
            period=source.period,
            plan=source.plan.number,
            version=source.version.number,
            component=component,
            customer=customer,
        ),
        period=source.period,
        version=source.version.number,
        component=component,
        kind=kind,
        customer=customer,
        day=day,
        amount=amount,
        currency=source.plan.currency,
        available_on=available_on,
        reason=reason,
        working=working,
    )


@lru_cache
def _terms(plan: str, version: int, component: str, kind: str) -> Note:
    return note("terms", plan=plan, version=version, component=component, kind=kind)


def _text(value: object) -> str:
    if type(value) is str:
        return value
    return plain(value) if isinstance(value, Decimal) else str(value)
