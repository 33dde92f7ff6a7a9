"""Marking whose commissions a change of configuration may alter, so that the follow-up computes them again.

Terms are computed again from the beginning: that changes no line before the day a change takes effect, and it keeps
what is stored equal to what a rebuild would give.
"""

from collections.abc import Collection
from datetime import date

from django.db import connection

from affiliates.models import Affiliate
from attribution.models import Touched
from brands.models import Brand
from commissions.models import Deal, Plan
from track360.lib.jobs import wake

FOLLOW_UP = "commissions.follow_up"
BEGINNING = date(1, 1, 1)

# Everybody whose the customer ever was, from his first fact or his registration on, which is summed like one.
_TOUCH_OWNERS = """
    INSERT INTO attribution_touched (brand_id, affiliate_id, customer_id, from_day)
    SELECT %(brand)s::bigint, a.affiliate_id, %(customer)s::bigint, d.first
    FROM (
        SELECT min(day) AS first FROM attribution_customerday WHERE brand_id = %(brand)s AND customer_id = %(customer)s
    ) d,
    (
        SELECT DISTINCT affiliate_id FROM attribution_attribution
        WHERE brand_id = %(brand)s AND customer_id = %(customer)s AND superseded_at IS NULL
    ) a
    WHERE d.first IS NOT NULL
"""


def touch_affiliates(*, brand: Brand, affiliates: Collection[int], from_day: date = BEGINNING) -> None:
    """Have everything of these affiliates computed again from a day on."""
    Touched.objects.bulk_create(
        Touched(brand=brand, affiliate_id=affiliate, from_day=from_day) for affiliate in sorted(affiliates)
    )
    wake(FOLLOW_UP, brand_id=brand.id)


def touch_plan(*, plan: Plan) -> None:
    """Have everybody computed again whom a plan may pay: who has a deal for it, or all if it is the default.

    Whether it is, is asked of the database: the plan may have been read before it became so.
    """
    if Plan.objects.filter(brand_id=plan.brand_id, pk=plan.pk, is_default=True).exists():
        touch_everybody(brand=plan.brand)
    else:
        deals = Deal.objects.filter(brand_id=plan.brand_id, plan=plan)
        touch_affiliates(brand=plan.brand, affiliates=set(deals.values_list("affiliate_id", flat=True)))


def touch_everybody(*, brand: Brand, from_day: date = BEGINNING) -> None:
    """Have every affiliate of a brand computed again from a day on."""
    affiliates = Affiliate.objects.filter(brand_id=brand.id).values_list("id", flat=True)
    touch_affiliates(brand=brand, affiliates=set(affiliates), from_day=from_day)


def touch_customer(*, brand: Brand, customer: int) -> None:
    """Have all that is earned on a customer computed again, for everybody whose he was."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH_OWNERS, {"brand": brand.id, "customer": customer})
    wake(FOLLOW_UP, brand_id=brand.id)
