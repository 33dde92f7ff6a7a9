"""Pushes go straight to their view; whoever asks must not be able to tell, but by the time it takes."""

import json
import os

import pytest
from django.db import connection
from django.test import Client
from prometheus_client import REGISTRY

from tests.entering import PASSED_ON
from tests.ingestion.conftest import customer, deposit
from track360 import logs
from track360.entrance import Entrance


def asked(path, method="GET"):
    return {"REQUEST_METHOD": method, "PATH_INFO": path}


@pytest.mark.parametrize("path", ["/tracking/events/customers", "/tracking/events/activities"])
@pytest.mark.parametrize("end", ["", "/"])
def test_both_addresses_are_taken_with_and_without_a_slash(db, path, end):
    said = []

    (body,) = Entrance(None)(asked(path + end), lambda *told: said.append(told))

    assert b'"code": "unauthorized"' in body
    assert said[0][0] == "401 Unauthorized"


@pytest.mark.parametrize("path", ["/", "/tracking/events", "/tracking/events/activities//", "/c/spring", "/admin/"])
def test_everything_else_takes_djangos_way(path):
    assert Entrance(lambda *_: PASSED_ON)(asked(path), None) is PASSED_ON


def test_django_answers_a_push_the_same(brand):
    def answers(some):
        sent = {
            "customers": [customer(f"{some}1"), customer(f"{some}1"), {"country": "DE"}],
            "activities": [deposit(f"{some}1", f"{some}1"), deposit(f"{some}2", f"{some}2"), deposit(value="x")],
        }
        for entity, records in (*sent.items(), ("activities", {"no": "list"})):
            answer = brand.post(entity, records)
            outcomes = [(result["outcome"], result.get("code")) for result in answer.json()["results"]]
            yield answer.status_code, answer["Content-Type"], answer["X-RateLimit-Limit"], outcomes

    through_entrance = list(answers("a"))
    brand.client = Client(enforce_csrf_checks=True)
    in_django = list(answers("b"))

    assert [status for status, *_ in through_entrance] == [207, 207, 422]
    assert in_django == through_entrance


def test_pushes_are_counted_by_what_was_sent_and_answered(brand):
    def counted():
        return REGISTRY.get_sample_value("track360_pushes_total", {"entity": "customers", "status": "207"}) or 0

    before = counted()
    brand.post("customers", [customer("c1"), {"country": "DE"}])

    assert counted() == before + 1


def test_a_method_that_a_sender_made_up_is_not_logged(db, capfd):
    for method in ("PUT", "JOHN@EXAMPLE.COM"):
        list(Entrance(None)(asked("/tracking/events/customers", method), lambda *_: None))

    lines = [json.loads(line)["request"] for line in capfd.readouterr().err.splitlines() if "request_finished" in line]
    assert lines == ["PUT /tracking/events/customers", "? /tracking/events/customers"]


def test_an_answer_is_given_even_if_nobody_reads_the_log(brand, monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    monkeypatch.setattr(logs, "STDERR", writer)

    assert brand.customers(customer("c1")) == ["created"]
    os.close(writer)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_left_behind_with_its_request(committing_brand):
    Entrance(None)(asked("/tracking/events/customers"), lambda *_: None)
    connection.connection.close()
    connection.errors_occurred = True

    Entrance(None)(asked("/tracking/events/customers"), lambda *_: None)

    assert connection.connection is None or not connection.connection.closed
