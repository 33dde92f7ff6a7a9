import io
import json
import logging

import pytest
import structlog
from django.db import IntegrityError

from track360 import health
from track360.logs import SHARED


@pytest.fixture
def lines():
    """What a logger with our processors writes."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in output.getvalue().splitlines()]
    root.removeHandler(handler)


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
