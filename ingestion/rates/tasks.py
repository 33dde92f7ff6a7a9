"""Background work on rates."""

from celery import shared_task
from django.utils import timezone

from ingestion.rates import fetching


@shared_task(name="ingestion.fetch_rates", ignore_result=True)
def fetch_rates(*, brand: int | None = None, **_: object) -> None:
    """Fetch the ECB's newest rates for all brands, or seed and fetch those of one. May run twice, also at once."""
    fetching.fetch_rates(now=timezone.now(), brand_id=brand)
