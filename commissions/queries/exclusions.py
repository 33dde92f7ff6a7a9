"""Which customers are excluded from which day on."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from commissions.engine import book
from commissions.engine.placing import excluded_by
from commissions.queries.scopes import array, customers_owned

# An expression for statements: each excluded customer with the first day on which nothing is earned on him.
EXCLUDED = (
    "excluded AS MATERIALIZED (SELECT * FROM unnest(%(excluded)s::bigint[], %(excluded_from)s::date[])"
    " AS x (customer_id, from_day))"
)

_ANY = "SELECT EXISTS (SELECT FROM commissions_exclusion WHERE brand_id = %s AND lifted_at IS NULL)"

_OF_CUSTOMERS = """
    SELECT customer_id, reason, from_day FROM commissions_exclusion
    WHERE brand_id = %s AND customer_id = ANY(%s::bigint[]) AND lifted_at IS NULL
    ORDER BY id
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
    return _read(brand_id, array(customers))


def exclusions_under(*, brand_id: int, affiliates: Collection[int]) -> Excluded:
    """Return the exclusions of all who ever were one of these affiliates' customers."""
    with connection.cursor() as cursor:
        cursor.execute(_ANY, [brand_id])
        if cursor.fetchone() == (False,):
            return Excluded({})
    return _read(brand_id, customers_owned(brand_id=brand_id, affiliates=affiliates))


def _read(brand_id: int, customers: str) -> Excluded:
    found: dict[int, tuple[book.Exclusion, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OF_CUSTOMERS, [brand_id, customers])
        for customer, reason, from_day in cursor.fetchall():
            exclusion = book.Exclusion(book.ExclusionReason(reason), from_day)
            found[customer] = (*found.get(customer, ()), exclusion)
    return Excluded(found)
