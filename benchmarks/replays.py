"""P5: what an identical replay costs PostgreSQL, against the first time, and the dead rows it leaves: none."""

import time

from benchmarks import records, stage, traffic
from benchmarks.measure import Measure, Reading
from benchmarks.push_against_copy import BATCH, CONNECTIONS, Sender

ROUNDS = 5
RECORDS = 60_000  # a round
TABLES = (
    "ingestion_activity",
    "ingestion_customer",
    "ingestion_customerprofile",
    "ingestion_outbox",
    "ingestion_delivery",
)


def run(rounds: int, scale: float) -> Reading:
    """Push new batches, then the very same requests again, and read what PostgreSQL's processes used for each."""
    count = max(4 * BATCH, int(RECORDS * scale) // BATCH * BATCH)
    first, again = [], []
    dead = 0
    with stage.web() as web:
        sender = Sender(web)
        sender.send(4 * BATCH, batch=BATCH)
        stage.vacuum(*TABLES)
        stage.settle()
        for number in range(rounds or ROUNDS):
            made = records.activities(count, ids=sender.ids, prefix=f"p{number}", seed=number)
            bodies = records.in_batches(made, BATCH)
            requests = traffic.post_requests(stage.ACTIVITIES, bodies, token=sender.brand.token)
            backends = stage.Backends()
            before = backends.cpu()
            traffic.send(requests, port=web.port, connections=CONNECTIONS).must_be(accepted=count)
            first.append(backends.cpu() - before)
            dead_before = _dead()
            before = backends.cpu()
            traffic.send(requests, port=web.port, connections=CONNECTIONS).must_be(duplicates=count)
            again.append(backends.cpu() - before)
            dead += _dead() - dead_before
    note = f"dead tuples from the replays: {dead} (floor 0 {'reached' if dead == 0 else 'MISSED'})"
    return Reading(ours=again, limit=first, rows=count, notes=[note], more={"dead_tuples": dead})


def _dead() -> int:
    time.sleep(1.5)  # processes report what they did at most once a second
    return sum(stage.dead_tuples(TABLES).values())


P5 = Measure(
    id="P5",
    title="An identical replay, against the first time: what PostgreSQL spends",
    ours="replay",
    limit="first time",
    unit="CPU s",
    floor=1.0,
    aim=0.75,
    better="lower",
    run=run,
)
