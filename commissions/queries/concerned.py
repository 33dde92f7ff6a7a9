"""Whom a change concerns: which plans of an affiliate, which of his customers, which months."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db import connection
from django.db.models import Max, Min

from attribution.models import AffiliateDay
from brands.models import Brand
from commissions.engine import book
from track360.lib.periods import Period

# His customers with anything on or after a day: a fact, the registration (which is summed like one), a qualification.
_CUSTOMERS = """
    SELECT DISTINCT a.affiliate_id, a.customer_id
    FROM unnest(%(affiliates)s::bigint[], %(days)s::date[]) AS asked (affiliate_id, day)
    JOIN attribution_attribution a
      ON a.brand_id = %(brand)s AND a.affiliate_id = asked.affiliate_id AND a.superseded_at IS NULL
    WHERE EXISTS (
        SELECT FROM attribution_customerday d
        WHERE d.brand_id = %(brand)s AND d.customer_id = a.customer_id AND d.day >= asked.day
    )
    UNION
    SELECT q.affiliate_id, q.customer_id
    FROM unnest(%(affiliates)s::bigint[], %(days)s::date[]) AS asked (affiliate_id, day)
    JOIN commissions_qualification q ON q.brand_id = %(brand)s AND q.affiliate_id = asked.affiliate_id
    WHERE q.qualified_on IS NULL OR q.qualified_on >= asked.day
"""

# Plans somebody has something stored under, though he may no longer have them.
_LEFT_BEHIND = """
    SELECT DISTINCT affiliate_id, plan_id FROM commissions_line
    WHERE brand_id = %(brand)s AND affiliate_id = ANY(%(affiliates)s::bigint[])
    UNION
    SELECT DISTINCT affiliate_id, plan_id FROM commissions_carrystate
    WHERE brand_id = %(brand)s AND affiliate_id = ANY(%(affiliates)s::bigint[])
    UNION
    SELECT DISTINCT q.affiliate_id, v.plan_id
    FROM commissions_qualification q
    JOIN commissions_component c ON c.brand_id = q.brand_id AND c.id = q.component_id
    JOIN commissions_planversion v ON v.brand_id = c.brand_id AND v.id = c.version_id
    WHERE q.brand_id = %(brand)s AND q.affiliate_id = ANY(%(affiliates)s::bigint[])
"""

# Only these affiliates' rows are read: the lines of a whole brand are millions.
_FIRST_STORED = """
    SELECT least(
        (SELECT min(source_period) FROM commissions_line
         WHERE brand_id = %(brand)s AND affiliate_id = ANY(%(affiliates)s::bigint[])),
        (SELECT min(period) FROM commissions_carrystate
         WHERE brand_id = %(brand)s AND affiliate_id = ANY(%(affiliates)s::bigint[]))
    )
"""


def customers_since(*, brand_id: int, days: Mapping[int, date]) -> dict[int, set[int]]:
    """Return, by affiliate, his customers with anything on or after his day, and those who have not qualified."""
    found: dict[int, set[int]] = {affiliate: set() for affiliate in days}
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, {"brand": brand_id, "affiliates": list(days), "days": list(days.values())})
        for affiliate, customer in cursor.fetchall():
            found[affiliate].add(customer)
    return found


def plans_of(
    *, brand_id: int, deals: Mapping[int, Collection[book.Deal]], default_plan: int | None, changed: Collection[int]
) -> dict[int, set[int]]:
    """Return the plans that may pay affiliates, by affiliate.

    For those whose terms have `changed`, also the ones under which something of theirs is stored.
    """
    found = {affiliate: {deal.plan for deal in own} for affiliate, own in deals.items()}
    if default_plan is not None:
        for plans in found.values():
            plans.add(default_plan)
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_LEFT_BEHIND, {"brand": brand_id, "affiliates": list(changed)})
            for affiliate, plan in cursor.fetchall():
                found[affiliate].add(plan)
    return found


def first_day(*, brand: Brand, today: date) -> date:
    """Return the first day of any fact of a brand."""
    day: date | None = AffiliateDay.objects.filter(brand=brand).aggregate(first=Min("day"))["first"]
    return today if day is None else min(day, today)


def first_stored(*, brand_id: int, affiliates: Collection[int]) -> Period | None:
    """Return the first month of which any of these affiliates has a line or state; None: of none.

    It may be earlier than any fact: what was stored for facts that are gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_STORED, {"brand": brand_id, "affiliates": list(affiliates)})
        (month,) = cursor.fetchone()
    return None if month is None else Period.parse(month)


def last_month(*, brand: Brand, today: date) -> Period:
    """Return the last month that can hold anything of a brand: today's, unless facts are dated later."""
    day = AffiliateDay.objects.filter(brand=brand).aggregate(last=Max("day"))["last"]
    return Period.of(today if day is None else max(day, today))
