"""Background work on what was received."""

from celery import shared_task
from django.utils import timezone

from brands.models import Brand
from ingestion.services.idempotency import forget_old_keys
from track360.lib.tenancy import tenant


@shared_task(name="ingestion.forget_idempotency_keys", ignore_result=True)
def forget_idempotency_keys(**_: object) -> None:
    """Delete the answers that are no longer owed to anybody, of all brands. May run twice, also at once."""
    now = timezone.now()
    for brand in Brand.objects.order_by("pk"):
        with tenant(brand.pk):
            forget_old_keys(brand=brand, now=now)
