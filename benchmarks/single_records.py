"""P3: one record a request, from many connections as senders have them, against one row a statement on 8."""

from collections.abc import Callable

import psycopg
from psycopg.types.json import Jsonb

from benchmarks import records, stage, traffic
from benchmarks.measure import Measure, Reading, alternate
from benchmarks.push_against_copy import Sender

SENDERS = 64
CONNECTIONS = 8
ROUNDS = 5
RECORDS = 6000  # a round

COLUMNS = (
    "brand_id, customer_id, delivery_id, index, event, event_id, moment, day, product, currency, status, kpis, amounts,"
    " details, state, parked_for, digest"
)
UPSERT = f"""
    INSERT INTO ingestion_activity ({COLUMNS}, key)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (brand_id, key) DO UPDATE
       SET amounts = excluded.amounts, digest = excluded.digest, delivery_id = excluded.delivery_id
     WHERE ingestion_activity.digest IS DISTINCT FROM excluded.digest
"""


def run(rounds: int, scale: float) -> Reading:
    """Post records one by one on 64 connections; upsert rows like theirs one by one on 8 connections."""
    count = max(80, int(RECORDS * scale))
    with stage.web() as web:
        sender = Sender(web)
        _push(sender, 200, 0)
        stage.settle()
        ours, limit = alternate(
            rounds or ROUNDS,
            lambda number: _push(sender, count, number + 1),
            lambda number: _upsert(sender.brand, count),
        )
    return Reading(ours=ours, limit=limit, rows=count)


def _push(sender: Sender, count: int, number: int) -> float:
    made = records.activities(count, ids=sender.ids, prefix=f"s{number}", seed=number)
    requests = traffic.post_requests(stage.ACTIVITIES, list(records.one_by_one(made)), token=sender.brand.token)
    connections = SENDERS // traffic.PROCESSES
    sent = traffic.send(requests, port=sender.web.port, connections=connections).must_be(accepted=count)
    return count / sent.seconds


def _upsert(brand: stage.Brand, count: int) -> float:
    question = (
        f"SELECT {COLUMNS}, gen_random_uuid() FROM ingestion_activity WHERE brand_id = %s ORDER BY id DESC LIMIT %s"
    )
    with stage.owners_connection() as connection:
        found = connection.execute(question, [brand.id, count]).fetchall()
    details = COLUMNS.replace(" ", "").split(",").index("details")
    rows = [(*row[:details], Jsonb(row[details]), *row[details + 1 :]) for row in found]
    lanes = CONNECTIONS // traffic.PROCESSES

    def writer(number: int) -> Callable[[], list[bytes]]:
        connections = [stage.application_connection(brand) for _ in range(lanes)]
        mine = [rows[number * lanes + lane :: CONNECTIONS] for lane in range(lanes)]

        def write(connection: psycopg.Connection, todo: list[tuple[object, ...]]) -> list[bytes]:
            for row in todo:
                connection.execute(UPSERT, row, prepare=True)
            return []

        def work() -> list[bytes]:
            return traffic.in_threads(
                [lambda line=line, todo=todo: write(line, todo) for line, todo in zip(connections, mine, strict=True)]
            )

        return work

    seconds, _ = traffic.together(writer)
    return count / seconds


P3 = Measure(
    id="P3",
    title="One record a request, against one row a statement",
    ours="push over HTTP, 64 connections",
    limit="INSERT … ON CONFLICT DO UPDATE, 8 connections",
    unit="records/s",
    floor=0.50,
    aim=1.2,
    better="higher",
    run=run,
)
