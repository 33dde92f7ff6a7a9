"""Books summed as far as `commissions.engine.coarse` allows: on values what the loader does in SQL."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from commissions.engine.book import Book, Candidate, Customer, Fact
from commissions.engine.coarse import (
    judged_through,
    judged_within_days,
    kpis_judged,
    kpis_shared,
    kpis_triggering,
    months_limits,
    needs_customers,
    needs_products,
    slice_starts,
    tells_early_days_apart,
)
from commissions.engine.measures import first_of
from commissions.engine.placing import excluded_from, owner_on
from commissions.engine.plan import Plan
from track360.lib.money import exactly
from track360.lib.periods import months_after


def coarsened(book: Book) -> Book:
    """Sum a book's facts as far as no term tells them apart."""
    customers = {customer.number: customer for customer in book.customers}
    starts = slice_starts(book.plan, book.deals, book.earning, book.first, book.last)
    kpis, pools = kpis_shared(book.plan), not needs_customers(book.plan)
    facts = []
    for fact in book.facts:
        if fact.kpi not in kpis or not (book.first.first_day <= fact.day <= book.last.last_day):
            continue
        product = fact.product if needs_products(book.plan) else ""
        customer = None if fact.customer is None else customers[fact.customer]
        if customer is None:
            facts.append(fact._replace(day=slice_of(fact.day, starts), product=product))
        elif not pools:
            day = slice_of(fact.day, starts, customer_starts(customer, book.plan))
            facts.append(fact._replace(day=day, product=product))
        elif owner_on(customer, fact.day)[0] == book.affiliate and _is_counted(customer, fact.day):
            campaign = owner_on(customer, fact.day)[1]
            day = slice_of(fact.day, starts)
            facts.append(fact._replace(customer=None, day=day, product=product, campaign=campaign))
    candidates = tuple(_coarse_candidate(candidate, book.plan) for candidate in book.candidates)
    return replace(book, facts=summed(facts), candidates=candidates)


def customer_starts(customer: Customer, plan: Plan) -> list[date]:
    """Give the days, sorted, from which on other terms may apply to this customer: owners, exclusions, limits."""
    starts = {owner.holds_from for owner in customer.owners if owner.holds_from is not None}
    excluded = excluded_from(customer)
    if excluded is not None:
        starts.add(excluded[0])
    if customer.registered_on is not None:
        starts.update(months_after(customer.registered_on, months) for months in months_limits(plan))
    return sorted(starts)


def slice_of(day: date, starts: Sequence[date], own: Sequence[date] = ()) -> date:
    """Give the first day of the slice a day lies in: the latest start on or before it."""
    candidates = [starts[bisect_right(starts, day) - 1]]
    place = bisect_right(own, day)
    if place:
        candidates.append(own[place - 1])
    return max(candidates)


def summed(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Add up facts that differ in nothing but their amounts."""
    sums: dict[tuple[object, ...], Fact] = {}
    with exactly():
        for fact in facts:
            key = (fact.customer, fact.day, fact.kpi, fact.product, fact.campaign)
            known = sums.get(key)
            sums[key] = (
                fact
                if known is None
                else known._replace(amount=known.amount + fact.amount, positives=known.positives + fact.positives)
            )
    return tuple(sums.values())


def _is_counted(customer: Customer, day: date) -> bool:
    excluded = excluded_from(customer)
    return excluded is None or day < excluded[0]


def _coarse_candidate(candidate: Candidate, plan: Plan) -> Candidate:
    kpis, through = kpis_judged(plan), judged_through(judged_within_days(plan), candidate.customer.registered_on)
    history = [
        fact._replace(product="", campaign=None)
        for fact in candidate.history
        if fact.kpi in kpis and (through is None or fact.day <= through)
    ]
    found = [first_of(kpi, candidate.happenings) for kpi in sorted(kpis_triggering(plan))]
    firsts = tuple(first for first in found if first is not None)
    if history and not tells_early_days_apart(plan):
        begins, earliest = min((first.day for first in firsts), default=date.max), min(fact.day for fact in history)
        history = [fact if fact.day >= begins else fact._replace(day=earliest) for fact in history]
    return Candidate(candidate.customer, firsts, summed(history))
