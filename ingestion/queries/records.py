"""Whether a brand has records at all."""

from brands.models import Brand
from ingestion.models import Activity, Customer


def records_exist(*, brand: Brand) -> bool:
    """Tell whether anything is stored whose meaning hangs on the brand's settings.

    A customer whom nobody reported and no activity named, because an exclusion names him, is no record.
    """
    return (
        Activity.objects.filter(brand=brand).exists()
        or Customer.objects.filter(brand=brand, reported_at__isnull=False).exists()
    )
