"""The engine's door: a book in, lines, qualifications and states out, in the order of commissions.md 10."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from commissions.engine.book import (
    Book,
    ComponentState,
    Fact,
    Figure,
    Line,
    Outcome,
    Qualification,
    Standing,
    State,
)
from commissions.engine.carry import while_waiting
from commissions.engine.counting import Counts
from commissions.engine.cpa import cpa_lines
from commissions.engine.judging import Judges
from commissions.engine.lines import Source
from commissions.engine.placing import Placing
from commissions.engine.plan import Anchor, AppliesTo, Cpa, Metric, RevShare, Tiers, Version, Window
from commissions.engine.revshare import Scope, figure_of, gather, revenue, share
from commissions.engine.seeing import own_kpis, seen_by_shares, share_metrics
from commissions.engine.tiers import Reached
from track360.lib.money import ZERO, exactly
from track360.lib.periods import Period

Qualified = dict[tuple[int, str], list[Qualification]]  # in one month, by version and component


def compute(book: Book) -> Outcome:
    """Compute every wanted line of the book's months, how its candidates stand, and what each month hands on.

    The same book gives the same outcome, and so does any other that says the same: in another order, with facts summed
    as `commissions.engine.coarse` allows, or beginning with the state an earlier outcome ended with.
    """
    with exactly():
        placing = Placing(book)
        candidates = sorted(book.candidates, key=lambda candidate: candidate.customer.key.encode())
        judges = Judges(book.plan)
        judged = tuple(standing for candidate in candidates for standing in judges.judge(candidate, placing))
        paying = [q for q in (*judged, *book.standing) if q.standing is Standing.QUALIFIED and q.earning]
        month = _Months(book, placing, Counts(book, paying))
        qualified = _by_month(paying)
        lines: list[Line] = []
        states: list[State] = []
        state = book.opening
        for period in book.first.through(book.last):
            lines.extend(_cpa(book, qualified.get(period, {}), month.counts, period))
            shared, state = month.shares(period, state)
            lines.extend(shared)
            states.append(state)
        return Outcome(lines=tuple(lines), qualifications=judged, states=tuple(states))


def _by_month(paying: Iterable[Qualification]) -> dict[Period, Qualified]:
    found: dict[Period, Qualified] = {}
    for qualified in paying:
        if qualified.day is not None:
            month = found.setdefault(Period.of(qualified.day), {})
            month.setdefault((qualified.version, qualified.component), []).append(qualified)
    return found


def _cpa(book: Book, qualified: Qualified, counts: Counts, period: Period) -> Iterator[Line]:
    for version in book.plan.versions:
        for terms in version.components:
            ours = qualified.get((version.number, terms.name))
            if isinstance(terms, Cpa) and ours:
                reached = Reached(ZERO)
                if isinstance(terms.pay, Tiers):
                    reached = counts.reached_by_cpa(terms.pay, terms.name, version.number, period)
                yield from cpa_lines(
                    ours, source=Source(book.affiliate, book.plan, version, period), terms=terms, reached=reached
                )


@dataclass(frozen=True, slots=True)
class _Named:
    """The versions of the revenue shares of one name, by day, and the metrics of facts any of them has tiers by."""

    name: str
    versions: tuple[tuple[Version, RevShare], ...]
    metrics: tuple[Metric, ...]


class _Months:
    """Computes the revenue shares of one month after the other."""

    def __init__(self, book: Book, placing: Placing, counts: Counts) -> None:
        self._book = book
        self._placing = placing
        self.counts = counts
        self._order = {customer.number: customer.key.encode() for customer in book.customers}
        self._seen = seen_by_shares(book, placing)
        self._named = _by_name(book.plan.versions)

    def shares(self, period: Period, before: State | None) -> tuple[list[Line], State]:
        """Compute one month from the state the month before left."""
        lines: list[Line] = []
        components: list[ComponentState] = []
        opening = {} if before is None else {component.component: component for component in before.components}
        for named in self._named:
            made, component = self._component(named, period, opening.get(named.name, ComponentState(named.name)))
            lines.extend(made)
            if component.started is not None:
                components.append(component)
        return lines, State(period=period, components=tuple(components))

    def _component(self, named: _Named, period: Period, before: ComponentState) -> tuple[list[Line], ComponentState]:
        facts = {
            version.number: self._seen.get((period, version.number, named.name), []) for version, _ in named.versions
        }
        settled = {
            version.number
            for version, terms in named.versions
            if not own_kpis(terms).isdisjoint(fact.kpi for fact in facts[version.number])
        }
        if before.started is None and not settled:
            return [], before
        deficits, asides = before.deficits, before.asides
        if not any(facts.values()) and self._has_ended(named, period):
            deficits, asides = (), ()  # carry-over and ring-fence end with the plan
        state = ComponentState(
            component=named.name,
            started=before.started or period,
            deficits=deficits,
            asides=asides,
            figures=_next_month(before.figures),
        )
        lines: list[Line] = []
        foremost = _foremost(named.versions, period)
        computed = [version.number for version, _ in named.versions if version is foremost or version.number in settled]
        for version, terms in named.versions:
            if version.number in computed:
                made, state = self._version(
                    named,
                    version,
                    terms,
                    period,
                    facts[version.number],
                    before,
                    state,
                    settles_all=version is foremost,
                    sees=version.number in settled,
                    ends_period=version.number == computed[-1],
                )
                lines.extend(made)
            elif facts[version.number]:
                state = replace(state, figures=_counted(named, version, gather(facts[version.number]), ZERO, state))
        return lines, state

    def _has_ended(self, named: _Named, period: Period) -> bool:
        """Tell whether nobody can earn anything under the plan in a month.

        Who is anchored by his registration goes on under the plan that was in force then, whatever deal came after.
        """
        begun = [terms for version, terms in named.versions if version.effective_from <= period.last_day]
        if any(terms.anchor is Anchor.REGISTRATION for terms in begun):
            return False
        return not self._placing.is_in_force_in(period)

    def _version(
        self,
        named: _Named,
        version: Version,
        terms: RevShare,
        period: Period,
        facts: list[Fact],
        before: ComponentState,
        state: ComponentState,
        *,
        settles_all: bool,
        sees: bool,
        ends_period: bool,
    ) -> tuple[list[Line], ComponentState]:
        scope = gather(facts)
        earned = revenue(scope, terms, asides=state.asides, order=self._order)
        ordered = _counted(named, version, scope, earned.base, state)
        figures = {(figure.version, figure.metric): figure for figure in ordered}
        reached = Reached(ZERO)
        if isinstance(terms.pay, Tiers):
            reached = self._reached(terms.pay, version, period, before, state, figures)
        made = share(
            earned,
            scope,
            terms,
            source=Source(self._book.affiliate, self._book.plan, version, period),
            reached=reached,
            deficits=state.deficits,
            order=self._order,
            settles_all=settles_all,
            waiting=terms.negative if version.effective_from in period else while_waiting(terms.negative),
            sees=sees,
            ends_period=ends_period,
        )
        return made.lines, ComponentState(named.name, state.started, made.deficits, earned.asides, ordered)

    def _reached(
        self,
        tiers: Tiers,
        version: Version,
        period: Period,
        before: ComponentState,
        state: ComponentState,
        figures: dict[tuple[int, str], Figure],
    ) -> Reached:
        lowest = tiers.window is Window.PREVIOUS_PERIOD and state.started == period
        counted = self.counts.of_share(tiers, period)
        if counted is not None:
            return Reached(counted, lowest=lowest)
        metric = str(tiers.metric)
        match tiers.window:
            case Window.PERIOD:
                figure = figures[version.number, metric].period
            case Window.LIFETIME:
                figure = figures[version.number, metric].lifetime
            case Window.PREVIOUS_PERIOD:
                figure = sum((old.period for old in before.figures if old.metric == metric), ZERO)
            case _:
                assert_never(tiers.window)
        return Reached(figure, lowest=lowest)


def _by_name(versions: Sequence[Version]) -> list[_Named]:
    named: dict[str, list[tuple[Version, RevShare]]] = {}
    for version in sorted(versions, key=lambda version: version.effective_from):
        for terms in version.components:
            if isinstance(terms, RevShare):
                named.setdefault(terms.name, []).append((version, terms))
    return [_Named(name, tuple(found), share_metrics(versions, name)) for name, found in named.items()]


def _foremost(versions: Sequence[tuple[Version, RevShare]], period: Period) -> Version | None:
    """Give the version that looks after the deficits of whom no version sees a fact in the month.

    The latest that took over everybody, not new customers or new registrations only; else the first of all.
    """
    effective = [(version, terms) for version, terms in versions if version.effective_from <= period.last_day]
    for_all = [
        version
        for version, terms in effective
        if version.applies_to is AppliesTo.ALL and terms.anchor is Anchor.ACTIVITY
    ]
    if for_all:
        return max(for_all, key=lambda version: version.effective_from)
    return min((version for version, _ in effective), key=lambda version: version.effective_from, default=None)


def _counted(named: _Named, version: Version, scope: Scope, base: Decimal, state: ComponentState) -> tuple[Figure, ...]:
    """Add what a version saw in the month to the figures of the component's tiers."""
    figures = {(figure.version, figure.metric): figure for figure in state.figures}
    for metric in named.metrics:
        now = figure_of(metric, scope, base)
        if now is not None:
            old = figures.get((version.number, str(metric)), Figure(version.number, str(metric), ZERO, ZERO))
            figures[version.number, str(metric)] = Figure(version.number, str(metric), now, old.lifetime + now)
    return tuple(figures[key] for key in sorted(figures))


def _next_month(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    return tuple(Figure(figure.version, figure.metric, Decimal(0), figure.lifetime) for figure in figures)
