"""Which of a brand's KPIs are what."""

from brands.models import Brand
from ingestion.models import Kpi
from ingestion.rules.names import fold
from ingestion.rules.standard import KPIS


def count_kpis(*, brand: Brand) -> list[str]:
    """Return the names of the brand's KPIs that are counts, whose sums carry no currency.

    Also those that were deleted: what takes their records out of the sums must find them where they were put.
    """
    kpis: dict[str, tuple[str, str]] = {fold(kpi.name): (kpi.name, kpi.unit) for kpi in KPIS[brand.vertical]}
    for name, unit in Kpi.objects.filter(brand_id=brand.id).values_list("name", "unit"):
        kpis[fold(name)] = (name, unit)
    units = dict(kpis.values())
    before = Brand.objects.values_list("counted_kpis", flat=True).get(pk=brand.id)
    counts = {name for name, unit in units.items() if unit == "count"}
    return sorted(counts | {name for name in before if name not in units})
