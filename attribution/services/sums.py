"""The sums by day, kept in SQL: what deliveries change, and what moves when a customer's owner changes.

A delivery's effect on the sums is constant: the approved facts it brought, less those of the versions it replaced,
whatever happened to either since. So deliveries can be added in any order and grouping, once each, and the sums equal
a fresh count. All of this runs under the brand's lock (`lock_sums`); rows are written in the order of their keys.

The planner knows nothing of rows that came a second ago and would join thousands of them by nested loops. So customers
are always named by an array, which every index and every scan understands, and nested loops are ruled out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

REGISTRATIONS = "Registrations"
FIRST_DEPOSITS = "FirstDeposits"
CLICKS = "Clicks"

# Whose the named customers are, from day to day.
_OWNERS = """
owners AS MATERIALIZED (
    SELECT customer_id, affiliate_id, campaign_id, link_id, coalesce(holds_from, '-infinity') AS since,
           lead(coalesce(holds_from, '-infinity'), 1, 'infinity')
               OVER (PARTITION BY customer_id ORDER BY coalesce(holds_from, '-infinity')) AS until
    FROM attribution_attribution
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[]) AND superseded_at IS NULL
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
_APPROVED = "brand_id = %(brand)s AND state = 'live' AND status = 'approved'"

_CUSTOMERS = f"""
SELECT DISTINCT customer_id FROM ingestion_activity WHERE {_APPROVED} AND {_BROUGHT}
UNION
SELECT customer_id FROM ingestion_supersededactivity WHERE {_APPROVED} AND {_BROUGHT}
UNION
SELECT customer_id FROM ingestion_supersededactivity WHERE {_APPROVED} AND {_REPLACED}
"""  # noqa: S608 - constants only

_FOLLOW = f"""
WITH facts AS (
    SELECT customer_id, day, product, currency, unnest(kpis) AS kpi, unnest(amounts) AS amount, 1 AS sign
    FROM ingestion_activity WHERE {_APPROVED} AND {_BROUGHT}
    UNION ALL
    SELECT customer_id, day, product, currency, unnest(kpis), unnest(amounts), 1
    FROM ingestion_supersededactivity WHERE {_APPROVED} AND {_BROUGHT}
    UNION ALL
    SELECT customer_id, day, product, currency, unnest(kpis), unnest(amounts), -1
    FROM ingestion_supersededactivity WHERE {_APPROVED} AND {_REPLACED}
),
sums AS MATERIALIZED (
    SELECT customer_id, day, kpi, product,
           CASE WHEN kpi = ANY(%(counts)s::text[]) THEN '' ELSE currency END AS currency,
           sum(sign * amount) AS amount, sum(sign) AS records, sum(sign * (amount > 0)::int) AS positives
    FROM facts
    GROUP BY 1, 2, 3, 4, 5
),
changes AS MATERIALIZED (SELECT * FROM sums WHERE amount <> 0 OR records <> 0 OR positives <> 0),
touched AS MATERIALIZED (
    SELECT customer_id, min(day) AS day, min(day) FILTER (WHERE kpi = 'Deposit') AS deposit_day
    FROM sums GROUP BY customer_id
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
    RETURNING customer_id, records
),
{_ADD_TO_OWNERS},
marked AS (
    INSERT INTO attribution_touched (brand_id, affiliate_id, customer_id, from_day)
    SELECT DISTINCT %(brand)s::bigint, o.affiliate_id, t.customer_id, t.day
    FROM touched t JOIN owners o ON o.customer_id = t.customer_id
    ORDER BY o.affiliate_id, t.customer_id
),
beginnings AS (
    SELECT t.customer_id, t.deposit_day, CASE WHEN c.registered_on IS NULL THEN t.day END AS fact_day
    FROM touched t
    JOIN ingestion_customer c ON c.id = t.customer_id
    WHERE c.brand_id = %(brand)s AND c.id = ANY(%(customers)s::bigint[]) AND c.reported_at IS NOT NULL
      AND (t.deposit_day IS NOT NULL OR c.registered_on IS NULL)
)
SELECT
    (SELECT array_agg(DISTINCT customer_id) FROM customer_days WHERE records = 0),
    (SELECT array_agg(id) FROM affiliate_days WHERE records = 0),
    (SELECT array_agg(customer_id ORDER BY customer_id) FROM beginnings),
    (SELECT array_agg(deposit_day ORDER BY customer_id) FROM beginnings),
    (SELECT array_agg(fact_day ORDER BY customer_id) FROM beginnings)
"""  # noqa: S608 - constants only

_PRESENT_BEGINNINGS = f"""
SELECT customer_id, kpi, day FROM attribution_customerday
WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[])
  AND kpi IN ('{FIRST_DEPOSITS}', '{REGISTRATIONS}')
"""  # noqa: S608 - constants only

# Registrations and first deposits: what each customer should count, against what he counts.
_COUNT_BEGINNINGS = f"""
WITH first_days AS MATERIALIZED (
    SELECT customer_id, min(day) AS day FROM attribution_customerday
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(of_first_days)s::bigint[])
      AND kpi NOT IN ('{REGISTRATIONS}', '{FIRST_DEPOSITS}')
    GROUP BY customer_id
),
first_deposits AS MATERIALIZED (
    SELECT customer_id, min(day) AS day FROM attribution_customerday
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[]) AND kpi = 'Deposit' AND positives > 0
    GROUP BY customer_id
),
known AS MATERIALIZED (
    SELECT c.id AS customer_id, c.registered_on, f.day AS first_day, d.day AS first_deposit
    FROM ingestion_customer c
    LEFT JOIN first_days f ON f.customer_id = c.id
    LEFT JOIN first_deposits d ON d.customer_id = c.id
    WHERE c.brand_id = %(brand)s AND c.id = ANY(%(customers)s::bigint[]) AND c.reported_at IS NOT NULL
),
wanted AS MATERIALIZED (
    SELECT customer_id, '{REGISTRATIONS}' AS kpi, coalesce(registered_on, first_day) AS day FROM known
    WHERE coalesce(registered_on, first_day) IS NOT NULL
    UNION ALL
    SELECT customer_id, '{FIRST_DEPOSITS}', first_deposit FROM known WHERE first_deposit IS NOT NULL
),
present AS MATERIALIZED (
    SELECT customer_id, kpi, day FROM attribution_customerday
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[])
      AND kpi IN ('{FIRST_DEPOSITS}', '{REGISTRATIONS}')
),
gone AS (
    DELETE FROM attribution_customerday d
    USING present p LEFT JOIN wanted w ON (w.customer_id, w.kpi, w.day) = (p.customer_id, p.kpi, p.day)
    WHERE d.brand_id = %(brand)s AND d.customer_id = ANY(%(customers)s::bigint[])
      AND d.kpi IN ('{FIRST_DEPOSITS}', '{REGISTRATIONS}')
      AND (d.customer_id, d.kpi, d.day) = (p.customer_id, p.kpi, p.day) AND w.day IS NULL
    RETURNING d.customer_id, d.day, d.kpi
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
    SELECT customer_id, least(registered_on, first_day) FROM known WHERE customer_id = ANY(%(told)s::bigint[])
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
WITH {_OWNERS},
changes AS MATERIALIZED (
    SELECT customer_id, day, kpi, product, currency,
           %(sign)s * amount AS amount, %(sign)s * records AS records, %(sign)s * positives AS positives
    FROM attribution_customerday
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[])
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


class Beginning(NamedTuple):
    """The first days on which a customer's deposits, or any facts of an unregistered customer, have just changed."""

    deposit_day: date | None
    fact_day: date | None


def add_deliveries(*, brand_id: int, deliveries: Sequence[int], count_kpis: Iterable[str]) -> dict[int, Beginning]:
    """Add what these deliveries change to the sums of customers and of their owners, who are marked as touched.

    Call once for each delivery. Returns the reported customers whose registration or first deposit may have moved.
    """
    named: dict[str, Any] = {
        "brand": brand_id,
        "deliveries": array(deliveries),
        "first": min(deliveries),
        "last": max(deliveries),
        "counts": list(count_kpis),
    }
    with _without_nested_loops() as cursor:
        cursor.execute(_CUSTOMERS, named)
        customers = [customer for (customer,) in cursor.fetchall()]
        if not customers:
            return {}
        cursor.execute(_FOLLOW, {**named, "customers": array(customers)})
        of_customers, empty_affiliate_days, *beginnings = cursor.fetchone()
        if of_customers:
            cursor.execute(
                "DELETE FROM attribution_customerday"
                " WHERE brand_id = %s AND customer_id = ANY(%s::bigint[]) AND records = 0",
                [brand_id, array(of_customers)],
            )
        _drop_affiliate_days(cursor, brand_id, empty_affiliate_days)
    return {
        customer: Beginning(deposit_day, fact_day)
        for customer, deposit_day, fact_day in zip(*(column or [] for column in beginnings), strict=True)
    }


def count_beginnings(*, brand_id: int, changed: Mapping[int, Beginning], told: Iterable[int]) -> None:
    """Bring the counts of registrations and first deposits up to date.

    `changed` are customers whose facts changed, of whom only those are looked at who may begin on another day now. The
    owners of those `told`, of whom the brand said something new, are marked as touched in any case.
    """
    told = set(told)
    with _without_nested_loops() as cursor:
        customers = told | set(_may_move(cursor, brand_id, changed))
        if not customers:
            return
        unregistered = {customer for customer, beginning in changed.items() if beginning.fact_day is not None}
        cursor.execute(
            _COUNT_BEGINNINGS,
            {
                "brand": brand_id,
                "customers": array(customers),
                "told": array(told),
                "of_first_days": array(told | unregistered),
            },
        )
        (empty_affiliate_days,) = cursor.fetchone()
        _drop_affiliate_days(cursor, brand_id, empty_affiliate_days)


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


def _may_move(cursor: CursorWrapper, brand_id: int, changed: Mapping[int, Beginning]) -> Iterator[int]:
    if not changed:
        return
    cursor.execute(_PRESENT_BEGINNINGS, {"brand": brand_id, "customers": array(changed)})
    present = {(customer, kpi): day for customer, kpi, day in cursor.fetchall()}
    for customer, (deposit_day, fact_day) in changed.items():
        first_deposit = present.get((customer, FIRST_DEPOSITS))
        registration = present.get((customer, REGISTRATIONS))
        if (deposit_day is not None and (first_deposit is None or deposit_day <= first_deposit)) or (
            fact_day is not None and (registration is None or fact_day <= registration)
        ):
            yield customer


def _add_owned(brand_id: int, customers: Iterable[int], sign: int) -> int:
    with _without_nested_loops() as cursor:
        cursor.execute(_ADD_OWNED, {"brand": brand_id, "customers": array(customers), "sign": sign})
        empty_affiliate_days, changes = cursor.fetchone()
        _drop_affiliate_days(cursor, brand_id, empty_affiliate_days)
    return int(changes)


@contextmanager
def _without_nested_loops() -> Iterator[CursorWrapper]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield cursor
        # A rollback undoes both by itself.
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL work_mem TO DEFAULT")


def _drop_affiliate_days(cursor: CursorWrapper, brand_id: int, empty: list[int] | None) -> None:
    if empty:
        cursor.execute("DELETE FROM attribution_affiliateday WHERE brand_id = %s AND id = ANY(%s)", [brand_id, empty])
