"""P6: following up what was pushed — attribution, sums, commission lines — against pushing it."""

import io
import time
from collections.abc import Sequence

from django.core.management import call_command

from benchmarks import records, stage, terms, traffic
from benchmarks.measure import Measure, Reading
from benchmarks.push_against_copy import BATCH

ROUNDS = 5
RECORDS = 20_000  # a round, one task
AFFILIATES = 20
CUSTOMERS = 4000
NEW_CUSTOMERS = 400  # of each round


def run(rounds: int, scale: float) -> Reading:
    """Push 20 000 records with one client, some of them new customers; then follow them up in one task."""
    count = max(2 * BATCH, int(RECORDS * scale) // BATCH * BATCH)
    ours, limit = [], []
    with stage.web() as web:
        brand = stage.new_brand("follow")
        stage.configure(terms.document(slug=brand.slug, affiliates=AFFILIATES))
        codes = [str(number + 1) for number in range(AFFILIATES)]
        known = records.customers(CUSTOMERS, prefix="c", affiliates=codes)
        _push(web, brand, stage.CUSTOMERS, known)
        ids = [customer["customerId"] for customer in known]
        _push(web, brand, stage.ACTIVITIES, records.activities(count, ids=ids, prefix="before", seed=0))
        _drain(brand)
        stage.vacuum("ingestion_activity", "attribution_customerday", "attribution_affiliateday", "commissions_line")
        stage.settle()
        for number in range(1, (rounds or ROUNDS) + 1):
            new = records.customers(NEW_CUSTOMERS, prefix=f"n{number}", affiliates=codes, seed=number)
            ids += [customer["customerId"] for customer in new]
            made = records.activities(count - len(new), ids=ids, prefix=f"f{number}", seed=number)
            pushed = _push(web, brand, stage.CUSTOMERS, new) + _push(web, brand, stage.ACTIVITIES, made)
            limit.append(1000 * pushed)
            began = time.perf_counter()
            _drain(brand)
            ours.append(1000 * (time.perf_counter() - began))
    note = f"{AFFILIATES} affiliates with hybrid plans; {NEW_CUSTOMERS} of the {count} records are new customers"
    return Reading(ours=ours, limit=limit, rows=count, notes=[note])


def _push(web: stage.Web, brand: stage.Brand, path: str, made: Sequence[records.Record]) -> float:
    requests = traffic.post_requests(path, records.in_batches(made, BATCH), token=brand.token)
    return traffic.send(requests, port=web.port, processes=1).must_be(accepted=len(made)).seconds


def _drain(brand: stage.Brand) -> None:
    call_command("drain", brand.slug, stdout=io.StringIO())


P6 = Measure(
    id="P6",
    title="Following up 20 000 records in one task, against receiving them",
    ours="attribution, sums and lines",
    limit="push over HTTP, 1 client",
    unit="ms",
    floor=1.0,
    aim=0.30,
    better="lower",
    run=run,
)
