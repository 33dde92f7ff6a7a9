"""What is stored is compared with what was sent, to the record."""

from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest

from ingestion.dialects import push, registry
from ingestion.models import Activity, Customer, Delivery
from ingestion.rules.decoding import decode
from ingestion.services import verifying
from ingestion.services.verifying import differences
from tests.ingestion.conftest import NOW, customer, deposit, sender


@pytest.fixture
def brand(db):
    brand = sender(timezone="Europe/Malta")
    brand.customers(customer("c1", firstName="Ada", vip=1), customer("c1", country="ES"), {})
    brand.activities(deposit("e1"), deposit("e2", "c9"), deposit("e1", value="7"), deposit("e3", value="x"))
    brand.activities(deposit("e1", "c9"), deposit(None, createtime=None), deposit("e4", eventname="Spin"))
    brand.post("activities", [deposit("e5"), {}], prefer="handling=strict")
    return brand


def found(brand):
    with brand.open():
        return [(difference.kind, difference.says) for difference in differences(brand=brand.brand)]


def test_what_was_stored_is_what_was_sent(brand):
    assert found(brand) == []


def test_however_few_are_held_in_memory_the_last_versions_are_found(brand, monkeypatch):
    monkeypatch.setattr(verifying, "ACTIVITIES_AT_ONCE", 1)
    for value in ("1", "2", "2", "1", "1"):
        brand.activities(deposit("e6", value=value), deposit(value))

    assert found(brand) == []

    with brand.open():
        Activity.objects.filter(event_id__in=("e2", "e6")).update(event="Bonus")
    assert [kind for kind, _ in found(brand)] == ["activity", "activity"]


def test_deliveries_are_not_decoded_more_often_where_there_are_more_activities(brand, monkeypatch):
    monkeypatch.setattr(verifying, "ACTIVITIES_AT_ONCE", 5)
    for number in range(40):
        brand.activities(deposit(f"n{number}"))
    bodies = Counter()

    def counting(body):
        bodies[body] += 1
        return decode(body)

    dialects = {
        ("push", "activities"): replace(push.ACTIVITIES, decode=counting),
        ("push", "customers"): push.CUSTOMERS,
    }
    monkeypatch.setattr(registry, "_BY_NAME", dialects)

    assert found(brand) == []
    # Once to list the versions and once to compare them; where that cuts a delivery apart, once more.
    assert bodies.total() <= 2 * len(bodies) + 45 // 5


def store_again(event_id, **fields):
    row = Activity.objects.get(event_id=event_id)
    row.pk = None
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=True)


@pytest.mark.parametrize(
    ("tampering", "kind", "says"),
    [
        (lambda: Activity.objects.filter(event_id="e2").update(amounts=[1]), "activity", 'means {"Deposit": "250"}'),
        (lambda: Activity.objects.filter(event_id="e2").update(status="Settled", product="live"), "activity",
         "is stored with another product, status"),
        (lambda: Activity.objects.filter(event_id="e2").update(digest="0" * 32), "activity",
         "is stored with another digest"),
        (lambda: Activity.objects.filter(event_id="e2").delete(), "activity", "was accepted and is not stored"),
        (lambda: Activity.objects.filter(event_id="e2").update(customer=Customer.objects.get(key="c1")), "activity",
         "is stored for another customer"),
        (lambda: Activity.objects.filter(event_id="e2").update(index=0), "activity", "the place of other bytes"),
        (lambda: Customer.objects.filter(key="c1").update(country="DE"), "customer", "is stored with another country"),
        (lambda: Customer.objects.filter(key="c9").update(reported_at="2026-01-01T00:00Z"), "customer", "never was"),
        (lambda: Customer.objects.filter(key="c1").update(reported_at="2026-01-01T00:00Z"), "customer",
         "is stored with another time of the first report"),
        (lambda: store_again("e2", key="0" * 32), "activity", "is stored and was never sent"),
    ],
)  # fmt: skip
def test_a_change_behind_the_deliveries_is_found(brand, tampering, kind, says):
    with brand.open():
        tampering()

    ((found_kind, found_says),) = found(brand)

    assert found_kind == kind
    assert says in found_says


def test_bytes_that_were_altered_are_found(brand):
    with brand.open():
        Delivery.objects.create(
            brand=brand.brand, uid="0" * 26, source="push", entity="activities", body=b"[ ]",
            sha256=sha256(b"[]").digest(), received_at=NOW,
        )  # fmt: skip

    assert found(brand) == [("delivery", "its bytes are not those that were received")]
