"""Every failure on a machine's path is JSON and says what to do."""

from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client


@pytest.mark.parametrize("error", [OperationalError("the server closed the connection"), InterfaceError("closed")])
def test_a_missing_database_is_503_and_says_when_to_come_back(db, error):
    with patch("brands.authentication._tokens.find", side_effect=error):
        answer = Client().post("/tracking/events/activities", "[]", "application/json", headers={"x-api-key": "x"})

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "5")


def test_a_fault_of_ours_is_told_without_its_reason(db):
    with patch("brands.authentication._tokens.find", side_effect=ZeroDivisionError("SECRET")):
        answer = Client(raise_request_exception=False).post("/tracking/events/activities", headers={"x-api-key": "x"})

    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert b"SECRET" not in answer.content
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_an_unknown_host_is_told_in_json():
    answer = Client(headers={"host": "evil.example"}).get("/api/v1/igaming/customers")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_pages_keep_their_own_errors(db):
    answer = Client().get("/no-such-page")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_short_ways_have_no_session_and_set_no_cookie(db):
    answer = Client().post("/tracking/events/activities")

    assert not answer.cookies
