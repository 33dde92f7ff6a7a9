"""P4: the same endpoint built with serializers and `update_or_create`, against ours."""

from benchmarks import records, stage, traffic
from benchmarks.measure import Measure, Reading, alternate
from benchmarks.push_against_copy import BATCH, CONNECTIONS, Sender

ROUNDS = 3
RECORDS = 40_000  # a round of ours
USUAL_RECORDS = 4_000  # a round of theirs


def run(rounds: int, scale: float) -> Reading:
    """Push batches of 1000 to both, with two clients; compare the time a thousand records take."""
    count = max(2 * BATCH, int(RECORDS * scale) // BATCH * BATCH)
    fewer = max(2 * BATCH, int(USUAL_RECORDS * scale) // BATCH * BATCH)
    theirs = {"DJANGO_SETTINGS_MODULE": "benchmarks.usual.settings"}
    with stage.web() as web, stage.web(theirs, application="benchmarks.usual.wsgi:application") as usual:
        sender = Sender(web)
        sender.send(2 * BATCH, batch=BATCH)
        _push_to(usual, sender, 2 * BATCH, 0)
        stage.settle()
        ours, limit = alternate(
            rounds or ROUNDS,
            lambda _: 1000 * 1000 / sender.send(count, batch=BATCH),
            lambda number: 1000 * 1000 / _push_to(usual, sender, fewer, number + 1),
        )
    return Reading(ours=ours, limit=limit, rows=count)


def _push_to(usual: stage.Web, sender: Sender, count: int, number: int) -> float:
    made = records.activities(count, ids=sender.ids, prefix=f"u{number}", seed=number)
    requests = traffic.post_requests(stage.ACTIVITIES, records.in_batches(made, BATCH), token=sender.brand.token)
    sent = traffic.send(requests, port=usual.port, connections=CONNECTIONS).must_be(accepted=count)
    return count / sent.seconds


P4 = Measure(
    id="P4",
    title="The same endpoint with serializers and update_or_create, against ours",
    ours="ours",
    limit="serializers and update_or_create",
    unit="ms for 1000",
    floor=30,
    aim=75,
    better="higher",
    run=run,
    turned=True,
)
