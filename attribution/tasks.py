"""Follow-up work. Messages only say that there may be something to do; what there is stands in PostgreSQL."""

from collections.abc import Callable
from datetime import datetime

import structlog
from celery import shared_task
from django.utils import timezone

from attribution import services
from ingestion.models import Outbox

log = structlog.get_logger(__name__)


@shared_task(name="attribution.follow_up")
def follow_up(*, brand: int, **_: object) -> None:
    """Follow up all deliveries of a brand that wait."""
    followed = services.drain(brand_id=brand, now=timezone.now())
    if followed.deliveries:
        log.info(
            "followed_up",
            brand=brand,
            deliveries=followed.deliveries,
            records=followed.records,
            attributed=followed.attributed,
        )


@shared_task(name="attribution.resolve_again")
def resolve_again(*, brand: int, **_: object) -> None:
    """Look again at the brand's unattributed customers, if it knows more than it did."""
    if brand in services.brands_to_resolve():
        services.resolve_again(brand_id=brand, now=timezone.now())


@shared_task(name="attribution.sweep")
def sweep(**_: object) -> None:
    """Do what a lost message has left undone, for every brand; what fails for one brand does not stop the others.

    Brands that another process is busy with are left to it, so that sweeps never queue up behind a long follow-up.
    """
    now = timezone.now()
    for brand in Outbox.objects.order_by("brand_id").values_list("brand_id", flat=True).distinct():
        _carefully(services.drain, brand, now)
    for brand in services.brands_to_resolve():
        _carefully(services.resolve_again, brand, now)


def _carefully(job: Callable[..., object], brand: int, now: datetime) -> None:
    try:
        job(brand_id=brand, now=now, waits=False)
    except Exception:  # logged, and tried again by the next sweep
        log.exception("sweep_failed", job=job.__name__, brand=brand)
