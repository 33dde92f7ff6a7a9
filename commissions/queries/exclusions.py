"""Which customers are excluded from which day on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from commissions.engine import book
from commissions.engine.placing import excluded_by
from commissions.queries.scopes import array, customers_owned

# An expression for statements: each excluded customer with the first day on which nothing is earned on him.
EXCLUDED = (
    "excluded AS MATERIALIZED (SELECT * FROM unnest(%(excluded)s::bigint[], %(excluded_from)s::date[])"
    " AS x (customer_id, from_day))"
)

# Fewer than so many are all read, rather than asking whom they are of.
FEW = 1000

_THE_FEW = """
    SELECT customer_id, reason, from_day FROM commissions_exclusion
    WHERE brand_id = %s AND lifted_at IS NULL
    LIMIT %s
"""

_AT = """
    SELECT customer_id, reason, from_day FROM commissions_exclusion
    WHERE brand_id = %s AND customer_id = ANY(%s::bigint[]) AND created_at <= %s
      AND (lifted_at IS NULL OR lifted_at > %s)
"""

# OFFSET 0 keeps the planner to one index probe a customer, whatever it believes about the table.
_OF_CUSTOMERS = """
    SELECT a.customer_id, e.reason, e.from_day
    FROM unnest(%s::bigint[]) AS a (customer_id)
    CROSS JOIN LATERAL (
        SELECT reason, from_day FROM commissions_exclusion
        WHERE brand_id = %s AND customer_id = a.customer_id AND lifted_at IS NULL
        OFFSET 0
    ) e
"""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Exclusions in force, by customer."""

    by_customer: dict[int, tuple[book.Exclusion, ...]]

    def columns(self) -> dict[str, str]:
        """Return them as the columns that statements unnest."""
        days = [excluded_by(exclusions)[0] for exclusions in self.by_customer.values()]
        return {"excluded": array(self.by_customer), "excluded_from": array(days)}


def exclusions_of(*, brand_id: int, customers: Collection[int]) -> Excluded:
    """Return the exclusions of these customers."""
    return _read(_OF_CUSTOMERS, [array(customers), brand_id])


def exclusions_at(*, brand_id: int, customers: Collection[int], at: datetime) -> Excluded:
    """Return the exclusions of these customers that were in force at a moment."""
    return _read(_AT, [brand_id, array(customers), at, at])


def exclusions_under(*, brand_id: int, affiliates: Collection[int]) -> Excluded:
    """Return the exclusions of all who ever were one of these affiliates' customers.

    Others may be among them where a brand has few.
    """
    few = _read(_THE_FEW, [brand_id, FEW])
    if sum(map(len, few.by_customer.values())) < FEW:
        return few
    return _read(_OF_CUSTOMERS, [customers_owned(brand_id=brand_id, affiliates=affiliates), brand_id])


def _read(statement: str, parameters: Sequence[str | int | datetime]) -> Excluded:
    found: dict[int, tuple[book.Exclusion, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        for customer, reason, from_day in cursor.fetchall():
            exclusion = book.Exclusion(book.ExclusionReason(reason), from_day)
            found[customer] = (*found.get(customer, ()), exclusion)
    return Excluded(found)
