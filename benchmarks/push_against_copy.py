"""P1 and P2: batches over HTTP against COPY of the same rows, and small batches against large ones."""

import os
from collections.abc import Callable

import psycopg

from benchmarks import records, stage, traffic
from benchmarks.measure import Measure, Reading, alternate

BATCH = 1000
SMALL = 100
CUSTOMERS = 5000
# Of each client. The kernel gives connections to web processes by chance; with one each, both often meet at one.
CONNECTIONS = 2
ROUNDS = 7
RECORDS = 60_000  # a round

# What a stored activity consists of, but for `id`, which the table makes, and `key`, which has to be another one.
COLUMNS = (
    "brand_id, customer_id, delivery_id, index, event, event_id, moment, day, product, currency, status, kpis, amounts,"
    " details, state, parked_for, digest"
)


class Sender:
    """Sends new activities of one brand's customers, as often as asked."""

    def __init__(self, web: stage.Web) -> None:
        self.web = web
        self.brand = stage.new_brand("push")
        known = records.customers(CUSTOMERS, prefix="c")
        self.ids = [customer["customerId"] for customer in known]
        bodies = records.in_batches(known, BATCH)
        requests = traffic.post_requests(stage.CUSTOMERS, bodies, token=self.brand.token)
        traffic.send(requests, port=web.port).must_be(accepted=CUSTOMERS)
        stage.vacuum("ingestion_customer", "ingestion_activity")  # as autovacuum will have done
        self._rounds = 0

    def send(self, count: int, *, batch: int) -> float:
        """Send so many activities and return records a second."""
        self._rounds += 1
        made = records.activities(count, ids=self.ids, prefix=f"r{self._rounds}", seed=self._rounds)
        requests = traffic.post_requests(stage.ACTIVITIES, records.in_batches(made, batch), token=self.brand.token)
        sent = traffic.send(requests, port=self.web.port, connections=CONNECTIONS).must_be(accepted=count)
        return count / sent.seconds


def against_copy(rounds: int, scale: float) -> Reading:
    """Push batches of 1000 with two clients; then COPY the rows they became, with other keys, with two writers."""
    count = max(2 * BATCH, int(RECORDS * scale) // BATCH * BATCH)
    with stage.web() as web:
        sender = Sender(web)
        sender.send(4 * BATCH, batch=BATCH)  # everything is imported and connected once
        stage.settle()
        ours, limit = alternate(
            rounds or ROUNDS, lambda _: sender.send(count, batch=BATCH), lambda _: _copy_again(sender.brand, count)
        )
    note = (
        "COPY runs as the tables' owner: PostgreSQL refuses it where row security holds, and so it pays nothing for it"
    )
    return Reading(ours=ours, limit=limit, rows=count, notes=[note])


def _copy_again(brand: stage.Brand, count: int) -> float:
    blocks = _last_rows(brand, count)

    def writer(number: int) -> Callable[[], list[bytes]]:
        mine = blocks[number :: traffic.PROCESSES]
        connection = psycopg.connect(os.environ["DATABASE_OWNER_URL"])

        def work() -> list[bytes]:
            for block in mine:
                with connection.cursor().copy(f"COPY ingestion_activity ({COLUMNS}, key) FROM STDIN") as copy:
                    copy.write(block)
                connection.commit()
            return []

        return work

    seconds, _ = traffic.together(writer)
    return count / seconds


def _last_rows(brand: stage.Brand, count: int) -> list[bytes]:
    """Return the rows the last push stored, in COPY's format, with other keys, 1000 a block."""
    question = (
        f"COPY (SELECT {COLUMNS}, gen_random_uuid() FROM ingestion_activity WHERE brand_id = {brand.id}"
        f" ORDER BY delivery_id DESC, index LIMIT {count}) TO STDOUT"
    )
    with stage.owners_connection() as connection, connection.cursor().copy(question) as copy:
        lines = b"".join(copy).splitlines(keepends=True)
    if len(lines) != count:
        raise RuntimeError(f"{count} rows should be stored, there are {len(lines)}")
    return [b"".join(lines[start : start + BATCH]) for start in range(0, count, BATCH)]


def small_batches(rounds: int, scale: float) -> Reading:
    """Push batches of 100 and batches of 1000 in turn."""
    count = max(2 * BATCH, int(RECORDS / 2 * scale) // BATCH * BATCH)
    with stage.web() as web:
        sender = Sender(web)
        sender.send(4 * BATCH, batch=BATCH)
        stage.settle()
        ours, limit = alternate(
            rounds or ROUNDS, lambda _: sender.send(count, batch=SMALL), lambda _: sender.send(count, batch=BATCH)
        )
    return Reading(ours=ours, limit=limit, rows=count)


P1 = Measure(
    id="P1",
    title="Pushing activities in batches of 1000, against COPY of the same rows",
    ours="push over HTTP, 2 clients with 2 connections",
    limit="COPY into the same table, 2 writers",
    unit="records/s",
    floor=0.40,
    aim=0.90,
    better="higher",
    run=against_copy,
)
P2 = Measure(
    id="P2",
    title="Batches of 100, against batches of 1000",
    ours="batches of 100",
    limit="batches of 1000",
    unit="records/s",
    floor=0.50,
    aim=0.70,
    better="higher",
    run=small_batches,
)
