"""Customers as the engine judges them: who they are, the records that trigger, and their daily sums."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from commissions.engine import coarse
from commissions.engine.book import Candidate, Customer, Fact, Happening, Owner
from commissions.engine.measures import DEPOSIT
from commissions.engine.plan import Plan
from commissions.queries.conversions import Conversions
from commissions.queries.exclusions import Excluded, exclusions_of
from commissions.queries.scopes import HAS_RATE, IN_PLAN_CURRENCY, JOIN_RATES, RATES, array, rate_columns
from ingestion.models.records import KPIS_WITH_HISTORY

FOREVER = date(9999, 12, 31)
DAYS_OF_A_CUSTOMER = 4_000_000  # more than there are

_WITH_HISTORY = "AND a.kpis && ARRAY[{}]::text[]".format(",".join(f"'{kpi}'" for kpi in KPIS_WITH_HISTORY))

_CUSTOMERS = """
    SELECT c.id, c.key,
           coalesce(c.registered_on, (
               SELECT day FROM attribution_customerday
               WHERE brand_id = %(brand)s AND customer_id = c.id AND kpi = 'Registrations'
           )),
           c.country
    FROM ingestion_customer c
    WHERE c.brand_id = %(brand)s AND c.id = ANY(%(customers)s::bigint[])
"""

_OWNERS = """
    SELECT customer_id, affiliate_id, campaign_id, holds_from FROM attribution_attribution
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[]) AND superseded_at IS NULL
    ORDER BY customer_id, holds_from NULLS FIRST
"""

_OWNERS_AT = """
    SELECT customer_id, affiliate_id, campaign_id, holds_from FROM attribution_attribution
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[]) AND decided_at <= %(at)s
      AND (superseded_at IS NULL OR superseded_at > %(at)s)
    ORDER BY customer_id, holds_from NULLS FIRST
"""

# One row a day and KPI from a customer's own day on, and one of all the days before.
_HISTORY = f"""
WITH {RATES},
asked AS MATERIALIZED (
    SELECT * FROM unnest(%(customers)s::bigint[], %(daily_from)s::date[], %(through)s::date[])
        AS a (customer_id, daily_from, through)
)
SELECT a.customer_id, min(d.day), d.kpi, sum({IN_PLAN_CURRENCY}), sum(d.positives)
FROM asked a
CROSS JOIN LATERAL (
    SELECT day, kpi, currency, amount, positives FROM attribution_customerday
    WHERE brand_id = %(brand)s AND customer_id = a.customer_id AND day <= a.through AND kpi = ANY(%(kpis)s::text[])
    OFFSET 0
) d
{JOIN_RATES}
WHERE {HAS_RATE}
GROUP BY a.customer_id, d.kpi, CASE WHEN d.day >= a.daily_from THEN d.day END
"""  # noqa: S608 - constants only

# The day is found in the sums, the record among that day's; both without what has no rate. Deposits are named in so
# many words, because the index of what customers begin with holds them and little else.
_FIRST_DAYS = f"""
first AS MATERIALIZED (
    SELECT a.customer_id, k.kpi, f.day
    FROM unnest(%(customers)s::bigint[]) AS a (customer_id)
    CROSS JOIN unnest(%(kpis)s::text[]) AS k (kpi)
    CROSS JOIN LATERAL (
        SELECT d.day FROM attribution_customerday d {JOIN_RATES}
        WHERE d.brand_id = %(brand)s AND d.customer_id = a.customer_id AND d.kpi = k.kpi {{is_a_beginning}}
          AND d.positives > 0 AND {HAS_RATE}
        ORDER BY d.day LIMIT 1
    ) f
)
"""  # noqa: S608 - constants only

_FIRST_RECORDS = f"""
WITH {RATES}, {_FIRST_DAYS}
SELECT DISTINCT ON (f.customer_id, f.kpi)
       f.customer_id, f.kpi, d.moment AT TIME ZONE 'UTC', d.day, nullif(d.event_id, ''), {IN_PLAN_CURRENCY}
FROM first f
JOIN LATERAL (
    SELECT a.moment, a.day, a.event_id, n.amount,
           CASE WHEN f.kpi = ANY(%(counts)s::text[]) THEN '' ELSE a.currency END AS currency
    FROM ingestion_activity a CROSS JOIN LATERAL unnest(a.kpis, a.amounts) AS n (kpi, amount)
    WHERE a.brand_id = %(brand)s AND a.customer_id = f.customer_id AND a.day = f.day {_WITH_HISTORY}
      AND a.state = 'live' AND a.status = 'approved' AND n.kpi = f.kpi AND n.amount > 0
    OFFSET 0
) d ON true
{JOIN_RATES}
WHERE {HAS_RATE}
ORDER BY f.customer_id, f.kpi, d.moment, d.event_id <> '', d.event_id COLLATE "C", 6 DESC
"""  # noqa: S608 - constants only

# No index leads to other records of a customer. All of the days in question are read once, and customer and day are
# looked up together among those wanted: a list that is written out is hashed, however little the planner knows.
_DAYS_ELSEWHERE = f"WITH {RATES}, {_FIRST_DAYS} SELECT customer_id, day FROM first"  # noqa: S608 - constants only
_RECORDS_ELSEWHERE = f"""
WITH {RATES}
SELECT DISTINCT ON (d.customer_id, d.kpi)
       d.customer_id, d.kpi, d.moment AT TIME ZONE 'UTC', d.day, nullif(d.event_id, ''), {IN_PLAN_CURRENCY}
FROM (
    SELECT a.customer_id, n.kpi, a.moment, a.day, a.event_id, n.amount,
           CASE WHEN n.kpi = ANY(%(counts)s::text[]) THEN '' ELSE a.currency END AS currency
    FROM ingestion_activity a CROSS JOIN LATERAL unnest(a.kpis, a.amounts) AS n (kpi, amount)
    WHERE a.brand_id = %(brand)s AND a.day = ANY(%(days)s::date[])
      AND {DAYS_OF_A_CUSTOMER} * a.customer_id + (a.day - date '0001-01-01') = ANY(%(wanted)s::bigint[])
      AND a.state = 'live' AND a.status = 'approved' AND n.kpi = ANY(%(kpis)s::text[]) AND n.amount > 0
) d
{JOIN_RATES}
WHERE {HAS_RATE}
ORDER BY d.customer_id, d.kpi, d.day, d.moment, d.event_id <> '', d.event_id COLLATE "C", 6 DESC
"""  # noqa: S608 - constants only

_IS_A_DEPOSIT = f"AND d.kpi = '{DEPOSIT}'"


def customers_of(
    *,
    brand_id: int,
    customers: Collection[int],
    excluded: Excluded | None = None,
    at: datetime | None = None,
) -> dict[int, Customer]:
    """Return customers with all their owners and exclusions, by number.

    Registered is the day of the registration, else of the first approved fact, which the sums keep as `Registrations`.
    `excluded` are the exclusions of all who ever were the affiliates' in question, where they are known already; `at`
    is the moment whose owners are asked for, now where none is given.
    """
    asked: dict[str, int | str | datetime | None] = {"brand": brand_id, "customers": array(sorted(customers)), "at": at}
    exclusions = (excluded or exclusions_of(brand_id=brand_id, customers=customers)).by_customer
    owners: dict[int, list[Owner]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS_AT if at else _OWNERS, asked)
        for customer, affiliate, campaign, holds_from in cursor.fetchall():
            owners.setdefault(customer, []).append(Owner(affiliate, campaign, holds_from))
        cursor.execute(_CUSTOMERS, asked)
        return {
            number: Customer(
                number, key, registered_on, country, tuple(owners.get(number, ())), exclusions.get(number, ())
            )
            for number, key, registered_on, country in cursor.fetchall()
        }


def candidates_of(
    *,
    brand_id: int,
    plan: Plan,
    customers: Mapping[int, Customer],
    conversions: Conversions,
    count_kpis: Collection[str],
) -> dict[int, Candidate]:
    """Return these customers as candidates for a plan's cpa components, with the days that may still matter."""
    numbers = sorted(customers)
    triggering, judged = coarse.kpis_triggering(plan), coarse.kpis_judged(plan)
    asked: dict[str, Any] = {"brand": brand_id, "customers": array(numbers)}
    rates = conversions.table_of(quote=plan.currency, customers=asked["customers"], kpis=triggering | judged)
    asked |= {"counts": sorted(count_kpis), **rate_columns(rates)}
    happenings: dict[int, list[Happening]] = {number: [] for number in numbers}
    histories: dict[int, list[Fact]] = {number: [] for number in numbers}
    with connection.cursor() as cursor:
        for customer, kpi, moment, day, event_id, amount in _first_records(cursor, asked, triggering):
            happenings[customer].append(Happening(kpi, moment.replace(tzinfo=UTC), day, event_id, amount))
        if judged:
            limit, apart = coarse.judged_within_days(plan), coarse.tells_early_days_apart(plan)
            through = [coarse.judged_through(limit, customers[number].registered_on) or FOREVER for number in numbers]
            daily_from = [
                date.min if apart else min([first.day for first in happenings[number]], default=FOREVER)
                for number in numbers
            ]
            days = {"daily_from": array(daily_from), "through": array(through)}
            cursor.execute(_HISTORY, {**asked, **days, "kpis": sorted(judged)})
            for customer, day, kpi, amount, positives in cursor.fetchall():
                histories[customer].append(Fact(customer, day, kpi, amount, positives))
    return {
        number: Candidate(customers[number], tuple(happenings[number]), tuple(histories[number])) for number in numbers
    }


def _first_records(cursor: Any, asked: dict[str, Any], kpis: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """Read the first records of each KPI: of deposits, whose sums and records have indexes, of others, of the rest."""
    for indexed, is_a_beginning in (({DEPOSIT}, _IS_A_DEPOSIT), ({*KPIS_WITH_HISTORY} - {DEPOSIT}, "")):
        if found := indexed.intersection(kpis):
            cursor.execute(_FIRST_RECORDS.format(is_a_beginning=is_a_beginning), {**asked, "kpis": sorted(found)})
            yield from cursor.fetchall()
    if elsewhere := sorted(set(kpis) - {*KPIS_WITH_HISTORY}):
        cursor.execute(_DAYS_ELSEWHERE.format(is_a_beginning=""), {**asked, "kpis": elsewhere})
        days = cursor.fetchall()
        wanted = {
            "kpis": elsewhere,
            "days": array(sorted({day for _, day in days})),
            "wanted": array(DAYS_OF_A_CUSTOMER * customer + (day - date.min).days for customer, day in days),
        }
        cursor.execute(_RECORDS_ELSEWHERE, {**asked, **wanted})
        yield from cursor.fetchall()
