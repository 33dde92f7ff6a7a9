"""Short ways to write books in tests: one affiliate (1), one plan (1) in EUR, customers named by letters."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from commissions.engine.book import (
    Book,
    Candidate,
    Crowd,
    Customer,
    Days,
    Deal,
    Exclusion,
    Fact,
    Happening,
    Line,
    Owner,
    Qualification,
    State,
)
from commissions.engine.plan import AppliesTo, Plan, Version
from commissions.engine.terms import parse_component, parse_profile
from track360.lib.periods import Period

ALWAYS = (Days(None, None),)
DEAL = (Deal(plan=1, campaign=None, starts_on=date(2020, 1, 1), ends_on=None),)


def d(text: str) -> date:
    """Read "05-03" as 3 May 2026, or a whole date."""
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def version(
    *components: Mapping[str, Any],
    number: int = 1,
    effective_from: str = "2020-01-01",
    applies_to: str = "all",
    profiles: Mapping[str, list[dict[str, Any]]] | None = None,
) -> Version:
    known = {name: parse_profile(name, steps) for name, steps in (profiles or {}).items()}
    return Version(
        number=number,
        effective_from=d(effective_from),
        applies_to=AppliesTo(applies_to),
        components=tuple(
            parse_component(
                component["name"],
                component["kind"],
                {key: value for key, value in component.items() if key not in ("name", "kind")},
                profiles=known,
            )
            for component in components
        ),
    )


def plan(*versions: Version, currency: str = "EUR") -> Plan:
    return Plan(number=1, name="Plan", currency=currency, versions=versions)


def customer(
    number: int,
    *,
    registered: str | None = "01-01",
    country: str = "",
    owners: Sequence[Owner] = (Owner(1, None, None),),
    exclusions: Sequence[Exclusion] = (),
    key: str | None = None,
) -> Customer:
    return Customer(
        number=number,
        key=key or f"c{number:04d}",
        registered_on=None if registered is None else d(registered),
        country=country,
        owners=tuple(owners),
        exclusions=tuple(exclusions),
    )


def fact(
    number: int | None, day: str, kpi: str, amount: Any, *, product: str = "", positives: int | None = None
) -> Fact:
    value = Decimal(str(amount))
    return Fact(number, d(day), kpi, value, int(value > 0) if positives is None else positives, product)


def deposit(
    day: str, amount: Any, *, kpi: str = "Deposit", at: str = "12:00", event_id: str | None = None
) -> Happening:
    moment = datetime.fromisoformat(f"{d(day)}T{at}").replace(tzinfo=UTC)
    return Happening(kpi, moment, d(day), event_id, Decimal(str(amount)))


def book(
    terms: Plan | Version,
    *,
    customers: Sequence[Customer] = (),
    facts: Sequence[Fact] = (),
    candidates: Sequence[Candidate] = (),
    months: tuple[str, str] = ("2026-01", "2026-12"),
    deals: Sequence[Deal] = DEAL,
    earning: Sequence[Days] = ALWAYS,
    standing: Sequence[Qualification] = (),
    crowd: Sequence[Crowd] = (),
    opening: State | None = None,
    default_plan: int | None = None,
) -> Book:
    return Book(
        affiliate=1,
        plan=terms if isinstance(terms, Plan) else plan(terms),
        default_plan=default_plan,
        deals=tuple(deals),
        earning=tuple(earning),
        first=Period.parse(months[0]),
        last=Period.parse(months[1]),
        customers=tuple(customers) or tuple(candidate.customer for candidate in candidates),
        facts=tuple(facts),
        candidates=tuple(candidates),
        standing=tuple(standing),
        crowd=tuple(crowd),
        opening=opening,
    )


def paid(lines: Sequence[Line]) -> list[str]:
    return [str(line.amount) for line in lines]


def by_month(lines: Sequence[Line]) -> dict[str, str]:
    """Give the sum of the lines of each month."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[str(line.period)] = sums.get(str(line.period), Decimal(0)) + line.amount
    return {period: str(amount) for period, amount in sorted(sums.items())}
