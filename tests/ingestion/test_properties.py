"""Properties of the push API that hold for any body."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.models import Delivery
from ingestion.services.verifying import differences
from tests.ingestion.conftest import customer, deposit, sender

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

_names = st.sampled_from(
    ["eventname", "eventid", "createtime", "customerid", "Value", "Currency", "status", "product", "GGR", "customerId"]
)
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
_sensible = st.sampled_from(["Deposit", "DailyStats", "e1", "c1", "250.00", "USD", "2026-03-15", "approved", "Casino"])
_values = (
    _sensible | _scalars | st.lists(_scalars, max_size=2) | st.dictionaries(st.text(max_size=3), _scalars, max_size=2)
)
_records = st.dictionaries(_names | st.text(max_size=8), _values, max_size=8)
_good = st.builds(deposit, st.sampled_from("abc"), st.sampled_from(["c1", "c2", "c3"]), st.integers(0, 3))
_paths = st.sampled_from(["activities", "customers"])


@given(path=_paths, body=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@shared
def test_any_bytes_are_answered_in_json_below_500(brand, path, body):
    answer = brand.post(path, body)

    assert 200 <= answer.status_code < 500
    assert answer["Content-Type"] in ("application/json", "application/problem+json")
    assert isinstance(answer.json(), dict)


@given(path=_paths, records=st.lists(_good | _records | _scalars, max_size=8), strict=st.booleans())
@shared
def test_every_record_has_one_outcome(brand, path, records, strict):
    answer = brand.post(path, json.dumps(records), prefer="handling=strict" if strict else None)

    assert answer.status_code < 500
    body = answer.json()
    if answer.status_code == 400:
        assert body["code"] in ("non_finite_number", "forbidden_character", "duplicate_key")
        return
    assert body["accepted"] + body["duplicates"] + body["rejected"] == body["received"] == len(records)
    assert [result["index"] for result in body["results"]] == list(range(len(records)))
    with brand.open():
        delivery = Delivery.objects.get(uid=body["delivery"])
    assert [delivery.accepted, delivery.duplicates, delivery.rejected] == [
        body["accepted"], body["duplicates"], body["rejected"],
    ]  # fmt: skip


@given(data=st.data())
@settings(shared, max_examples=15)
def test_the_order_duplication_and_batching_of_distinct_records_change_nothing(db, data):
    people = [customer(f"c{n}", tracking_data=f"t{n}") for n in range(3)]
    events = [deposit(f"e{n}", f"c{n % 4}", n) for n in range(8)] + [
        {"eventname": "GGR", "createtime": "2026-03-15", "customerid": "c1", "Value": "-5", "Currency": "EUR"},
        {"eventname": "Bet", "customerid": "c2", "Value": "1", "Currency": "EUR"},
        deposit("e9", eventname="Unknown"),
    ]
    seed = data.draw(st.integers(0, 10**6))
    plain, mixed = sender(f"plain-{seed}"), sender(f"mixed-{seed}")
    plain.customers(*people)
    plain.activities(*events)

    chaos = random.Random(seed)
    sent = [("customers", record) for record in people * 2] + [("activities", record) for record in events * 2]
    chaos.shuffle(sent)
    while sent:
        path = sent[0][0]
        batch = []
        while sent and sent[0][0] == path and len(batch) < chaos.randint(1, 5):
            batch.append(sent.pop(0)[1])
        mixed.outcomes(path, *batch)

    assert mixed.rows() == plain.rows()
    assert mixed.counts()["Customer"] == plain.counts()["Customer"]
    for brand in (plain, mixed):
        with brand.open():
            assert differences(brand=brand.brand) == []
