"""Which customers are excluded from which day on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from commissions.engine import book
from commissions.models import Exclusion

# An expression for statements: each excluded customer with the first day on which nothing is earned on him.
EXCLUDED = (
    "excluded AS MATERIALIZED (SELECT customer_id, coalesce(from_day, '-infinity') AS from_day"
    " FROM unnest(%(excluded)s::bigint[], %(excluded_from)s::date[]) AS x (customer_id, from_day))"
)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A brand's exclusions in force, by customer."""

    by_customer: dict[int, tuple[book.Exclusion, ...]]

    def columns(self) -> dict[str, list[int] | list[date | None]]:
        """Return them as the columns that statements unnest; no day is from the beginning."""
        customers = sorted(self.by_customer)
        return {"excluded": customers, "excluded_from": [_first_day(self.by_customer[c]) for c in customers]}


def exclusions_of(*, brand_id: int, customers: Collection[int] | None = None) -> Excluded:
    """Return the exclusions of a brand's customers, or of some of them."""
    rows = Exclusion.objects.filter(brand_id=brand_id, lifted_at__isnull=True)
    if customers is not None:
        rows = rows.filter(customer_id__in=customers)
    found: dict[int, tuple[book.Exclusion, ...]] = {}
    for customer, reason, from_day in rows.order_by("id").values_list("customer_id", "reason", "from_day"):
        exclusion = book.Exclusion(book.ExclusionReason(reason), from_day)
        found[customer] = (*found.get(customer, ()), exclusion)
    return Excluded(found)


def _first_day(exclusions: tuple[book.Exclusion, ...]) -> date | None:
    if any(exclusion.reason is not book.ExclusionReason.SELF_EXCLUDED for exclusion in exclusions):
        return None
    return min(exclusion.from_day for exclusion in exclusions)
