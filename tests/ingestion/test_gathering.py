"""Small requests that arrive together are stored in one transaction, and nobody can tell from the answers."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection

from brands.services import create_brand
from ingestion.dialects import push
from ingestion.models import Activity, Customer, Delivery, Outbox
from ingestion.services import gathering, receive, receiving
from ingestion.services.receiving import read, receive_together
from ingestion.writer import opening
from ingestion.writer.activities import write_activities
from ingestion.writer.deliveries import write_deliveries
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def brand():
    brand = create_brand(slug="one", name="One", vertical="igaming", by="test", now=NOW, default_currency="EUR")
    with tenant(brand.id):
        receive(dialect=push.CUSTOMERS, brand=brand, body=b'[{"customerId": "c1"}]', received_at=NOW)
    return brand


def deposit(event_id, value="10", customer="c1"):
    return {
        "eventname": "Deposit",
        "eventid": event_id,
        "createtime": "2026-03-01",
        "customerid": customer,
        "Value": value,
    }


class Line:
    """Holds up the first request until all others wait, so that these are stored together."""

    def __init__(self, monkeypatch, others):
        self.sizes = []
        self._others = others
        self._stands = threading.Event()
        monkeypatch.setattr(gathering, "receive_together", self.receive_together)

    def receive_together(self, *, dialect, brand, requests):
        if not self.sizes:
            self._stands.wait(10)
        self.sizes.append(len(requests))
        return receive_together(dialect=dialect, brand=brand, requests=requests)

    def send(self, brand, bodies):
        """Send the first, then all others in their order, each from a thread; return receipts or what was raised."""
        gatherer = gathering._gatherers.setdefault((brand.pk, "push", "activities"), gathering.Gatherer())

        def one(body):
            try:
                incoming = read(dialect=push.ACTIVITIES, body=json.dumps(body).encode(), received_at=NOW)
                return gathering.gather(dialect=push.ACTIVITIES, brand=brand, incoming=incoming)
            except Exception as error:  # noqa: BLE001 - the tests look at it
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(bodies)) as threads:
            sent = []
            for number, body in enumerate(bodies):
                sent.append(threads.submit(one, body))
                while number and len(gatherer._line) < number:
                    threading.Event().wait(0.002)
                while not number and not gatherer._is_storing:
                    threading.Event().wait(0.002)
            self._stands.set()
            return [each.result(20) for each in sent]


def outcomes(receipts):
    return [[outcome.outcome for outcome in receipt.outcomes] for receipt in receipts]


def test_requests_in_line_are_stored_together_each_with_its_own_delivery(brand, monkeypatch):
    line = Line(monkeypatch, 5)
    bodies = [deposit(f"e{number}") for number in range(6)]

    receipts = line.send(brand, bodies)

    assert line.sizes == [1, 5]
    assert outcomes(receipts) == [["created"]] * 6
    with tenant(brand.id):
        stored = {delivery.uid: bytes(delivery.body) for delivery in Delivery.objects.filter(entity="activities")}
        by_delivery = dict(Activity.objects.values_list("event_id", "delivery__uid"))
        waiting = Outbox.objects.filter(brand=brand).count()
    assert stored == {r.counted.uid: json.dumps(b).encode() for r, b in zip(receipts, bodies, strict=True)}
    assert by_delivery == {b["eventid"]: r.counted.uid for r, b in zip(receipts, bodies, strict=True)}
    assert waiting == 7


def test_those_who_came_together_are_waited_for_and_one_who_is_alone_is_not(brand, monkeypatch):
    monkeypatch.setattr(gathering, "PATIENCE", timedelta(seconds=20))
    gatherer = gathering._gatherers.setdefault((brand.pk, "push", "activities"), gathering.Gatherer())
    Line(monkeypatch, 0).send(brand, [deposit("alone")])
    gatherer._company = 2
    line = Line(monkeypatch, 0)
    line._stands.set()

    def one(number):
        try:
            incoming = read(dialect=push.ACTIVITIES, body=json.dumps(deposit(f"e{number}")).encode(), received_at=NOW)
            return gathering.gather(dialect=push.ACTIVITIES, brand=brand, incoming=incoming)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        receipts = list(threads.map(one, range(3)))

    assert line.sizes == [3]
    assert outcomes(receipts) == [["created"]] * 3


def test_a_group_does_not_wait_for_ever_for_those_who_do_not_come_again(brand, monkeypatch):
    gatherer = gathering._gatherers.setdefault((brand.pk, "push", "activities"), gathering.Gatherer())
    gatherer._company = 5

    assert outcomes(Line(monkeypatch, 0).send(brand, [deposit("e1")])) == [["created"]]
    assert gatherer._company == 0


def test_versions_of_one_record_count_in_the_order_of_the_line(brand, monkeypatch):
    bodies = [
        deposit("x"),
        deposit("e1", "1"),
        deposit("e1", "1.00"),
        deposit("e1", "2"),
        [deposit("e1", "3"), deposit("e2")],
    ]

    receipts = Line(monkeypatch, 4).send(brand, bodies)

    assert outcomes(receipts) == [["created"], ["created"], ["duplicate"], ["updated"], ["updated", "created"]]
    with tenant(brand.id):
        record = Activity.objects.get(event_id="e1")
        assert (record.amounts, record.delivery.uid) == ([3], receipts[4].counted.uid)
        positions = list(Delivery.objects.order_by("position").values_list("uid", flat=True))
    assert positions[1:] == [receipt.counted.uid for receipt in receipts]


def test_a_customer_nobody_reported_is_awaited_by_the_first_request_that_names_him(brand, monkeypatch):
    bodies = [deposit("x"), deposit("e1"), deposit("e2", customer="new"), deposit("e3", customer="new")]

    receipts = Line(monkeypatch, 3).send(brand, bodies)

    assert outcomes(receipts) == [["created"], ["created"], ["parked"], ["parked"]]
    with tenant(brand.id):
        assert Customer.objects.get(key="new").delivery.uid == receipts[2].counted.uid


def test_a_request_that_cannot_be_stored_fails_alone(brand, monkeypatch):
    line = Line(monkeypatch, 3)

    def refusing(*, brand_id, deliveries):
        if any(b"poison" in delivery.arrival.body for delivery in deliveries):
            raise IntegrityError("planted")
        return write_deliveries(brand_id=brand_id, deliveries=deliveries)

    monkeypatch.setattr(receiving, "write_deliveries", refusing)
    answers = line.send(brand, [deposit("x"), deposit("e1"), deposit("poison"), deposit("e2")])

    assert [type(answer).__name__ for answer in answers] == ["Receipt", "Receipt", "IntegrityError", "Receipt"]
    with tenant(brand.id):
        assert set(Activity.objects.values_list("event_id", flat=True)) == {"x", "e1", "e2"}
        assert Delivery.objects.filter(entity="activities").count() == 3


def test_a_database_that_is_away_is_told_to_all_and_the_line_goes_on(brand, monkeypatch):
    line = Line(monkeypatch, 2)
    calls = []

    def then_away(**given):
        calls.append(len(given["batches"]))
        if len(calls) > 1:
            connection.connection.close()
            raise OperationalError("planted")
        return write_activities(**given)

    monkeypatch.setattr(receiving, "write_activities", then_away)
    answers = line.send(brand, [deposit("x"), deposit("e1"), deposit("e2")])
    monkeypatch.setattr(receiving, "write_activities", write_activities)
    afterwards = Line(monkeypatch, 0).send(brand, [deposit("e1")])

    assert calls[:2] == [1, 2]
    assert [type(answer).__name__ for answer in answers] == ["Receipt", "OperationalError", "OperationalError"]
    assert outcomes(afterwards) == [["created"]]


def test_a_change_of_configuration_is_told_to_all_at_once_and_the_line_goes_on(brand, monkeypatch):
    monkeypatch.setattr(opening, "PATIENCE", "500ms")
    line = Line(monkeypatch, 5)

    with tenant(brand.pk):
        opening.open_change(brand_id=brand.pk)
        answers = line.send(brand, [deposit(f"e{number}") for number in range(6)])
    afterwards = Line(monkeypatch, 0).send(brand, [deposit("e1")])

    assert line.sizes == [1, 5]  # nobody waits a second time, by himself
    assert {type(answer) for answer in answers} == {opening.ConfigurationChanging}
    assert outcomes(afterwards) == [["created"]]


@pytest.mark.parametrize(
    ("records", "prefers", "gathered"), [(1, False, True), (50, False, True), (51, False, False), (1, True, False)]
)
def test_only_small_requests_that_ask_for_nothing_of_their_own_are_gathered(records, prefers, gathered):
    body = json.dumps([deposit(f"e{number}") for number in range(records)]).encode()

    incoming = read(dialect=push.ACTIVITIES, body=body, received_at=NOW, is_strict=prefers)

    assert gathering.may_be_gathered(incoming) is gathered
