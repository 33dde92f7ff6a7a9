"""Which months are closed, and which one is next."""

from datetime import date

from django.db.models import Min

from commissions.models import ClosedPeriod, Line
from track360.lib.periods import Period


def closed_through(*, brand_id: int) -> Period | None:
    """Return the last closed month: it and all before it never change. None while none is closed."""
    last = ClosedPeriod.objects.filter(brand_id=brand_id).order_by("-period").values_list("period", flat=True).first()
    return None if last is None else Period.parse(last)


def next_to_close(*, brand_id: int, today: date) -> Period:
    """Return the month after the last closed one; while none is closed, that of the first line, or today's."""
    closed = closed_through(brand_id=brand_id)
    if closed is not None:
        return closed.next
    first = Line.objects.filter(brand_id=brand_id).aggregate(first=Min("period"))["first"]
    return Period.of(today) if first is None else Period.parse(first)
