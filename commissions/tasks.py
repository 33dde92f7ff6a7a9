"""Commissions in the background. Messages only say that there may be something to do; tables say what there is."""

import structlog
from celery import shared_task
from django.utils import timezone

from brands.models import Brand
from commissions.services import follow_up as service
from track360.lib.tenancy import tenant

log = structlog.get_logger(__name__)

# The last date, in each brand's time zone, that this process has turned.
_turned: dict[int, str] = {}


@shared_task(name="commissions.follow_up")
def follow_up(*, brand: int, **_: object) -> None:
    """Compute everything that is marked for a brand."""
    service.drain(brand_id=brand, now=timezone.now())


@shared_task(name="commissions.sweep")
def sweep(**_: object) -> None:
    """Do what a lost message has left undone, for every brand; what fails for one brand does not stop the others."""
    for brand in Brand.objects.order_by("id"):
        try:
            _sweep_one(brand)
        except Exception:  # logged, and tried again by the next sweep
            log.exception("sweep_failed", job="commissions.follow_up", brand=brand.slug)


def _sweep_one(brand: Brand) -> None:
    now = timezone.now()
    today = service.today_of(brand=brand, now=now).isoformat()
    with tenant(brand.id):
        if _turned.get(brand.id) != today:
            service.turn_the_day(brand=brand, now=now)
        waiting = service.has_work(brand=brand)
    _turned[brand.id] = today
    if waiting:
        service.drain(brand_id=brand.id, now=now)
