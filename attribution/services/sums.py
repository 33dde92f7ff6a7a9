"""The sums by day, kept in SQL: what deliveries change, and what moves when a customer's owner changes.

A delivery's effect on the sums is constant: the approved facts it brought, less those of the versions it replaced,
whatever happened to either since. So deliveries can be added in any order and grouping, once each, and the sums equal
a fresh count. All of this runs under the brand's lock (`lock_sums`); rows are written in the order of their keys.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

REGISTRATIONS = "Registrations"
FIRST_DEPOSITS = "FirstDeposits"
CLICKS = "Clicks"

# Whose a customer of the table expression `touched` is, from day to day. OFFSET 0 keeps the planner from turning one
# index probe a customer into a scan of everybody's attributions.
_OWNERS = """
owners AS MATERIALIZED (
    SELECT t.customer_id, a.affiliate_id, a.campaign_id, a.link_id, a.since,
           lead(a.since, 1, 'infinity') OVER (PARTITION BY t.customer_id ORDER BY a.since) AS until
    FROM touched t
    CROSS JOIN LATERAL (
        SELECT affiliate_id, campaign_id, link_id, coalesce(holds_from, '-infinity') AS since
        FROM attribution_attribution
        WHERE brand_id = %(brand)s AND customer_id = t.customer_id AND superseded_at IS NULL
        OFFSET 0
    ) a
)
"""

# Adds the table expression `changes` (customer, day, kpi, product, currency, amount, records, positives) to the owners.
_ADD_TO_OWNERS = """
affiliate_days AS (
    INSERT INTO attribution_affiliateday AS stored
        (brand_id, affiliate_id, campaign_id, link_id, day, kpi, product, currency, amount, records, positives)
    SELECT %(brand)s, o.affiliate_id, o.campaign_id, o.link_id, c.day, c.kpi, c.product, c.currency,
           sum(c.amount), sum(c.records), sum(c.positives)
    FROM changes c
    LEFT JOIN owners o ON o.customer_id = c.customer_id AND o.since <= c.day AND c.day < o.until
    GROUP BY o.affiliate_id, o.campaign_id, o.link_id, c.day, c.kpi, c.product, c.currency
    HAVING sum(c.amount) <> 0 OR sum(c.records) <> 0 OR sum(c.positives) <> 0
    ORDER BY o.affiliate_id, c.day, c.kpi, o.campaign_id, o.link_id, c.product, c.currency
    ON CONFLICT (brand_id, affiliate_id, day, kpi, campaign_id, link_id, product, currency) DO UPDATE SET
        amount = stored.amount + excluded.amount,
        records = stored.records + excluded.records,
        positives = stored.positives + excluded.positives
    RETURNING id, records
)
"""

# The range lets the block range index find the few pages of these deliveries; `+ 0` keeps the planner from probing it
# once for each of them.
_BROUGHT = "delivery_id BETWEEN %(first)s AND %(last)s AND delivery_id + 0 = ANY(%(deliveries)s::bigint[])"
_REPLACED = "replaced_by_id BETWEEN %(first)s AND %(last)s AND replaced_by_id + 0 = ANY(%(deliveries)s::bigint[])"

_FOLLOW = f"""
WITH facts AS (
    SELECT customer_id, day, product, currency, kpis, amounts, 1 AS sign
    FROM ingestion_activity
    WHERE brand_id = %(brand)s AND state = 'live' AND status = 'approved' AND {_BROUGHT}
    UNION ALL
    SELECT customer_id, day, product, currency, kpis, amounts, 1
    FROM ingestion_supersededactivity
    WHERE brand_id = %(brand)s AND state = 'live' AND status = 'approved' AND {_BROUGHT}
    UNION ALL
    SELECT customer_id, day, product, currency, kpis, amounts, -1
    FROM ingestion_supersededactivity
    WHERE brand_id = %(brand)s AND state = 'live' AND status = 'approved' AND {_REPLACED}
),
sums AS MATERIALIZED (
    SELECT f.customer_id, f.day, k.kpi, f.product,
           CASE WHEN k.kpi = ANY(%(counts)s::text[]) THEN '' ELSE f.currency END AS currency,
           sum(f.sign * k.amount) AS amount, sum(f.sign) AS records,
           sum(f.sign * (k.amount > 0)::int) AS positives
    FROM facts f CROSS JOIN LATERAL unnest(f.kpis, f.amounts) AS k (kpi, amount)
    GROUP BY 1, 2, 3, 4, 5
),
changes AS MATERIALIZED (SELECT * FROM sums WHERE amount <> 0 OR records <> 0 OR positives <> 0),
touched AS MATERIALIZED (
    SELECT customer_id, min(day) AS day, bool_or(kpi = 'Deposit') AS deposits FROM sums GROUP BY customer_id
),
{_OWNERS},
customer_days AS (
    INSERT INTO attribution_customerday AS stored
        (brand_id, customer_id, day, kpi, product, currency, amount, records, positives)
    SELECT %(brand)s, customer_id, day, kpi, product, currency, amount, records, positives
    FROM changes ORDER BY customer_id, day, kpi, product, currency
    ON CONFLICT (brand_id, customer_id, day, kpi, product, currency) DO UPDATE SET
        amount = stored.amount + excluded.amount,
        records = stored.records + excluded.records,
        positives = stored.positives + excluded.positives
    RETURNING id, records
),
{_ADD_TO_OWNERS},
marked AS (
    INSERT INTO attribution_touched (brand_id, affiliate_id, customer_id, from_day)
    SELECT DISTINCT %(brand)s::bigint, o.affiliate_id, t.customer_id, t.day
    FROM touched t JOIN owners o ON o.customer_id = t.customer_id
    ORDER BY o.affiliate_id, t.customer_id
)
SELECT
    (SELECT array_agg(id) FROM customer_days WHERE records = 0),
    (SELECT array_agg(id) FROM affiliate_days WHERE records = 0),
    (
        SELECT array_agg(t.customer_id)
        FROM touched t
        CROSS JOIN LATERAL (
            SELECT registered_on FROM ingestion_customer WHERE brand_id = %(brand)s AND id = t.customer_id LIMIT 1
        ) c
        WHERE t.deposits OR c.registered_on IS NULL
    )
"""  # noqa: S608 - constants only

# Registrations and first deposits: what each customer should count, against what he counts.
_COUNT_BEGINNINGS = f"""
WITH touched AS MATERIALIZED (SELECT DISTINCT unnest(%(customers)s::bigint[]) AS customer_id),
known AS MATERIALIZED (
    SELECT t.customer_id, c.registered_on,
           (
               SELECT day FROM attribution_customerday d
               WHERE d.brand_id = %(brand)s AND d.customer_id = t.customer_id
                 AND d.kpi NOT IN ('{REGISTRATIONS}', '{FIRST_DEPOSITS}')
               ORDER BY day LIMIT 1
           ) AS first_day,
           (
               SELECT day FROM attribution_customerday d
               WHERE d.brand_id = %(brand)s AND d.customer_id = t.customer_id
                 AND d.kpi = 'Deposit' AND d.positives > 0
               ORDER BY day LIMIT 1
           ) AS first_deposit
    FROM touched t
    CROSS JOIN LATERAL (
        SELECT registered_on, reported_at FROM ingestion_customer
        WHERE brand_id = %(brand)s AND id = t.customer_id LIMIT 1
    ) c
    WHERE c.reported_at IS NOT NULL
),
wanted AS MATERIALIZED (
    SELECT customer_id, '{REGISTRATIONS}' AS kpi, coalesce(registered_on, first_day) AS day FROM known
    WHERE coalesce(registered_on, first_day) IS NOT NULL
    UNION ALL
    SELECT customer_id, '{FIRST_DEPOSITS}', first_deposit FROM known WHERE first_deposit IS NOT NULL
),
present AS MATERIALIZED (
    SELECT d.* FROM touched t
    CROSS JOIN LATERAL (
        SELECT id, customer_id, kpi, day FROM attribution_customerday
        WHERE brand_id = %(brand)s AND customer_id = t.customer_id AND kpi IN ('{FIRST_DEPOSITS}', '{REGISTRATIONS}')
        OFFSET 0
    ) d
),
gone AS (
    DELETE FROM attribution_customerday
    WHERE brand_id = %(brand)s AND id = ANY(ARRAY(
        SELECT id FROM present p
        WHERE NOT EXISTS (SELECT FROM wanted w WHERE (w.customer_id, w.kpi, w.day) = (p.customer_id, p.kpi, p.day))
    ))
    RETURNING customer_id, day, kpi
),
come AS (
    INSERT INTO attribution_customerday
        (brand_id, customer_id, day, kpi, product, currency, amount, records, positives)
    SELECT %(brand)s, customer_id, day, kpi, '', '', 1, 1, 1 FROM wanted w
    WHERE NOT EXISTS (SELECT FROM present p WHERE (p.customer_id, p.kpi, p.day) = (w.customer_id, w.kpi, w.day))
    ORDER BY customer_id, day, kpi
    RETURNING customer_id, day, kpi
),
changes AS MATERIALIZED (
    SELECT customer_id, day, kpi, '' AS product, '' AS currency, 1 AS amount, 1 AS records, 1 AS positives FROM come
    UNION ALL
    SELECT customer_id, day, kpi, '', '', -1, -1, -1 FROM gone
),
{_OWNERS},
{_ADD_TO_OWNERS},
days AS (
    SELECT customer_id, day FROM changes
    UNION ALL
    SELECT customer_id, registered_on FROM known WHERE customer_id = ANY(%(told)s::bigint[])
    UNION ALL
    SELECT customer_id, first_day FROM known WHERE customer_id = ANY(%(told)s::bigint[])
),
marked AS (
    INSERT INTO attribution_touched (brand_id, affiliate_id, customer_id, from_day)
    SELECT %(brand)s, o.affiliate_id, d.customer_id, min(d.day)
    FROM days d JOIN owners o ON o.customer_id = d.customer_id
    WHERE d.day IS NOT NULL
    GROUP BY o.affiliate_id, d.customer_id
    ORDER BY o.affiliate_id, d.customer_id
)
SELECT (SELECT array_agg(id) FROM affiliate_days WHERE records = 0)
"""  # noqa: S608 - constants only

_ADD_OWNED = f"""
WITH touched AS MATERIALIZED (SELECT DISTINCT unnest(%(customers)s::bigint[]) AS customer_id),
{_OWNERS},
changes AS MATERIALIZED (
    SELECT t.customer_id, d.day, d.kpi, d.product, d.currency,
           %(sign)s * d.amount AS amount, %(sign)s * d.records AS records, %(sign)s * d.positives AS positives
    FROM touched t
    CROSS JOIN LATERAL (
        SELECT day, kpi, product, currency, amount, records, positives FROM attribution_customerday
        WHERE brand_id = %(brand)s AND customer_id = t.customer_id
        OFFSET 0
    ) d
),
{_ADD_TO_OWNERS},
marked AS (
    INSERT INTO attribution_touched (brand_id, affiliate_id, customer_id, from_day)
    SELECT %(brand)s, o.affiliate_id, c.customer_id, min(c.day)
    FROM changes c JOIN owners o ON o.customer_id = c.customer_id
    GROUP BY o.affiliate_id, c.customer_id
    ORDER BY o.affiliate_id, c.customer_id
)
SELECT (SELECT array_agg(id) FROM affiliate_days WHERE records = 0), (SELECT count(*) FROM changes)
"""  # noqa: S608 - constants only


def lock_sums(*, brand_id: int) -> None:
    """Wait for the brand's lock and hold it until the transaction ends: one writer of sums and owners at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sums of brand {brand_id}"])


def add_deliveries(*, brand_id: int, deliveries: Sequence[int], count_kpis: Iterable[str]) -> list[int]:
    """Add what these deliveries change to the sums of customers and of their owners, who are marked as touched.

    Call once for each delivery. Returns the customers whose registration or first deposit may have moved with it.
    """
    rows = _run(
        _FOLLOW,
        brand=brand_id,
        deliveries=array(deliveries),
        first=min(deliveries),
        last=max(deliveries),
        counts=list(count_kpis),
    )
    empty_customer_days, empty_affiliate_days, beginnings = rows
    if empty_customer_days:
        _run_only(
            "DELETE FROM attribution_customerday WHERE brand_id = %s AND id = ANY(%s)", brand_id, empty_customer_days
        )
    _drop_empty_affiliate_days(brand_id, empty_affiliate_days)
    return beginnings or []


def count_beginnings(*, brand_id: int, customers: Iterable[int], told: Iterable[int]) -> None:
    """Bring the counts of registrations and first deposits up to date for these customers.

    The owners of those among `told`, of whom the brand said something new, are marked as touched in any case.
    """
    wanted, told = {*customers, *told}, list(told)
    if wanted:
        (empty,) = _run(_COUNT_BEGINNINGS, brand=brand_id, customers=array(wanted), told=array(told))
        _drop_empty_affiliate_days(brand_id, empty)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Sums taken from their owners, to be given back once the owners have changed."""

    brand_id: int
    customers: tuple[int, ...]


def withdraw_sums(*, brand_id: int, customers: Iterable[int]) -> Withdrawn:
    """Take these customers' sums from whoever owns them now. Follow with `return_sums` in the same transaction."""
    customers = tuple(customers)
    return Withdrawn(brand_id, customers if customers and _add_owned(brand_id, customers, -1) else ())


def return_sums(*, withdrawn: Withdrawn) -> None:
    """Give the sums that were taken to the customers' present owners."""
    if withdrawn.customers:
        _add_owned(withdrawn.brand_id, withdrawn.customers, 1)


def array(numbers: Iterable[int]) -> str:
    """Return numbers as PostgreSQL's array literal, which costs a tenth of adapting a list."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _add_owned(brand_id: int, customers: Sequence[int], sign: int) -> int:
    empty, changes = _run(_ADD_OWNED, brand=brand_id, customers=array(customers), sign=sign)
    _drop_empty_affiliate_days(brand_id, empty)
    return int(changes)


def _drop_empty_affiliate_days(brand_id: int, rows: list[int] | None) -> None:
    if rows:
        _run_only("DELETE FROM attribution_affiliateday WHERE brand_id = %s AND id = ANY(%s)", brand_id, rows)


def _run(statement: str, **parameters: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(cursor.fetchone())


def _run_only(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
