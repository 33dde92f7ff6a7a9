"""What may be summed before it is given to the engine, without changing a digit of the answer.

The database adds up far faster than Python; these functions tell it where terms do tell days, customers and products
apart. `coarsened` does on values what the loader does in SQL.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from commissions.engine.book import Book, Candidate, Customer, Days, Deal, Fact
from commissions.engine.measures import counts_days, first_of, kpis_happening, kpis_measured
from commissions.engine.placing import excluded_from, owner_on
from commissions.engine.plan import (
    Anchor,
    AppliesTo,
    Cpa,
    MetricName,
    Netting,
    Plan,
    RevShare,
    Tiers,
    TriggerName,
    Window,
)
from commissions.engine.seeing import share_kpis
from track360.lib.money import exactly
from track360.lib.periods import Period, months_after

ONE_DAY = timedelta(days=1)


def shares(plan: Plan) -> list[RevShare]:
    """Give the revenue shares of all versions."""
    return [terms for version in plan.versions for terms in version.components if isinstance(terms, RevShare)]


def cpas(plan: Plan) -> list[Cpa]:
    """Give the cpa components of all versions."""
    return [terms for version in plan.versions for terms in version.components if isinstance(terms, Cpa)]


def kpis_shared(plan: Plan) -> frozenset[str]:
    """Name the KPIs whose facts the revenue shares look at."""
    return frozenset(kpi for terms in shares(plan) for kpi in share_kpis(plan.versions, terms))


def needs_customers(plan: Plan) -> bool:
    """Tell whether revenue shares tell customers apart; if not, facts of all may be pooled.

    Pooled facts are those of days on which the customer was the affiliate's and not excluded.
    """
    return any(
        terms.netting is Netting.CUSTOMER
        or terms.ring_fence is not None
        or terms.months is not None
        or terms.anchor is Anchor.REGISTRATION
        for terms in shares(plan)
    ) or any(version.applies_to is AppliesTo.NEW_CUSTOMERS for version in plan.versions)


def needs_products(plan: Plan) -> bool:
    """Tell whether any share tells products apart."""
    return any(terms.products for terms in shares(plan))


def months_limits(plan: Plan) -> tuple[int, ...]:
    """Give the different limits in months: from the registration day so many months on, a share sees no more."""
    return tuple(sorted({terms.months for terms in shares(plan) if terms.months is not None}))


def slice_starts(plan: Plan, deals: Iterable[Deal], earning: Iterable[Days], first: Period, last: Period) -> list[date]:
    """Give the days, sorted, from which on other terms may apply to the affiliate: months, deals, versions, status."""
    starts = {period.first_day for period in first.through(last)}
    starts.update(version.effective_from for version in plan.versions)
    for deal in deals:
        starts.add(deal.starts_on)
        starts.update(() if deal.ends_on is None else (deal.ends_on + ONE_DAY,))
    for days in earning:
        starts.update(() if days.first is None else (days.first,))
        starts.update(() if days.last is None else (days.last + ONE_DAY,))
    return sorted(day for day in starts if first.first_day <= day <= last.last_day)


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


# --- cpa ------------------------------------------------------------------------------------------------------------


def kpis_judged(plan: Plan) -> frozenset[str]:
    """Name the KPIs whose daily sums any cpa condition looks at."""
    return frozenset(kpi for terms in cpas(plan) for kpi in kpis_measured(terms))


def kpis_triggering(plan: Plan) -> frozenset[str]:
    """Name the KPIs of which any cpa needs a customer's first record."""
    return frozenset(kpi for terms in cpas(plan) for kpi in kpis_happening(terms))


def judged_within_days(plan: Plan) -> int | None:
    """Give how many days after the registration any condition still looks at facts; None: there is no last day."""
    limits = [terms.within_days for terms in cpas(plan) if kpis_measured(terms)]
    if any(limit is None for limit in limits):
        return None
    return max((limit for limit in limits if limit is not None), default=0)


def tells_early_days_apart(plan: Plan) -> bool:
    """Tell whether judging tells days before a customer's first trigger apart; if not, they may be one sum of each KPI.

    Conditions are looked at from the trigger on, on the sums so far, and without one on all there is. Earlier days
    count by themselves where active days are counted, and where components stop looking on different days.
    """
    looking = [terms for terms in cpas(plan) if kpis_measured(terms)]
    return (
        any(terms.trigger.name is TriggerName.REGISTRATION or counts_days(terms) for terms in looking)
        or len({terms.within_days for terms in looking}) > 1
    )


def judged_through(plan: Plan, registered_on: date | None) -> date | None:
    """Give the last day of facts that matter to a customer's judgement; None: there is none."""
    limit = judged_within_days(plan)
    return None if limit is None or registered_on is None else registered_on + timedelta(days=limit)


# --- tiers ----------------------------------------------------------------------------------------------------------


def counted_metrics(plan: Plan) -> dict[MetricName, frozenset[Window]]:
    """Give the tier metrics that count customers, with the windows they are used in."""
    found: dict[MetricName, set[Window]] = {}
    pays = [terms.pay for terms in shares(plan)] + [terms.pay for terms in cpas(plan)]
    for pay in pays:
        if isinstance(pay, Tiers):
            found.setdefault(pay.metric.name, set()).add(pay.window)
    counted = (MetricName.FIRST_DEPOSITS, MetricName.QUALIFIED, MetricName.ACTIVE_CUSTOMERS)
    return {name: frozenset(windows) for name, windows in found.items() if name in counted}


def needs_all_standing(plan: Plan) -> bool:
    """Tell whether tiers look at customers who qualified before the month preceding the first computed."""
    lifetime = Window.LIFETIME in counted_metrics(plan).get(MetricName.QUALIFIED, frozenset())
    first_month = any(
        isinstance(terms.pay, Tiers) and terms.pay.window is Window.PREVIOUS_PERIOD for terms in cpas(plan)
    )
    return lifetime or first_month


# --- on values ------------------------------------------------------------------------------------------------------


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
    kpis, through = kpis_judged(plan), judged_through(plan, candidate.customer.registered_on)
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
