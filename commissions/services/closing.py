"""Closing a month: its lines become entries of the ledger, once and for good (commissions.md 11)."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from attribution import services as attribution
from attribution.services.locks import lock_directory
from brands import audit
from brands.models import Brand, User
from commissions.models import ClosedPeriod, Entry, Line
from commissions.models.ledger import LineState
from commissions.queries.periods import closed_through, next_to_close
from commissions.services.follow_up import follow_up, today_of
from commissions.services.locks import lock_periods
from track360.lib.money import plain
from track360.lib.periods import Period
from track360.lib.problems import Conflict


class PeriodClosed(Conflict):
    """The period was closed before; closing twice changes nothing."""

    code = "period_closed"


class PeriodNotOver(Conflict):
    """The period ends with the last day of the month in the brand's time zone; close it after that."""

    code = "period_not_over"


class PeriodOutOfOrder(Conflict):
    """Periods close in order, without gaps. Close the earlier one first."""

    code = "period_out_of_order"


_POST = """
    INSERT INTO commissions_entry
        (brand_id, key, affiliate_id, period, source_period, amount, currency, available_on, posted_at)
    SELECT brand_id, key, affiliate_id, period, source_period, amount, currency, available_on, %(now)s
    FROM commissions_line
    WHERE brand_id = %(brand)s AND period = %(period)s AND state = %(provisional)s
"""

HASHED = ("key", "affiliate_id", "source_period", "amount", "currency", "available_on")


@transaction.atomic
def close_period(*, brand: Brand, period: Period, by: User | str, now: datetime) -> ClosedPeriod:
    """Post the period's lines to the ledger, once, after everything that waits was followed up.

    Nothing of the brand is computed meanwhile. Raises PeriodClosed when it is closed, PeriodNotOver before the brand's
    month has ended, PeriodOutOfOrder while an earlier one is open.
    """
    # In the order of those who look again at customers: they hold the first while they wait for sums.
    lock_directory(brand_id=brand.id)
    lock_periods(brand_id=brand.id)
    _check(brand, period, now)
    _follow_up_everything(brand, now)
    # What waited may be of an earlier month, which is then the first to be closed.
    _check(brand, period, now)
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            {"brand": brand.id, "period": str(period), "now": now, "provisional": str(LineState.PROVISIONAL)},
        )
        posted = cursor.rowcount
    Line.objects.filter(brand=brand, period=str(period), state=LineState.PROVISIONAL).update(state=LineState.POSTED)
    closed = ClosedPeriod.objects.create(
        brand=brand,
        period=str(period),
        closed_at=now,
        closed_by=by if isinstance(by, User) else None,
        entries=posted,
        sha256=digest_of(brand=brand, period=period),
    )
    audit.record(
        brand=brand,
        by=by,
        action="period.closed",
        object_type="period",
        object_id=str(period),
        object_label=str(period),
        after={"entries": posted, "sha256": closed.sha256},
        now=now,
    )
    return closed


def digest_of(*, brand: Brand, period: Period) -> str:
    """Return the SHA-256 over a period's entries in order of their keys: one line each, values by value."""
    rows = Entry.objects.filter(brand=brand, period=str(period)).order_by("key").values_list(*HASHED)
    return _digest(rows.iterator())


def _digest(rows: Iterable[tuple[str, int, str, Decimal, str, date]]) -> str:
    found = hashlib.sha256()
    for key, affiliate, source_period, amount, currency, available_on in rows:
        values = (key, str(affiliate), source_period, plain(amount), currency, available_on.isoformat())
        found.update((" ".join(values) + "\n").encode())
    return found.hexdigest()


def _follow_up_everything(brand: Brand, now: datetime) -> None:
    while attribution.follow_up(brand=brand, now=now).deliveries:
        pass
    if brand.id in attribution.brands_to_resolve():
        attribution.resolve_again(brand_id=brand.id, now=now)
    while follow_up(brand=brand, now=now, is_alone=True).affiliates:
        pass


def _check(brand: Brand, period: Period, now: datetime) -> None:
    closed = closed_through(brand_id=brand.id)
    if closed is not None and period <= closed:
        raise PeriodClosed
    today = today_of(brand=brand, now=now)
    if today <= period.last_day:
        raise PeriodNotOver
    expected = next_to_close(brand_id=brand.id, today=today)
    if expected < period:
        raise PeriodOutOfOrder(f"Close {expected} first.")
