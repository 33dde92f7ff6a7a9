"""Which months are closed."""

from commissions.models import ClosedPeriod
from track360.lib.periods import Period


def closed_through(*, brand_id: int) -> Period | None:
    """Return the last closed month: it and all before it never change. None while none is closed."""
    last = ClosedPeriod.objects.filter(brand_id=brand_id).order_by("-period").values_list("period", flat=True).first()
    return None if last is None else Period.parse(last)
