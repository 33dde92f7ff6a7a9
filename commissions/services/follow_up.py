"""The follow-up of everything that may change commissions: facts, owners, terms, rates, days gone by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction

from attribution.models import Touched
from brands.models import Brand
from commissions.models import CarryState, Qualification
from commissions.services.locks import lock_affiliates, share_periods
from commissions.services.rates import take_in_new_rates
from commissions.services.recomputing import Asked, recompute
from commissions.services.sharing import ALL, Helper, Share, shares
from commissions.services.storing import Written
from commissions.services.touching import touch_affiliates
from ingestion.models import NewRates
from track360.lib.periods import Period
from track360.lib.tenancy import tenant

# One run, and so one transaction, stays within seconds.
AFFILIATES_A_RUN = 200

# Takes all marks of the affiliates whose locks are held; what is marked from now on is the next run's.
_TAKE = """
    DELETE FROM attribution_touched WHERE brand_id = %s AND affiliate_id = ANY(%s::bigint[])
    RETURNING affiliate_id, customer_id, from_day
"""

_AFFILIATES = """
    SELECT DISTINCT affiliate_id FROM attribution_touched
    WHERE brand_id = %s AND affiliate_id %% %s = %s ORDER BY affiliate_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """What was done: for how many affiliates, and how much of it made a difference."""

    affiliates: int = 0
    written: Written = field(default_factory=Written)

    def __add__(self, other: "Followed") -> "Followed":
        return Followed(self.affiliates + other.affiliates, self.written.plus(other.written))


def drain(*, brand_id: int, now: datetime) -> Followed:
    """Compute everything that is marked for a brand, run by run, each in a `tenant()` and transaction of its own.

    Where many affiliates are marked, other processes take a share each. Inside somebody's transaction there is only
    this one, because another would not see what is not committed.
    """
    with tenant(brand_id):
        brand = Brand.objects.get(pk=brand_id)
        take_in_new_rates(brand=brand)
        marked = Touched.objects.filter(brand=brand).values("affiliate_id").distinct().count()
    own, *others = (ALL,) if connection.in_atomic_block else shares(marked)
    helpers = [Helper(_drain, brand_id, now, share) for share in others]
    try:
        done = _drain(brand_id, now, own)
    finally:
        for helper in helpers:
            helper.wait()
    return sum((helper.result for helper in helpers), done)


@transaction.atomic
def follow_up(*, brand: Brand, now: datetime, share: Share = ALL, is_alone: bool = False) -> Followed:
    """Compute some of the brand's marked affiliates, all or nothing; nothing marked is no error.

    One at a time for an affiliate: twice at once or again after a crash, the outcome is the same. Whoever holds
    `lock_periods` is alone and needs no other lock.
    """
    if not is_alone:
        share_periods(brand_id=brand.id)
    if share.number == 0:
        take_in_new_rates(brand=brand)
    with connection.cursor() as cursor:
        cursor.execute(_AFFILIATES, [brand.id, share.of, share.number, AFFILIATES_A_RUN])
        affiliates = [affiliate for (affiliate,) in cursor.fetchall()]
        if not affiliates:
            return Followed()
        if not is_alone:
            lock_affiliates(brand_id=brand.id, affiliates=affiliates)
        cursor.execute(_TAKE, [brand.id, affiliates])
        asked = _asked(cursor.fetchall())
    written = recompute(brand=brand, asked=asked, today=today_of(brand=brand, now=now)) if asked else Written()
    return Followed(len(affiliates), written)


def _drain(brand_id: int, now: datetime, share: Share) -> Followed:
    total = Followed()
    while True:
        with tenant(brand_id):
            done = follow_up(brand=Brand.objects.get(pk=brand_id), now=now, share=share)
        if done.affiliates == 0:
            return total
        total += done


def has_work(*, brand: Brand) -> bool:
    """Tell whether anything of the brand is marked."""
    return Touched.objects.filter(brand=brand).exists() or NewRates.objects.filter(brand=brand).exists()


@transaction.atomic
def turn_the_day(*, brand: Brand, now: datetime) -> None:
    """Do what a new day brings without any fact: customers run out of time, and months begin.

    Customers whose last day is over are shown as expired; carry-over is handed on to a month that has begun.
    """
    today = today_of(brand=brand, now=now)
    Qualification.objects.filter(brand=brand, state="pending", last_day__lt=today).update(state="expired")
    month = Period.of(today)
    handed_on = CarryState.objects.filter(brand=brand, period=str(month)).values("affiliate_id")
    waiting = CarryState.objects.filter(brand=brand, period=str(month.previous)).exclude(affiliate_id__in=handed_on)
    affiliates = set(waiting.values_list("affiliate_id", flat=True))
    if affiliates:
        touch_affiliates(brand=brand, affiliates=affiliates, from_day=month.first_day)


def today_of(*, brand: Brand, now: datetime) -> date:
    """Return the date in the brand's time zone."""
    return now.astimezone(brand.zone).date()


def _asked(marks: Iterable[tuple[int, int | None, date]]) -> list[Asked]:
    """Put the marks of an affiliate together: the earliest day, and the customers unless somebody marked them all."""
    first: dict[int, date] = {}
    customers: dict[int, dict[int, date] | None] = {}
    for affiliate, customer, from_day in marks:
        first[affiliate] = min(from_day, first.get(affiliate, from_day))
        known = customers.setdefault(affiliate, {})
        if customer is None:
            customers[affiliate] = None
        elif known is not None:
            known[customer] = min(from_day, known.get(customer, from_day))
    return [Asked(affiliate, first[affiliate], customers[affiliate]) for affiliate in sorted(first)]
