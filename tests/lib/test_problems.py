"""Every failure on a machine's path is JSON and says what to do."""

from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import get_resolver


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


JSON = {"content_type": "application/json"}
PROGRAMS = [
    JSON,
    {"headers": {"x-api-key": "t360_any"}},
    {"headers": {"Authorization": "Bearer t360a_any"}},
    {"headers": {"Authorization": "basic YTpi", "Accept": "*/*"}},
    {"headers": {"Accept": "application/json, text/plain, */*"}},
    {"headers": {"Accept": "application/vnd.api+json"}},
]
BROWSERS = [
    {"headers": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}},
    {"headers": {"Accept": "text/html, application/json"}},
    {"headers": {"Authorization": "Basic YTpi", "Accept": "text/html,*/*;q=0.8"}},
    {"headers": {"Accept": "*/*"}},
    {},
]


def sent(path, options, method="POST"):
    client = Client(enforce_csrf_checks=True)
    return client.generic(method, path, **({"data": b"[]", "content_type": "text/plain"} | options))


@pytest.mark.parametrize(("path", "status"), [("/no-such-page", 404), ("/accounts/login/", 403), ("/", 403)])
@pytest.mark.parametrize("options", PROGRAMS)
def test_a_program_at_a_page_is_told_in_json(db, path, status, options):
    answer = sent(path, options)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


@pytest.mark.parametrize(("path", "status"), [("/no-such-page", 404), ("/accounts/login/", 403), ("/", 403)])
@pytest.mark.parametrize("options", BROWSERS)
def test_a_browser_at_a_page_sees_a_page(db, path, status, options):
    answer = sent(path, options)

    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs", "/livez", "/readyz/", "/metrics", "/c/x"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("options", [JSON, BROWSERS[0]])
def test_what_can_only_be_read_takes_no_other_method(db, path, method, options):
    answer = sent(path, options, method)

    assert (answer.status_code, answer["Allow"], answer.json()["code"]) == (405, "GET, HEAD", "method_not_allowed")


def test_metrics_without_their_token_are_told_like_any_wrong_address(db):
    answer = Client().get("/metrics", headers={"Authorization": "Bearer wrong"})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_nothing_that_changes_something_is_open_to_forms_of_other_sites():
    def views(patterns, above=""):
        for each in patterns:
            address = above + str(each.pattern)
            if hasattr(each, "url_patterns"):
                yield from views(each.url_patterns, address)
            else:
                yield address, each.callback

    open_to_all = {address for address, view in views(get_resolver().url_patterns) if hasattr(view, "csrf_exempt")}

    # Read only, or let in by a header that no form can send.
    assert {address for address in open_to_all if not address.startswith(("api/v1/", "tracking/"))} == {
        "^c/(?P<code>[^/]{1,50})/?$",
        "^livez/?$",
        "^readyz/?$",
        "metrics",
        "^oauth/token/?$",
        "^api/docs/?$",
        "^api/schema/?$",
    }


def test_short_ways_have_no_session_and_set_no_cookie(db):
    answer = Client().post("/tracking/events/activities")

    assert not answer.cookies
