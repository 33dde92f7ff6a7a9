"""Figures about one customer that cpa conditions look at, day by day (commissions.md 4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import assert_never

from commissions.engine.book import ACTIVE_KPIS, Fact, Happening, Progress
from commissions.engine.plan import AllOf, AnyOf, AtLeast, Condition, Cpa, Measure, MeasureName, TriggerName
from track360.lib.money import ZERO
from track360.lib.periods import Period

DEPOSIT, WITHDRAWAL, BETS = "Deposit", "Withdrawal", "Bets"


@dataclass(slots=True)
class Account:
    """A customer's sums over all approved facts up to and including the day `through`."""

    first_deposit: Happening | None
    sums: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    active_days: set[date] = field(default_factory=set)
    through: date = date.min

    def add(self, fact: Fact) -> None:
        self.sums[fact.kpi] = self.sums.get(fact.kpi, ZERO) + fact.amount
        self.counts[fact.kpi] = self.counts.get(fact.kpi, 0) + fact.positives
        if fact.kpi in ACTIVE_KPIS and fact.positives > 0:
            self.active_days.add(fact.day)

    def figure(self, measure: Measure) -> Decimal:
        """Give the measure's value as of the day reached."""
        match measure.name:
            case MeasureName.DEPOSITS:
                return self._sum(DEPOSIT)
            case MeasureName.DEPOSIT_COUNT:
                return Decimal(self.counts.get(DEPOSIT, 0))
            case MeasureName.FIRST_DEPOSIT:
                happened = self.first_deposit is not None and self.first_deposit.day <= self.through
                return self.first_deposit.amount if happened and self.first_deposit is not None else ZERO
            case MeasureName.NET_DEPOSITS:
                return self._sum(DEPOSIT) - self._sum(WITHDRAWAL)
            case MeasureName.WAGERED:
                return self._sum(BETS)
            case MeasureName.SUM:
                return self._sum(measure.kpi)
            case MeasureName.COUNT:
                return Decimal(self.counts.get(measure.kpi, 0))
            case MeasureName.ACTIVE_DAYS:
                return Decimal(len(self.active_days))
            case MeasureName.ACTIVE_MONTHS:
                return Decimal(len({Period.of(day) for day in self.active_days}))
            case _:
                assert_never(measure.name)

    def _sum(self, kpi: str) -> Decimal:
        return self.sums.get(kpi, ZERO)


def holds(condition: Condition | None, account: Account) -> bool:
    """Tell whether a condition is met by the sums reached."""
    match condition:
        case None:
            return True
        case AtLeast(measure=measure, amount=amount):
            return account.figure(measure) >= amount
        case AllOf(parts=parts):
            return all(holds(part, account) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, account) for part in parts)
        case _:
            assert_never(condition)


def leaves(condition: Condition | None) -> Iterator[AtLeast]:
    """Give the single conditions in the order they are written."""
    match condition:
        case None:
            return
        case AtLeast():
            yield condition
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from leaves(part)
        case _:
            assert_never(condition)


def progress(conditions: Iterable[tuple[str, AtLeast]], account: Account) -> tuple[Progress, ...]:
    """Say how far each single condition is; each comes with its name."""
    return tuple(Progress(name, account.figure(leaf.measure), leaf.amount) for name, leaf in conditions)


def kpis_measured(terms: Cpa) -> frozenset[str]:
    """Name the KPIs whose daily sums the conditions of a cpa look at; the first deposit's record is apart."""
    found: set[str] = set()
    for leaf in leaves(terms.conditions):
        match leaf.measure.name:
            case MeasureName.DEPOSITS | MeasureName.DEPOSIT_COUNT:
                found.add(DEPOSIT)
            case MeasureName.NET_DEPOSITS:
                found.update((DEPOSIT, WITHDRAWAL))
            case MeasureName.WAGERED:
                found.add(BETS)
            case MeasureName.SUM | MeasureName.COUNT:
                found.add(leaf.measure.kpi)
            case MeasureName.ACTIVE_DAYS | MeasureName.ACTIVE_MONTHS:
                found.update(ACTIVE_KPIS)
            case MeasureName.FIRST_DEPOSIT:
                pass
            case _:
                assert_never(leaf.measure.name)
    return frozenset(found)


def counts_days(terms: Cpa) -> bool:
    """Tell whether a condition of a cpa counts days or months, whose sums say nothing about it."""
    counting = (MeasureName.ACTIVE_DAYS, MeasureName.ACTIVE_MONTHS)
    return any(leaf.measure.name in counting for leaf in leaves(terms.conditions))


def kpis_happening(terms: Cpa) -> frozenset[str]:
    """Name the KPIs of which a cpa needs the first record above 0."""
    found = {DEPOSIT for leaf in leaves(terms.conditions) if leaf.measure.name is MeasureName.FIRST_DEPOSIT}
    match terms.trigger.name:
        case TriggerName.FIRST_DEPOSIT:
            found.add(DEPOSIT)
        case TriggerName.FIRST:
            found.add(terms.trigger.kpi)
        case TriggerName.REGISTRATION:
            pass
        case _:
            assert_never(terms.trigger.name)
    return frozenset(found)


def first_of(kpi: str, happenings: Sequence[Happening]) -> Happening | None:
    """Give the first record above 0 of a KPI: by moment, event id as bytes with none first, larger amount first."""
    ours = [happening for happening in happenings if happening.kpi == kpi and happening.amount > 0]
    return min(ours, key=_order) if len(ours) > 1 else ours[0] if ours else None


def _order(happening: Happening) -> tuple[object, ...]:
    identified = happening.event_id is not None
    return (happening.moment, identified, (happening.event_id or "").encode(), -happening.amount)
