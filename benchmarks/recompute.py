"""P7: everything derived of a brand, computed from its activities, against adding those up."""

import os
import time

from benchmarks import history, stage
from benchmarks.measure import Measure, Reading, alternate

ROUNDS = 2
ROWS = 5_000_000

_DERIVED = [
    "commissions_line",
    "commissions_qualification",
    "commissions_carrystate",
    "attribution_touched",
    "attribution_customerday",
    "attribution_affiliateday",
]


def run(rounds: int, scale: float) -> Reading:
    """Rebuild all sums and every affiliate's lines from nothing; then read all amounts in one sequential scan."""
    rows = int(os.environ.get("BENCHMARK_ROWS", ROWS) if "BENCHMARK_ROWS" in os.environ else ROWS * scale)
    began = time.perf_counter()
    brand = history.brand_with_history(rows)
    made = time.perf_counter() - began
    stage.settle()
    found: dict[str, float] = {}

    def recompute(_: int) -> float:
        _forget(brand)
        start = time.perf_counter()
        found.update(_recompute(brand))
        return time.perf_counter() - start

    ours, limit = alternate(rounds or ROUNDS, recompute, lambda _: _sum(brand))
    note = (
        f"{rows:,} activities of {history.AFFILIATES} affiliates' customers (made in {made:.0f} s) become"
        f" {found['customer_days']:,.0f} sums by customer and day and {found['lines']:,.0f} lines;"
        f" sums took {found['sums']:.1f} s, lines {found['commissions']:.1f} s"
    )
    return Reading(ours=ours, limit=limit, rows=rows, notes=[note])


def _recompute(brand: stage.Brand) -> dict[str, float]:
    from django.utils import timezone

    from attribution.models import CustomerDay
    from attribution.services import rebuild_sums
    from brands.models import Brand
    from commissions.models import Line
    from commissions.services import follow_up as commissions
    from track360.lib.tenancy import tenant

    start = time.perf_counter()
    with tenant(brand.id):
        rebuild_sums(brand=Brand.objects.get(pk=brand.id))
    between = time.perf_counter()
    commissions.drain(brand_id=brand.id, now=timezone.now())
    end = time.perf_counter()
    with tenant(brand.id):
        counts = {"customer_days": CustomerDay.objects.count(), "lines": Line.objects.count()}
    return {"sums": between - start, "commissions": end - between, **counts}


def _forget(brand: stage.Brand) -> None:
    with stage.owners_connection() as connection:
        for table in _DERIVED:
            connection.execute(f"DELETE FROM {table} WHERE brand_id = %s", [brand.id])
    stage.vacuum(*_DERIVED)
    stage.settle()


def _sum(brand: stage.Brand) -> float:
    with stage.owners_connection() as connection:
        connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        start = time.perf_counter()
        connection.execute("SELECT sum(amounts[1]) FROM ingestion_activity WHERE brand_id = %s", [brand.id])
        return time.perf_counter() - start


P7 = Measure(
    id="P7",
    title="Everything derived, computed anew from all activities, against one sequential sum() of them",
    ours="sums and every affiliate's lines",
    limit="sum() over all activities",
    unit="s",
    floor=60,
    aim=10,
    better="lower",
    run=run,
)
