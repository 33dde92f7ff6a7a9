"""Computing affiliates again: the engine's wanted lines, qualifications and states replace what is stored.

Everything is read and written for many affiliates of one plan at once. What is written is a difference: computing
again without a change writes nothing.
"""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from brands.models import Brand
from commissions.engine import coarse
from commissions.engine.book import Book, Customer, Days, Deal, Fact, Qualification, State
from commissions.engine.compute import compute
from commissions.engine.judging import Judges
from commissions.engine.placing import Placing
from commissions.engine.plan import Plan
from commissions.models import Plan as StoredPlan
from commissions.queries.candidates import candidates_of, customers_of
from commissions.queries.concerned import customers_since, first_day, first_stored, last_month, plans_of
from commissions.queries.conversions import Conversions
from commissions.queries.crowd import crowds_of
from commissions.queries.exclusions import Excluded, exclusions_under
from commissions.queries.facts import shared_facts
from commissions.queries.periods import closed_through
from commissions.queries.scopes import Scope
from commissions.queries.standing import depends_on_others, openings_of, settled_of, standing_of
from commissions.queries.terms import deals_of, default_plan_of, earning_days_of, terms_of
from commissions.services.storing import Months, Store, Written
from commissions.services.writing import WritingStore
from ingestion.queries.kpis import count_kpis
from track360.lib.periods import Period

# How many customers are judged in one go: bounds the memory that their histories take.
CUSTOMERS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """An affiliate to compute again, from a day on.

    `customers` are those whose facts changed, each with the first day of it; None: terms or rates changed, so anybody
    with anything on or after `from_day` is looked at.
    """

    affiliate: int
    from_day: date
    customers: Mapping[int, date] | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for every plan of one piece of work."""

    brand: Brand
    today: date
    beginning: date
    last: Period
    closed: Period | None
    default_plan: int | None
    deals: Mapping[int, tuple[Deal, ...]]
    earning: Mapping[int, tuple[Days, ...]]
    excluded: Excluded
    conversions: Conversions
    count_kpis: Collection[str]


def recompute(
    *, brand: Brand, asked: Sequence[Asked], today: date, store: Callable[..., Store] = WritingStore
) -> Written:
    """Compute affiliates again and store the difference; return what was written.

    `today` is the brand's. Whoever has the difference written holds `lock_affiliates` or `lock_periods` in the same
    transaction. Lines of closed months stay as they are; what is wanted of them now and was not posted becomes
    adjustments. `store` takes the differences.
    """
    affiliates = [one.affiliate for one in asked]
    deals = deals_of(brand_id=brand.id, affiliates=affiliates)
    default_plan = default_plan_of(brand_id=brand.id)
    around = Surroundings(
        brand=brand,
        today=today,
        beginning=first_day(brand=brand, today=today),
        last=last_month(brand=brand, today=today),
        closed=closed_through(brand_id=brand.id),
        default_plan=default_plan,
        deals=deals,
        earning=earning_days_of(brand_id=brand.id, affiliates=affiliates),
        excluded=exclusions_under(brand_id=brand.id, affiliates=affiliates),
        conversions=Conversions(brand_id=brand.id),
        count_kpis=count_kpis(brand=brand),
    )
    first = Period.of(around.beginning)
    if early := [one.affiliate for one in asked if one.from_day < around.beginning]:
        first = min(first, first_stored(brand_id=brand.id, affiliates=early) or first)
    changed = [one.affiliate for one in asked if one.customers is None]
    plans = plans_of(brand_id=brand.id, deals=deals, default_plan=default_plan, changed=changed)
    terms = terms_of(
        brand_id=brand.id, plans=StoredPlan.objects.filter(brand=brand, id__in=set().union(*plans.values()))
    )
    written = Written()
    with _without_collecting():
        for number in sorted(terms):
            concerned = [one for one in asked if number in plans[one.affiliate]]
            ours = store(brand=brand, plan=terms[number], closed=around.closed, today=today)
            written = written.plus(_PlanAgain(around, terms[number], concerned, ours, first).run())
    return written


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep Python from looking for cycles among the many small values of a book, which have none: half the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _PlanAgain:
    """One plan, for the affiliates it may pay."""

    def __init__(self, around: Surroundings, plan: Plan, asked: Sequence[Asked], store: Store, first: Period) -> None:
        self._around = around
        self._plan = plan
        self._asked = asked
        self._store = store
        # A day may be any that somebody has stated; months are only those that can hold something.
        begins, ends = first.first_day, around.last.first_day
        self._firsts = {one.affiliate: Period.of(min(max(one.from_day, begins), ends)) for one in asked}
        self._known: dict[int, Customer] = {}

    def run(self) -> Written:
        """Judge customers, then compute the months that any of it may have changed."""
        judged = self._judge() if coarse.cpas(self._plan) else {}
        scopes = [
            Scope(one.affiliate, self._firsts[one.affiliate], self._around.last)
            for one in self._asked
            if self._has_months_to_compute(one)
        ]
        if scopes:
            self._compute(scopes, judged)
        return self._store.written

    def _has_months_to_compute(self, one: Asked) -> bool:
        """Without shares nothing changes in the months while everybody stands as before."""
        return bool(
            one.customers is None
            or coarse.shares(self._plan)
            or coarse.counted_metrics(self._plan)
            or self._store.changed_days(one.affiliate)
        )

    # --- customers ---------------------------------------------------------------------------------------------------

    def _judge(self) -> dict[int, dict[int, list[Qualification]]]:
        """Judge all customers concerned, by affiliate; store how they stand and widen the months by what changed."""
        judged: dict[int, dict[int, list[Qualification]]] = {}
        judges = Judges(self._plan)
        everybody = {one.affiliate for one in self._asked if one.customers is None}
        for batch in _batches(sorted(self._customers())):
            numbers = {customer for _, customer in batch}
            known = customers_of(brand_id=self._around.brand.id, customers=numbers, excluded=self._around.excluded)
            if coarse.needs_customers(self._plan):
                self._known |= known
            candidates = candidates_of(
                brand_id=self._around.brand.id,
                plan=self._plan,
                customers=known,
                conversions=self._around.conversions,
                count_kpis=self._around.count_kpis,
            )
            placings = {affiliate: Placing(self._book(affiliate)) for affiliate in {pair[0] for pair in batch}}
            for affiliate, customer in batch:
                standing = list(judges.judge(candidates[customer], placings[affiliate]))
                judged.setdefault(affiliate, {})[customer] = standing
                if affiliate in everybody:
                    self._store.note(affiliate, customer, None)
            self._store.qualifications(
                {(affiliate, customer): judged[affiliate][customer] for affiliate, customer in batch}
            )
        for affiliate in judged:
            for day in self._store.changed_days(affiliate):
                self._firsts[affiliate] = min(self._firsts[affiliate], Period.of(day))
        return judged

    def _customers(self) -> Iterator[tuple[int, int]]:
        everybody = {one.affiliate: one.from_day for one in self._asked if one.customers is None}
        if everybody:
            for affiliate, customers in customers_since(brand_id=self._around.brand.id, days=everybody).items():
                yield from ((affiliate, customer) for customer in customers)
        some = [one for one in self._asked if one.customers]
        if some:
            settled = settled_of(
                brand_id=self._around.brand.id,
                plan=self._plan,
                affiliates=[one.affiliate for one in some],
                customers={customer for one in some for customer in one.customers or ()},
            )
            for one in some:
                for customer, day in (one.customers or {}).items():
                    if settled.get((one.affiliate, customer), day) >= day:
                        yield one.affiliate, customer

    # --- months ------------------------------------------------------------------------------------------------------

    def _compute(self, scopes: list[Scope], judged: Mapping[int, Mapping[int, list[Qualification]]]) -> None:
        brand_id = self._around.brand.id
        openings = openings_of(brand_id=brand_id, plan=self._plan.number, scopes=scopes)
        scopes = [_without_gap(scope, openings[scope.affiliate]) for scope in scopes]
        first = min(scope.first for scope in scopes)
        rates = self._around.conversions.table(
            quote=self._plan.currency, first=first.first_day, last=self._around.last.last_day
        )
        starts = coarse.slice_starts(
            self._plan,
            [deal for scope in scopes for deal in self._around.deals[scope.affiliate]],
            [days for scope in scopes for days in self._around.earning[scope.affiliate]],
            first,
            self._around.last,
        )
        facts = shared_facts(
            brand_id=brand_id,
            plan=self._plan,
            scopes=scopes,
            starts=starts,
            rates=rates,
            excluded=self._around.excluded,
        )
        crowds = crowds_of(
            brand_id=brand_id,
            plan=self._plan,
            scopes=scopes,
            conversions=self._around.conversions,
            excluded=self._around.excluded,
        )
        others = standing_of(brand_id=brand_id, plan=self._plan, scopes=scopes, judged=judged)
        named = {fact.customer for found in facts.values() for fact in found if fact.customer is not None}
        named.update(customer for state in openings.values() for customer in _customers_in(state))
        unknown = named - self._known.keys()
        if unknown:
            self._known |= customers_of(brand_id=brand_id, customers=unknown, excluded=self._around.excluded)
        everybody = depends_on_others(self._plan)
        computed: list[Months] = []
        for scope in scopes:
            changed = self._store.changed_customers(scope.affiliate)
            paid = [
                found
                for customer, standing in judged.get(scope.affiliate, {}).items()
                if everybody or customer in changed
                for found in standing
            ]
            outcome = compute(
                replace(
                    self._book(scope.affiliate),
                    first=scope.first,
                    last=scope.last,
                    customers=_in_book(self._known, facts[scope.affiliate], openings[scope.affiliate]),
                    facts=facts[scope.affiliate],
                    standing=(*others[scope.affiliate], *paid),
                    crowd=crowds[scope.affiliate],
                    opening=openings[scope.affiliate],
                )
            )
            computed.append(Months(scope, outcome, everybody, changed))
        self._store.months(computed)

    def _book(self, affiliate: int) -> Book:
        """Give an affiliate's terms, without facts."""
        return Book(
            affiliate=affiliate,
            plan=self._plan,
            default_plan=self._around.default_plan,
            deals=self._around.deals[affiliate],
            earning=self._around.earning[affiliate],
            first=self._around.last,
            last=self._around.last,
        )


def _batches(pairs: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    for start in range(0, len(pairs), CUSTOMERS_AT_ONCE):
        yield pairs[start : start + CUSTOMERS_AT_ONCE]


def _without_gap(scope: Scope, opening: State | None) -> Scope:
    """Begin after the last month stored, so that every month hands on to the next."""
    return scope if opening is None else replace(scope, first=min(scope.first, opening.period.next))


def _customers_in(state: State | None) -> Iterator[int]:
    for component in () if state is None else state.components:
        yield from (deficit.customer for deficit in component.deficits if deficit.customer is not None)
        yield from (aside.customer for aside in component.asides)


def _in_book(known: Mapping[int, Customer], facts: Collection[Fact], opening: State | None) -> tuple[Customer, ...]:
    numbers = {fact.customer for fact in facts if fact.customer is not None}
    numbers.update(_customers_in(opening))
    return tuple(known[number] for number in sorted(numbers))
