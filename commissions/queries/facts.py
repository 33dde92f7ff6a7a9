"""The facts that revenue shares look at, summed and converted in the database as far as terms allow.

`commissions.engine.coarse` says what may be summed; a test compares these statements with the same done on values.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from commissions.engine import coarse
from commissions.engine.book import Fact
from commissions.engine.plan import Anchor, Plan
from commissions.queries.conversions import RateTable
from commissions.queries.exclusions import EXCLUDED, Excluded
from commissions.queries.scopes import (
    HAS_RATE,
    IN_PLAN_CURRENCY,
    JOIN_RATES,
    RATES,
    SCOPES,
    Scope,
    array,
    customers_owned,
    rate_columns,
    scope_columns,
)

# OFFSET 0 keeps the planner to one index probe an affiliate or customer, whatever it believes about the tables.
_OF_AFFILIATES = """
    SELECT s.affiliate_id, d.*
    FROM scope s
    CROSS JOIN LATERAL (
        SELECT campaign_id, day, kpi, product, currency, amount, records, positives FROM attribution_affiliateday
        WHERE brand_id = %(brand)s AND affiliate_id = s.affiliate_id AND day BETWEEN s.first AND s.last
          AND kpi = ANY(%(kpis)s::text[])
        OFFSET 0
    ) d
"""

# Customers excluded from a day on are taken out of the sums of their affiliates again: there are few of them.
_OF_EXCLUDED = """
    SELECT s.affiliate_id, o.campaign_id, d.day, d.kpi, d.product, d.currency, -d.amount, -d.records, -d.positives
    FROM excluded x
    CROSS JOIN LATERAL (
        SELECT affiliate_id, campaign_id, coalesce(holds_from, '-infinity') AS since,
               lead(coalesce(holds_from, '-infinity'), 1, 'infinity')
                   OVER (ORDER BY coalesce(holds_from, '-infinity')) AS until
        FROM attribution_attribution
        WHERE brand_id = %(brand)s AND customer_id = x.customer_id AND superseded_at IS NULL
    ) o
    JOIN scope s ON s.affiliate_id = o.affiliate_id
    CROSS JOIN LATERAL (
        SELECT day, kpi, product, currency, amount, records, positives FROM attribution_customerday
        WHERE brand_id = %(brand)s AND customer_id = x.customer_id AND day >= o.since AND day < o.until
          AND day BETWEEN s.first AND s.last AND day >= x.from_day AND kpi = ANY(%(kpis)s::text[])
        OFFSET 0
    ) d
"""

_POOLED = f"""
WITH {SCOPES}, {RATES}, {EXCLUDED},
summed AS ({_OF_AFFILIATES} UNION ALL {_OF_EXCLUDED})
SELECT d.affiliate_id, NULL::bigint, (%(starts)s::date[])[width_bucket(d.day, %(starts)s::date[])], d.kpi,
       sum({IN_PLAN_CURRENCY}), sum(d.positives),
       CASE WHEN %(products)s THEN d.product ELSE '' END, d.campaign_id
FROM summed d {JOIN_RATES}
WHERE {HAS_RATE}
GROUP BY 1, 3, 4, 7, 8
HAVING sum(d.records) <> 0
"""  # noqa: S608 - constants only

# The days on which customers were the affiliates' own.
_OWN_DAYS = """
owned AS MATERIALIZED (
    SELECT s.affiliate_id, s.first, s.last, a.customer_id, a.since, a.until
    FROM (
        SELECT customer_id, affiliate_id, coalesce(holds_from, '-infinity') AS since,
               lead(coalesce(holds_from, '-infinity'), 1, 'infinity')
                   OVER (PARTITION BY customer_id ORDER BY coalesce(holds_from, '-infinity')) AS until
        FROM attribution_attribution
        WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[]) AND superseded_at IS NULL
    ) a
    JOIN scope s ON s.affiliate_id = a.affiliate_id
)
"""

# All days of customers who ever were the affiliates' own, nobody's days too, for shares that follow them from the
# registration on.
_ALL_DAYS = """
owned AS MATERIALIZED (
    SELECT m.affiliate_id, m.first, m.last, m.customer_id, a.since,
           lead(a.since, 1, 'infinity') OVER (PARTITION BY m.affiliate_id, m.customer_id ORDER BY a.since) AS until
    FROM (
        SELECT DISTINCT s.affiliate_id, s.first, s.last, a.customer_id
        FROM scope s
        JOIN attribution_attribution a
          ON a.brand_id = %(brand)s AND a.affiliate_id = s.affiliate_id AND a.superseded_at IS NULL
    ) m
    CROSS JOIN LATERAL (
        SELECT '-infinity'::date AS since
        UNION
        SELECT holds_from FROM attribution_attribution
        WHERE brand_id = %(brand)s AND customer_id = m.customer_id AND superseded_at IS NULL AND holds_from IS NOT NULL
        OFFSET 0
    ) a
)
"""

# One row a customer, slice and KPI. A customer's own slices begin where his owner changes, where he is excluded, and
# where a share limited in months ends.
_BY_CUSTOMER = f"""
WITH {SCOPES}, {RATES}, {EXCLUDED}, {{owned}},
looked_at AS MATERIALIZED (
    SELECT o.affiliate_id, o.customer_id, greatest(o.first, o.since) AS first, least(o.last, o.until - 1) AS last,
           CASE WHEN o.since > o.first THEN o.since END AS since, x.from_day AS excluded_from,
           CASE WHEN %(limits)s::int[] <> '{{{{}}}}' THEN coalesce(
               (SELECT registered_on FROM ingestion_customer WHERE brand_id = %(brand)s AND id = o.customer_id),
               (
                   SELECT day FROM attribution_customerday
                   WHERE brand_id = %(brand)s AND customer_id = o.customer_id AND kpi = 'Registrations'
               )
           ) END AS registered_on
    FROM owned o
    LEFT JOIN excluded x ON x.customer_id = o.customer_id
    WHERE o.since <= o.last AND o.until > o.first
)
SELECT l.affiliate_id, l.customer_id,
       greatest(
           (%(starts)s::date[])[width_bucket(d.day, %(starts)s::date[])], l.since,
           CASE WHEN d.day >= l.excluded_from THEN l.excluded_from END,
           (
               SELECT max(ends.day)
               FROM (
                   SELECT (l.registered_on + make_interval(months => n))::date AS day
                   FROM unnest(%(limits)s::int[]) AS limits (n)
               ) ends
               WHERE ends.day <= d.day
           )
       ),
       d.kpi, sum({IN_PLAN_CURRENCY}), sum(d.positives),
       CASE WHEN %(products)s THEN d.product ELSE '' END, NULL::bigint
FROM looked_at l
CROSS JOIN LATERAL (
    SELECT day, kpi, product, currency, amount, positives FROM attribution_customerday
    WHERE brand_id = %(brand)s AND customer_id = l.customer_id AND day BETWEEN l.first AND l.last
      AND kpi = ANY(%(kpis)s::text[])
    OFFSET 0
) d
{JOIN_RATES}
WHERE {HAS_RATE}
GROUP BY 1, 2, 3, 4, 7
"""  # noqa: S608 - constants only


def shared_facts(
    *,
    brand_id: int,
    plan: Plan,
    scopes: Sequence[Scope],
    starts: Sequence[date],
    rates: RateTable,
    excluded: Excluded,
) -> dict[int, tuple[Fact, ...]]:
    """Return what the shares of a plan look at, by affiliate, in plan currency.

    `starts` are the days, the earliest month's first among them, from which on other terms may apply to any of these
    affiliates. Facts are pooled unless a term of the plan tells customers apart.
    """
    facts: dict[int, list[Fact]] = {scope.affiliate: [] for scope in scopes}
    kpis = coarse.kpis_shared(plan)
    if kpis:
        for affiliate, *columns in _rows(brand_id, plan, scopes, starts, rates, excluded, kpis):
            customer, day, kpi, amount, positives, product, campaign = columns
            facts[affiliate].append(Fact(customer, day, kpi, amount, positives, product, campaign))
    return {affiliate: tuple(found) for affiliate, found in facts.items()}


def _rows(
    brand_id: int,
    plan: Plan,
    scopes: Sequence[Scope],
    starts: Sequence[date],
    rates: RateTable,
    excluded: Excluded,
    kpis: frozenset[str],
) -> list[tuple[Any, ...]]:
    follows = any(terms.anchor is Anchor.REGISTRATION for terms in coarse.shares(plan))
    by_customer = _BY_CUSTOMER.format(owned=_ALL_DAYS if follows else _OWN_DAYS)
    customers = array([])
    with connection.cursor() as cursor:
        if coarse.needs_customers(plan) and not follows:
            customers = customers_owned(brand_id=brand_id, affiliates=[scope.affiliate for scope in scopes])
        cursor.execute(
            by_customer if coarse.needs_customers(plan) else _POOLED,
            {
                "brand": brand_id,
                "customers": customers,
                "kpis": sorted(kpis),
                "starts": list(starts),
                "products": coarse.needs_products(plan),
                "limits": list(coarse.months_limits(plan)),
                **scope_columns(scopes),
                **rate_columns(rates),
                **excluded.columns(),
            },
        )
        return list(cursor.fetchall())
