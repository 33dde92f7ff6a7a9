"""How many customers of an affiliate made their first deposit or were active in a month (commissions.md 5)."""

from collections.abc import Sequence

from django.db import connection

from commissions.engine import coarse
from commissions.engine.book import ACTIVE_KPIS, Crowd
from commissions.engine.measures import DEPOSIT
from commissions.engine.plan import MetricName, Plan
from commissions.queries.conversions import Conversions
from commissions.queries.exclusions import EXCLUDED, Excluded
from commissions.queries.scopes import HAS_RATE, JOIN_RATES, RATES, Scope, customers_owned, rate_columns
from track360.lib.periods import Period

COUNTED = {MetricName.FIRST_DEPOSITS, MetricName.ACTIVE_CUSTOMERS}

_OWNED = """
owned AS MATERIALIZED (
    SELECT * FROM (
        SELECT affiliate_id AS asked, customer_id, coalesce(holds_from, '-infinity') AS since,
               lead(coalesce(holds_from, '-infinity'), 1, 'infinity')
                   OVER (PARTITION BY customer_id ORDER BY coalesce(holds_from, '-infinity')) AS until
        FROM attribution_attribution
        WHERE brand_id = %(brand)s AND superseded_at IS NULL AND customer_id = ANY(%(customers)s::bigint[])
    ) spans
    WHERE asked = ANY(%(affiliates)s::bigint[])
)
"""

_FIRST_DEPOSITS = f"""
WITH {RATES}, {EXCLUDED}, {_OWNED}
SELECT o.asked, date_trunc('month', f.day)::date, count(*)
FROM owned o
CROSS JOIN LATERAL (
    SELECT d.day FROM attribution_customerday d {JOIN_RATES}
    WHERE d.brand_id = %(brand)s AND d.customer_id = o.customer_id AND d.kpi = '{DEPOSIT}' AND d.positives > 0
      AND {HAS_RATE}
    ORDER BY d.day LIMIT 1
) f
LEFT JOIN excluded x ON x.customer_id = o.customer_id
WHERE o.since <= f.day AND f.day < o.until AND (x.from_day IS NULL OR f.day < x.from_day)
GROUP BY 1, 2
"""  # noqa: S608 - constants only

_ACTIVE = f"""
WITH {RATES}, {EXCLUDED}, {_OWNED},
months AS (
    SELECT DISTINCT o.asked, o.customer_id, date_trunc('month', d.day)::date AS month
    FROM owned o
    CROSS JOIN LATERAL (
        SELECT day, currency FROM attribution_customerday
        WHERE brand_id = %(brand)s AND customer_id = o.customer_id AND day >= o.since AND day < o.until
          AND kpi = ANY(%(active)s::text[]) AND positives > 0
        OFFSET 0
    ) d
    {JOIN_RATES}
    LEFT JOIN excluded x ON x.customer_id = o.customer_id
    WHERE {HAS_RATE}
      AND (x.from_day IS NULL OR d.day < x.from_day)
)
SELECT asked, month, count(*), count(*) FILTER (WHERE is_first)
FROM (SELECT *, month = min(month) OVER (PARTITION BY asked, customer_id) AS is_first FROM months) m
GROUP BY 1, 2
"""  # noqa: S608 - constants only


def crowds_of(
    *, brand_id: int, plan: Plan, scopes: Sequence[Scope], conversions: Conversions, excluded: Excluded
) -> dict[int, tuple[Crowd, ...]]:
    """Return the counts that a plan's tiers look at, by affiliate; nothing where they look at none."""
    counted = coarse.counted_metrics(plan).keys() & COUNTED
    if not counted:
        return {scope.affiliate: () for scope in scopes}
    found: dict[tuple[int, Period], list[int]] = {}
    affiliates = [scope.affiliate for scope in scopes]
    customers = customers_owned(brand_id=brand_id, affiliates=affiliates)
    rates = conversions.table_of(quote=plan.currency, customers=customers, kpis=[DEPOSIT, *ACTIVE_KPIS])
    parameters = {
        "brand": brand_id,
        "affiliates": affiliates,
        "customers": customers,
        "active": list(ACTIVE_KPIS),
        **rate_columns(rates),
        **excluded.columns(),
    }
    with connection.cursor() as cursor:
        if MetricName.FIRST_DEPOSITS in counted:
            cursor.execute(_FIRST_DEPOSITS, parameters)
            for affiliate, month, customers in cursor.fetchall():
                found.setdefault((affiliate, Period.of(month)), [0, 0, 0])[0] = customers
        if MetricName.ACTIVE_CUSTOMERS in counted:
            cursor.execute(_ACTIVE, parameters)
            for affiliate, month, customers, new in cursor.fetchall():
                found.setdefault((affiliate, Period.of(month)), [0, 0, 0])[1:] = [customers, new]
    crowds: dict[int, tuple[Crowd, ...]] = {scope.affiliate: () for scope in scopes}
    for (affiliate, period), figures in sorted(found.items()):
        crowds[affiliate] = (*crowds[affiliate], Crowd(period, *figures))
    return crowds
