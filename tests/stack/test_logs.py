import json
import logging

import pytest
import sentry_sdk
import structlog
from django.db import Error, IntegrityError, connection
from sentry_sdk.transport import Transport
from sentry_sdk.utils import event_from_exception

from track360 import health
from track360.lib.credentials import ACCESS_TOKEN_MARK, BRAND_TOKEN_MARK
from track360.logs import without_personal_data


def test_a_line_is_one_json_object_with_the_requests_id(lines):
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("track360.test").warning("batch_stored", records=3)

    (line,) = lines()
    assert (line["event"], line["records"], line["level"], line["request_id"]) == ("batch_stored", 3, "warning", "r-1")


@pytest.mark.parametrize("name", ["token", "client_secret", "password", "Authorization", "x_api_key", "email"])
def test_a_value_whose_name_says_that_it_is_secret_is_blanked(lines, name):
    structlog.get_logger("track360.test").warning("something", **{name: "canary-9c1"})

    assert lines()[0][name] == "[redacted]"


def test_a_requests_query_is_not_logged(lines):
    structlog.get_logger("track360.test").warning(
        "request_finished", request="GET /tracking/postback?sig=canary-9c1&a=b"
    )

    assert lines()[0]["request"] == "GET /tracking/postback"


def test_the_values_that_postgresql_quotes_are_not_logged(lines):
    canary = f"canary-{9:x}c1"  # a traceback shows the source, so the word may not stand in it
    try:
        raise IntegrityError(f"duplicate key\nDETAIL:  Key (email)=({canary}@example.com) already exists.")
    except IntegrityError:
        logging.getLogger("track360.test").exception("failed")

    assert canary not in json.dumps(lines())
    assert "duplicate key" in lines()[0]["exception"]


CANARY = "canary-9c1"
# A statement that PostgreSQL refuses, a value in it, and what may be told of it.
REFUSED = [
    ("SELECT %s::text::bigint", f"{CANARY}@example.com", "invalid input syntax for type bigint: [redacted]"),
    ("SELECT %s::text::bigint", f'a "b"\n\nc {CANARY}', "invalid input syntax for type bigint: [redacted]"),
    ("SELECT %s::text::date", f"2026-99-99 {CANARY}", "date/time field value out of range: [redacted]"),
    (
        "INSERT INTO brands_user (name) VALUES (%s)",
        f"x\nDETAIL: {CANARY}",
        'null value in column "password" of relation "brands_user" violates not-null constraint [redacted]',
    ),
]


@pytest.fixture(params=REFUSED)
def refused(request, db):
    """An error as the database raises it, with a person's words in it, and what may be told of it."""
    statement, value, told = request.param
    with pytest.raises(Error) as raised, connection.cursor() as cursor:
        cursor.execute(statement, [value])
    return raised.value, told


def test_values_in_the_words_of_a_database_error_are_not_logged(refused, lines):
    error, told = refused

    logging.getLogger("track360.test").error("Task failed: %r", error, exc_info=error)
    structlog.get_logger("track360.test").error("failed", exc_info=error)

    assert CANARY not in json.dumps(lines())
    assert lines()[0]["event"].endswith(f"('{told}')")
    assert [told in line["exception"] for line in lines()] == [True, True]


def test_values_in_the_words_of_a_database_error_are_not_reported(refused):
    error, told = refused
    reports = []

    class Kept(Transport):
        def capture_envelope(self, envelope):
            reports.append(envelope.get_event())

    client = sentry_sdk.Client(
        dsn="https://key@sentry.example/1",
        transport=Kept,
        before_send=without_personal_data,
        include_local_variables=False,
        default_integrations=False,
    )
    report, hint = event_from_exception(error, client_options=client.options)
    report["request"] = {"url": f"https://track.example/{BRAND_TOKEN_MARK}x", "query_string": f"customer={CANARY}"}
    report["extra"] = {"email": f"{CANARY}@example.com", "tried": [f"{ACCESS_TOKEN_MARK}x", 3]}
    client.capture_event(report, hint)

    (sent,) = reports
    assert CANARY not in json.dumps(sent)
    assert {value["value"] for value in sent["exception"]["values"]} == {told}
    assert sent["request"] == {"url": "https://track.example/[redacted]"}
    assert sent["extra"] == {"email": "[redacted]", "tried": ["[redacted]", 3]}


@pytest.mark.parametrize("mark", [BRAND_TOKEN_MARK, ACCESS_TOKEN_MARK])
def test_tokens_are_blanked_wherever_they_stand(lines, mark):
    structlog.get_logger("track360.test").warning("something", path=f"/nowhere/{mark}canary-9c1_x/page")

    assert lines()[0]["path"] == "/nowhere/[redacted]/page"


@pytest.mark.django_db
def test_the_key_in_the_link_of_a_letter_is_not_logged(client, lines):
    client.get("/accounts/password/reset/key/n-d5qmo0-d615f106a61e69c1435781c8188bbbc5/")

    (line,) = [line for line in lines() if line["event"] == "request_finished"]
    assert line["request"] == "GET /accounts/password/reset/key/[redacted]/"


def test_a_request_is_logged_without_its_query(client, lines):
    client.get("/livez?token=canary-9c1")

    assert [line["request"] for line in lines() if line["event"] == "request_finished"] == ["GET /livez"]
    assert "canary-9c1" not in json.dumps(lines())


def test_a_request_that_fails_is_logged_once_with_its_traceback(client, lines, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setitem(health.PROBES, "database", lambda: 1 // 0)

    answer = client.get("/readyz?exclude=beat")

    told = [line for line in lines() if "ZeroDivisionError" in str(line)]
    assert answer.status_code == 500
    assert [(line["event"], line["level"]) for line in told] == [("request_failed", "error")]
    assert "Traceback" in told[0]["exception"]


def test_the_addresses_of_requests_to_others_are_not_logged():
    assert not logging.getLogger("httpx2").isEnabledFor(logging.INFO)
