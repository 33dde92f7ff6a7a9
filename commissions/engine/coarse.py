"""What may be summed before it is given to the engine, without changing a digit of the answer.

The database adds up far faster than Python; these functions tell it where terms do tell days, customers and products
apart. The tests do on values what the loader does in SQL.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from commissions.engine.book import ACTIVE_KPIS, Days, Deal
from commissions.engine.measures import DEPOSIT, counts_days, kpis_happening, kpis_measured
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
from track360.lib.periods import Period

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


def judged_through(limit: int | None, registered_on: date | None) -> date | None:
    """Give the last day of facts that matter to a customer's judgement by such a limit; None: there is none."""
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


def kpis_looked_at(plan: Plan) -> frozenset[str]:
    """Name the KPIs whose facts make any difference under a plan, those by which its tiers count customers too."""
    counted = counted_metrics(plan)
    first_deposits = {DEPOSIT} if MetricName.FIRST_DEPOSITS in counted else set()
    active = set(ACTIVE_KPIS) if MetricName.ACTIVE_CUSTOMERS in counted else set()
    return kpis_shared(plan) | kpis_judged(plan) | kpis_triggering(plan) | first_deposits | active
