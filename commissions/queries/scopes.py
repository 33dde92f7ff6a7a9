"""What is asked of the loader: affiliates with the months to compute, under one plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from commissions.queries.conversions import RateTable
from track360.lib.periods import Period


@dataclass(frozen=True, slots=True)
class Scope:
    """One affiliate and the months of his to compute."""

    affiliate: int
    first: Period
    last: Period


def array(values: Iterable[int | date]) -> str:
    """Return numbers or days as PostgreSQL's array literal, which costs a tenth of adapting a list."""
    return "{" + ",".join(map(str, values)) + "}"


def customers_owned(*, brand_id: int, affiliates: Iterable[int]) -> str:
    """Return the customers who ever were the affiliates' own, as PostgreSQL's array literal.

    Statements about them are given this list instead of selecting it: one that is known beforehand is looked up in
    whatever index is scanned, one that is not may be searched from end to end for every row of a new brand.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(DISTINCT customer_id), '{}')::text FROM attribution_attribution"
            " WHERE brand_id = %s AND affiliate_id = ANY(%s::bigint[]) AND superseded_at IS NULL",
            [brand_id, array(affiliates)],
        )
        (customers,) = cursor.fetchone()
        return str(customers)


def scope_columns(scopes: Sequence[Scope]) -> dict[str, list[int] | list[date]]:
    """Return scopes as the columns that statements unnest."""
    return {
        "affiliates": [scope.affiliate for scope in scopes],
        "firsts": [scope.first.first_day for scope in scopes],
        "lasts": [scope.last.last_day for scope in scopes],
    }


def rate_columns(table: RateTable) -> dict[str, list[str] | list[date] | list[Decimal]]:
    """Return rates as the columns that statements unnest, and the plan's currency."""
    return {
        "own": [table.quote, ""],
        "rate_currencies": [row[0] for row in table.rows],
        "rate_days": [row[1] for row in table.rows],
        "rates": [row[2] for row in table.rows],
    }


# Expressions for statements that name customer or affiliate days `d`. Amounts in the plan's currency and counts need no
# rate; what has none is left out (commissions.md 2).
SCOPES = (
    "scope AS MATERIALIZED (SELECT * FROM unnest(%(affiliates)s::bigint[], %(firsts)s::date[], %(lasts)s::date[])"
    " AS s (affiliate_id, first, last))"
)
RATES = (
    "rate AS MATERIALIZED (SELECT * FROM unnest(%(rate_currencies)s::text[], %(rate_days)s::date[],"
    " %(rates)s::numeric[]) AS r (currency, day, rate))"
)
JOIN_RATES = "LEFT JOIN rate r ON r.currency = d.currency AND r.day = d.day"
HAS_RATE = "(d.currency = ANY(%(own)s::text[]) OR r.rate IS NOT NULL)"
IN_PLAN_CURRENCY = "CASE WHEN d.currency = ANY(%(own)s::text[]) THEN d.amount ELSE d.amount * r.rate END"
