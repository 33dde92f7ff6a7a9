"""What the engine answers against what is stored. A subclass writes the difference, or reports it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from brands.models import Brand
from commissions.engine import coarse
from commissions.engine.book import Line, Outcome, Qualification, Standing
from commissions.engine.plan import FixedPay, Plan
from commissions.engine.storing import progress_to_json, state_to_json
from commissions.models import CarryState, Component
from commissions.models import Line as StoredLine
from commissions.models.ledger import LineState
from commissions.queries.scopes import Scope
from commissions.services.posting import Wanted
from track360.lib.periods import Period

StandingKey = tuple[int, int, int]  # affiliate, component, customer


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows one piece of work has changed."""

    lines: int = 0
    qualifications: int = 0
    states: int = 0

    def plus(self, other: "Written") -> "Written":
        """Add up two pieces of work."""
        return Written(self.lines + other.lines, self.qualifications + other.qualifications, self.states + other.states)


@dataclass(frozen=True, slots=True)
class Months:
    """An affiliate's computed months. Without `everybody` the cpa lines of other customers stay as they are."""

    scope: Scope
    outcome: Outcome
    everybody: bool
    customers: frozenset[int]

    def covers(self, kind: str, customer: int | None) -> bool:
        """Tell whether a line of this kind and customer was computed."""
        return kind != "cpa" or self.everybody or customer in self.customers

    @property
    def lines(self) -> list[Line]:
        return [line for line in self.outcome.lines if self.covers(line.kind, line.customer)]


@dataclass(slots=True)
class Store(ABC):
    """What is stored of one plan, for some of its affiliates."""

    brand: Brand
    plan: Plan
    closed: Period | None
    today: date
    written: Written = field(default_factory=Written)
    _days: dict[int, set[date]] = field(default_factory=dict)
    _customers: dict[int, set[int]] = field(default_factory=dict)
    _components: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)

    @abstractmethod
    def qualifications(self, wanted: Mapping[tuple[int, int], Sequence[Qualification]]) -> None:
        """Take how customers stand, given by (affiliate, customer) with all that is wanted for them."""

    @abstractmethod
    def lines(self, months: Sequence[Months]) -> None:
        """Take the lines of affiliates' months; provisional ones that are covered and not wanted go."""

    @abstractmethod
    def states(self, gone: Sequence[CarryState], changed: Sequence[tuple[CarryState | None, CarryState]]) -> None:
        """Take states that are not wanted, and those wanted with what is stored in their place."""

    def changed_days(self, affiliate: int) -> set[date]:
        """Return the qualifying days that came, went or may pay something else now."""
        return self._days.get(affiliate, set())

    def changed_customers(self, affiliate: int) -> frozenset[int]:
        """Return the customers who stand differently now, or may be paid differently."""
        return frozenset(self._customers.get(affiliate, ()))

    def months(self, months: Sequence[Months]) -> None:
        """Take computed months."""
        if months:
            self.lines(months)
            self._put_states(months)

    # --- for subclasses ----------------------------------------------------------------------------------------------

    def note(self, affiliate: int, customer: int, day: date | None) -> None:
        """Remember that a customer stands differently, and a day on which he did or does qualify."""
        self._customers.setdefault(affiliate, set()).add(customer)
        if day is not None:
            self._days.setdefault(affiliate, set()).add(day)

    def note_countries(self, wanted: Mapping[tuple[int, int], Sequence[Qualification]]) -> None:
        """Remember all who qualified where the country decides the amount: it may have changed, and is not kept."""
        if any(isinstance(terms.pay, FixedPay) and terms.pay.by_country for terms in coarse.cpas(self.plan)):
            for (affiliate, customer), standing in wanted.items():
                for found in standing:
                    if found.standing is Standing.QUALIFIED:
                        self.note(affiliate, customer, found.day)

    @property
    def components(self) -> dict[tuple[int, str], tuple[int, int]]:
        """The ids of version and component by version number and component name."""
        if not self._components:
            rows = Component.objects.filter(brand=self.brand, version__plan_id=self.plan.number)
            for number, name, version, component in rows.values_list("version__number", "name", "version_id", "id"):
                self._components[number, name] = (version, component)
        return self._components

    def about(self, affiliate: int) -> Wanted:
        """Return whose lines they are, as `posting` asks."""
        return Wanted(self.brand, self.plan.number, affiliate, self.components, self.closed)

    def posted(self, months: Sequence[Months]) -> dict[int, list[StoredLine]]:
        """Return the posted lines that computed months of closed periods are compared with, by affiliate."""
        found: dict[int, list[StoredLine]] = {one.scope.affiliate: [] for one in months}
        by_affiliate = {one.scope.affiliate: one for one in months}
        first = min(one.scope.first for one in months)
        if self.closed is None or first > self.closed:
            return found
        rows = StoredLine.objects.filter(
            brand=self.brand,
            affiliate_id__in=found,
            plan_id=self.plan.number,
            state=LineState.POSTED,
            source_period__gte=str(first),
            source_period__lte=str(self.closed),
        )
        for row in rows.select_related("component").defer("working"):
            one = by_affiliate[row.affiliate_id]
            if row.source_period >= str(one.scope.first) and one.covers(row.component.kind, row.customer_id):
                found[row.affiliate_id].append(row)
        return found

    def _put_states(self, months: Sequence[Months]) -> None:
        rows = {
            (one.scope.affiliate, component.component, str(state.period)): CarryState(
                brand=self.brand,
                affiliate_id=one.scope.affiliate,
                plan_id=self.plan.number,
                component=component.component,
                period=str(state.period),
                state=state_to_json(component),
            )
            for one in months
            for state in one.outcome.states
            for component in state.components
        }
        firsts = {one.scope.affiliate: str(one.scope.first) for one in months}
        stored = {
            (row.affiliate_id, row.component, row.period): row
            for row in CarryState.objects.filter(
                brand=self.brand, affiliate_id__in=firsts, plan_id=self.plan.number, period__gte=min(firsts.values())
            )
            if row.period >= firsts[row.affiliate_id]
        }
        gone = [row for key, row in stored.items() if key not in rows]
        changed = [
            (stored.get(key), row) for key, row in rows.items() if key not in stored or stored[key].state != row.state
        ]
        if gone or changed:
            self.states(gone, changed)
            self.written = self.written.plus(Written(states=len(gone) + len(changed)))


class StandingRow(NamedTuple):
    """What is kept of how a customer stands, by the names of its columns; progress as JSON values."""

    state: str
    qualified_on: date | None
    last_day: date | None
    trigger_on: date | None
    trigger_amount: Decimal | None
    is_earning: bool
    reason: str
    progress: list[dict[str, str]]


def standing_row(found: Qualification, today: date) -> StandingRow:
    """Return what is kept of how a customer stands."""
    is_qualified = found.standing is Standing.QUALIFIED
    return StandingRow(
        found.standing_on(today).value,
        found.day if is_qualified else None,
        found.last_day,
        found.trigger_on,
        found.trigger_amount,
        found.earning if is_qualified else True,
        found.reason,
        progress_to_json(found.progress),
    )
