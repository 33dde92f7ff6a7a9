"""A request with an Idempotency-Key has one effect and one answer for a day."""

import threading
from datetime import timedelta

import time_machine
from django.db import connection

from ingestion.models import IdempotencyKey
from ingestion.services.idempotency import forget_old_keys
from ingestion.tasks import forget_idempotency_keys
from tests.ingestion.conftest import NOW, deposit, sender


def test_the_same_request_has_the_same_answer_and_one_effect(brand):
    first = brand.post("activities", [deposit()], idempotency_key="k1")
    again = brand.post("activities/", [deposit()], idempotency_key="k1")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert brand.counts()["Delivery"] == 1


def test_an_answer_of_rejected_records_is_remembered_too(brand):
    first = brand.post("activities", [{}], idempotency_key="k1")

    assert first.status_code == 422
    assert brand.post("activities", [{}], idempotency_key="k1").content == first.content


def test_another_body_under_the_key_is_refused(brand):
    brand.post("activities", [deposit()], idempotency_key="k1")

    answer = brand.post("activities", [deposit(value="1")], idempotency_key="k1")

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_mismatch")
    assert brand.rows() == [("Deposit", "e1", "c1", {"Deposit": 250.0})]


def test_a_key_belongs_to_a_path(brand):
    brand.post("customers", [], idempotency_key="k1")

    assert brand.post("activities", [deposit()], idempotency_key="k1").json()["accepted"] == 1


def test_a_key_is_forgotten_after_a_day(brand):
    with time_machine.travel(NOW, tick=False):
        brand.post("activities", [deposit()], idempotency_key="k1")
    with time_machine.travel(NOW + timedelta(hours=24, seconds=1), tick=False):
        assert brand.post("activities", [deposit(value="1")], idempotency_key="k1").status_code == 200
    with brand.open():
        assert IdempotencyKey.objects.count() == 1
        assert forget_old_keys(brand=brand.brand, now=NOW + timedelta(hours=47)) == 0


def test_old_answers_are_deleted_for_every_brand(brand):
    other = sender("other")
    with time_machine.travel(NOW, tick=False):
        brand.post("activities", [], idempotency_key="k1")
        other.post("activities", [], idempotency_key="k1")
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        other.post("activities", [], idempotency_key="k2")
        forget_idempotency_keys(later="unknown arguments do not disturb")
        forget_idempotency_keys()

    keys = []
    for each in (brand, other):
        with each.open():
            keys.append(list(IdempotencyKey.objects.values_list("key", flat=True)))
    assert keys == [[], ["k2"]]


def test_an_unreadable_request_uses_no_key_up(brand):
    brand.post("activities", "[", idempotency_key="k1")

    assert brand.post("activities", [deposit()], idempotency_key="k1").status_code == 200


def while_another_runs(first, second):
    """Return what is answered to the second sender while the first one's request with the same key still runs."""
    answers = []

    def post():
        answers.append(second.post("activities", [deposit()], idempotency_key="k1"))
        connection.close()

    with first.open(), connection.cursor() as cursor:
        # The first request: it holds its lock until it commits.
        from ingestion.services.idempotency import RequestKey, _lock

        _lock(first.brand, RequestKey("POST", "/tracking/events/activities", "k1"))
        thread = threading.Thread(target=post)
        thread.start()
        thread.join(timeout=10)
        cursor.execute("SELECT 1")

    (answer,) = answers
    return answer


def test_a_request_that_still_runs_is_not_repeated(committing_brand):
    answer = while_another_runs(committing_brand, committing_brand)

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "in_progress", "1")


def test_a_request_of_another_brand_with_the_same_key_is_not_waited_for(committing_brand):
    answer = while_another_runs(committing_brand, sender("other"))

    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
