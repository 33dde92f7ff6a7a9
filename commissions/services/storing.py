"""Storing what the engine answers, as a difference to what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from brands.models import Brand
from commissions.engine import coarse
from commissions.engine.book import Outcome, Qualification, Standing
from commissions.engine.plan import FixedPay, Plan
from commissions.engine.storing import progress_to_json, state_to_json
from commissions.models import CarryState, Component
from commissions.models import Line as StoredLine
from commissions.models import Qualification as StoredQualification
from commissions.queries.scopes import Scope
from commissions.services.posting import LINE_COLUMNS, Wanted, wanted_rows
from track360.lib.periods import Period

AT_ONCE = 2_000


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
class Store:
    """What is stored of one plan, for some of its affiliates."""

    brand: Brand
    plan: Plan
    closed: Period | None
    today: date
    written: Written = field(default_factory=Written)
    _changed: dict[int, set[date]] = field(default_factory=dict)
    _months: list[tuple[Scope, Outcome, frozenset[int] | None]] = field(default_factory=list)
    _components: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)

    def changed_days(self, affiliate: int) -> set[date]:
        """Return the qualifying days that came, went or pay something else now."""
        return self._changed.get(affiliate, set())

    # --- qualifications -----------------------------------------------------------------------------------------------

    def qualifications(self, wanted: Mapping[tuple[int, int], Sequence[Qualification]]) -> None:
        """Store how customers stand, given by (affiliate, customer) with all that is wanted for them."""
        rows = {
            (affiliate, self._ids()[found.version, found.component][1], customer): self._row(affiliate, found)
            for (affiliate, customer), standing in wanted.items()
            for found in standing
        }
        stored = self._stored(wanted)
        gone = [key for key in stored if key not in rows]
        new = [row for key, row in rows.items() if key not in stored]
        other = [row for key, row in rows.items() if key in stored and not _same(stored[key], row)]
        pays_by_country = any(isinstance(t.pay, FixedPay) and t.pay.by_country for t in coarse.cpas(self.plan))
        for key in gone:
            self._note(stored[key])
        for row in (*new, *other, *(rows.values() if pays_by_country else ())):
            self._note(row)
            key = (row.affiliate_id, row.component_id, row.customer_id)
            if key in stored:
                self._note(stored[key])
        StoredQualification.objects.filter(brand=self.brand, id__in=[stored[key].id for key in gone]).delete()
        StoredQualification.objects.bulk_create(new, batch_size=AT_ONCE)
        for row in other:
            row.id = stored[row.affiliate_id, row.component_id, row.customer_id].id
        StoredQualification.objects.bulk_create(
            other,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["brand", "affiliate", "component", "customer"],
            update_fields=[
                "state",
                "qualified_on",
                "last_day",
                "trigger_on",
                "trigger_amount",
                "is_earning",
                "reason",
                "progress",
            ],
        )
        self.written = self.written.plus(Written(qualifications=len(gone) + len(new) + len(other)))

    def _row(self, affiliate: int, found: Qualification) -> StoredQualification:
        is_qualified = found.standing is Standing.QUALIFIED
        return StoredQualification(
            brand=self.brand,
            affiliate_id=affiliate,
            customer_id=found.customer,
            component_id=self._ids()[found.version, found.component][1],
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
        found: dict[tuple[int, int, int], StoredQualification] = {}
        rows = StoredQualification.objects.filter(
            brand=self.brand,
            affiliate_id__in={affiliate for affiliate, _ in wanted},
            component_id__in=[component for _, component in self._ids().values()],
            customer_id__in={customer for _, customer in wanted},
        )
        for row in rows:
            if (row.affiliate_id, row.customer_id) in wanted:
                found[row.affiliate_id, row.component_id, row.customer_id] = row
        return found

    def _note(self, row: StoredQualification) -> None:
        if row.state == Standing.QUALIFIED and row.qualified_on is not None:
            self._changed.setdefault(row.affiliate_id, set()).add(row.qualified_on)

    def _ids(self) -> dict[tuple[int, str], tuple[int, int]]:
        """Return the ids of version and component by version number and component name."""
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

    def write_months(self) -> None:
        """Store the lines and states noted."""
        self._write_lines()
        self._write_states()
        self._months.clear()

    def _write_lines(self) -> None:
        stored: dict[int, list[StoredLine]] = {scope.affiliate: [] for scope, _, _ in self._months}
        rows = StoredLine.objects.filter(
            brand=self.brand,
            affiliate_id__in=stored,
            plan_id=self.plan.number,
            source_period__gte=str(min((scope.first for scope, _, _ in self._months), default=Period(1900, 1))),
        )
        for row in rows.select_related("component"):
            stored[row.affiliate_id].append(row)
        gone: list[int] = []
        changed: list[StoredLine] = []
        for scope, outcome, of_customers in self._months:
            ours = [row for row in stored[scope.affiliate] if _is_ours(row, scope, of_customers)]
            lines = [line for line in outcome.lines if _is_wanted(line.kind, line.customer, of_customers)]
            wanted = wanted_rows(
                Wanted(self.brand, self.plan.number, scope.affiliate, self._ids(), self.closed), lines, ours
            )
            before = {row.key: row for row in ours if row.state != "posted"}
            gone += [row.id for key, row in before.items() if key not in wanted]
            changed += [row for key, row in wanted.items() if key not in before or not _same_line(before[key], row)]
        for start in range(0, len(gone), AT_ONCE):
            StoredLine.objects.filter(brand=self.brand, id__in=gone[start : start + AT_ONCE]).delete()
        StoredLine.objects.bulk_create(
            changed,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["brand", "key"],
            update_fields=[column for column in LINE_COLUMNS if column not in ("key", "base_key")],
        )
        self.written = self.written.plus(Written(lines=len(gone) + len(changed)))

    def _write_states(self) -> None:
        rows = {
            (scope.affiliate, component.component, str(state.period)): state_to_json(component)
            for scope, outcome, _ in self._months
            for state in outcome.states
            for component in state.components
        }
        firsts = {scope.affiliate: str(scope.first) for scope, _, _ in self._months}
        stored: dict[tuple[int, str, str], tuple[int, dict[str, Any]]] = {}
        for number, affiliate, component, period, state in CarryState.objects.filter(
            brand=self.brand, affiliate_id__in=firsts, plan_id=self.plan.number, period__gte=min(firsts.values())
        ).values_list("id", "affiliate_id", "component", "period", "state"):
            if period >= firsts[affiliate]:
                stored[affiliate, component, period] = (number, state)
        gone = [number for key, (number, _) in stored.items() if key not in rows]
        changed = [
            CarryState(
                brand=self.brand,
                affiliate_id=affiliate,
                plan_id=self.plan.number,
                component=component,
                period=period,
                state=state,
            )
            for (affiliate, component, period), state in rows.items()
            if stored.get((affiliate, component, period), (0, None))[1] != state
        ]
        CarryState.objects.filter(brand=self.brand, id__in=gone).delete()
        CarryState.objects.bulk_create(
            changed,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["brand", "affiliate", "plan", "component", "period"],
            update_fields=["state"],
        )
        self.written = self.written.plus(Written(states=len(gone) + len(changed)))


def _same(stored: StoredQualification, row: StoredQualification) -> bool:
    columns = ("state", "qualified_on", "last_day", "trigger_on", "trigger_amount", "is_earning", "reason", "progress")
    return all(getattr(stored, column) == getattr(row, column) for column in columns)


def _same_line(stored: StoredLine, row: StoredLine) -> bool:
    return all(getattr(stored, column) == getattr(row, column) for column in LINE_COLUMNS)


def _is_ours(row: StoredLine, scope: Scope, of_customers: frozenset[int] | None) -> bool:
    return row.source_period >= str(scope.first) and _is_wanted(row.component.kind, row.customer_id, of_customers)


def _is_wanted(kind: str, customer: int | None, of_customers: frozenset[int] | None) -> bool:
    return kind != "cpa" or of_customers is None or customer in of_customers
