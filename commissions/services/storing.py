"""What the engine answers against what is stored: the difference, which a subclass writes or reports."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from brands.models import Brand
from commissions.engine import coarse
from commissions.engine.book import Outcome, Qualification, Standing
from commissions.engine.plan import FixedPay, Plan
from commissions.engine.storing import progress_to_json, state_to_json
from commissions.models import CarryState, Component
from commissions.models import Line as StoredLine
from commissions.models import Qualification as StoredQualification
from commissions.models.ledger import LineState
from commissions.queries.scopes import Scope
from commissions.services.posting import LINE_COLUMNS, Wanted, wanted_rows
from track360.lib.periods import Period

STANDING_COLUMNS = (
    "state",
    "qualified_on",
    "last_day",
    "trigger_on",
    "trigger_amount",
    "is_earning",
    "reason",
    "progress",
)


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows one piece of work has changed."""

    lines: int = 0
    qualifications: int = 0
    states: int = 0

    def plus(self, other: "Written") -> "Written":
        """Add up two pieces of work."""
        return Written(self.lines + other.lines, self.qualifications + other.qualifications, self.states + other.states)


@dataclass(slots=True)
class Store(ABC):
    """What is stored of one plan, for some of its affiliates."""

    brand: Brand
    plan: Plan
    closed: Period | None
    today: date
    written: Written = field(default_factory=Written)
    _changed: dict[int, set[date]] = field(default_factory=dict)
    _months: list[tuple[Scope, Outcome, frozenset[int] | None]] = field(default_factory=list)
    _components: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)

    @abstractmethod
    def put_qualifications(
        self,
        gone: Sequence[StoredQualification],
        changed: Sequence[tuple[StoredQualification | None, StoredQualification]],
    ) -> None:
        """Take in qualifications that are not wanted, and those wanted with what is stored in their place."""

    @abstractmethod
    def put_lines(self, gone: Sequence[StoredLine], changed: Sequence[tuple[StoredLine | None, StoredLine]]) -> None:
        """Take in provisional lines that are not wanted, and those wanted with what is stored in their place."""

    @abstractmethod
    def put_states(self, gone: Sequence[CarryState], changed: Sequence[tuple[CarryState | None, CarryState]]) -> None:
        """Take in states that are not wanted, and those wanted with what is stored in their place."""

    def changed_days(self, affiliate: int) -> set[date]:
        """Return the qualifying days that came, went or pay something else now."""
        return self._changed.get(affiliate, set())

    # --- qualifications -----------------------------------------------------------------------------------------------

    def qualifications(self, wanted: Mapping[tuple[int, int], Sequence[Qualification]]) -> None:
        """Take how customers stand, given by (affiliate, customer) with all that is wanted for them."""
        rows = {
            (affiliate, self.components[found.version, found.component][1], customer): self._row(affiliate, found)
            for (affiliate, customer), standing in wanted.items()
            for found in standing
        }
        stored = self._stored(wanted)
        gone = [row for key, row in stored.items() if key not in rows]
        changed = [
            (stored.get(key), row)
            for key, row in rows.items()
            if key not in stored or not _same(stored[key], row, STANDING_COLUMNS)
        ]
        pays_by_country = any(isinstance(t.pay, FixedPay) and t.pay.by_country for t in coarse.cpas(self.plan))
        for row in (*gone, *(row for pair in changed for row in pair), *(rows.values() if pays_by_country else ())):
            if row is not None and row.state == Standing.QUALIFIED and row.qualified_on is not None:
                self._changed.setdefault(row.affiliate_id, set()).add(row.qualified_on)
        if gone or changed:
            self.put_qualifications(gone, changed)
            self.written = self.written.plus(Written(qualifications=len(gone) + len(changed)))

    def _row(self, affiliate: int, found: Qualification) -> StoredQualification:
        is_qualified = found.standing is Standing.QUALIFIED
        return StoredQualification(
            brand=self.brand,
            affiliate_id=affiliate,
            customer_id=found.customer,
            component_id=self.components[found.version, found.component][1],
            state=str(found.standing_on(self.today)),
            qualified_on=found.day if is_qualified else None,
            last_day=found.last_day,
            trigger_on=found.trigger_on,
            trigger_amount=found.trigger_amount,
            is_earning=found.earning if is_qualified else True,
            reason=found.reason,
            progress=progress_to_json(found.progress),
        )

    def _stored(self, wanted: Mapping[tuple[int, int], object]) -> dict[tuple[int, int, int], StoredQualification]:
        rows = StoredQualification.objects.filter(
            brand=self.brand,
            affiliate_id__in={affiliate for affiliate, _ in wanted},
            component_id__in=[component for _, component in self.components.values()],
            customer_id__in={customer for _, customer in wanted},
        )
        return {
            (row.affiliate_id, row.component_id, row.customer_id): row
            for row in rows
            if (row.affiliate_id, row.customer_id) in wanted
        }

    @property
    def components(self) -> dict[tuple[int, str], tuple[int, int]]:
        """The ids of version and component by version number and component name."""
        if not self._components:
            rows = Component.objects.filter(brand=self.brand, version__plan_id=self.plan.number)
            for number, name, version, component in rows.values_list("version__number", "name", "version_id", "id"):
                self._components[number, name] = (version, component)
        return self._components

    # --- months -------------------------------------------------------------------------------------------------------

    def months(self, scope: Scope, outcome: Outcome, *, of_customers: frozenset[int] | None) -> None:
        """Note what is wanted for an affiliate's months.

        `of_customers`: cpa lines of other customers stay as they are; None: those not wanted go.
        """
        self._months.append((scope, outcome, of_customers))

    def put_months(self) -> None:
        """Take the lines and states noted."""
        if self._months:
            self._lines()
            self._states()
            self._months.clear()

    def _lines(self) -> None:
        stored: dict[int, list[StoredLine]] = {scope.affiliate: [] for scope, _, _ in self._months}
        rows = StoredLine.objects.filter(
            brand=self.brand,
            affiliate_id__in=stored,
            plan_id=self.plan.number,
            source_period__gte=str(min(scope.first for scope, _, _ in self._months)),
        )
        for row in rows.select_related("component"):
            stored[row.affiliate_id].append(row)
        gone: list[StoredLine] = []
        changed: list[tuple[StoredLine | None, StoredLine]] = []
        for scope, outcome, of_customers in self._months:
            ours = [row for row in stored[scope.affiliate] if _is_ours(row, scope, of_customers)]
            lines = [line for line in outcome.lines if _is_wanted(line.kind, line.customer, of_customers)]
            about = Wanted(self.brand, self.plan.number, scope.affiliate, self.components, self.closed)
            wanted = wanted_rows(about, lines, ours)
            before = {row.key: row for row in ours if row.state != LineState.POSTED}
            gone += [row for key, row in before.items() if key not in wanted]
            changed += [
                (before.get(key), row)
                for key, row in wanted.items()
                if key not in before or not _same(before[key], row, LINE_COLUMNS)
            ]
        if gone or changed:
            self.put_lines(gone, changed)
            self.written = self.written.plus(Written(lines=len(gone) + len(changed)))

    def _states(self) -> None:
        rows = {
            (scope.affiliate, component.component, str(state.period)): CarryState(
                brand=self.brand,
                affiliate_id=scope.affiliate,
                plan_id=self.plan.number,
                component=component.component,
                period=str(state.period),
                state=state_to_json(component),
            )
            for scope, outcome, _ in self._months
            for state in outcome.states
            for component in state.components
        }
        firsts = {scope.affiliate: str(scope.first) for scope, _, _ in self._months}
        stored = {
            (row.affiliate_id, row.component, row.period): row
            for row in CarryState.objects.filter(
                brand=self.brand,
                affiliate_id__in=firsts,
                plan_id=self.plan.number,
                period__gte=min(firsts.values()),
            )
            if row.period >= firsts[row.affiliate_id]
        }
        gone = [row for key, row in stored.items() if key not in rows]
        changed = [
            (stored.get(key), row) for key, row in rows.items() if key not in stored or stored[key].state != row.state
        ]
        if gone or changed:
            self.put_states(gone, changed)
            self.written = self.written.plus(Written(states=len(gone) + len(changed)))


def _same(stored: object, row: object, columns: Sequence[str]) -> bool:
    return all(getattr(stored, column) == getattr(row, column) for column in columns)


def _is_ours(row: StoredLine, scope: Scope, of_customers: frozenset[int] | None) -> bool:
    return row.source_period >= str(scope.first) and _is_wanted(row.component.kind, row.customer_id, of_customers)


def _is_wanted(kind: str, customer: int | None, of_customers: frozenset[int] | None) -> bool:
    return kind != "cpa" or of_customers is None or customer in of_customers
