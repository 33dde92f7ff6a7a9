from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from oauth2_provider.models import get_access_token_model

from brands.models import Application
from brands.models.brand import BrandState
from brands.oauth import bearer as bearers
from brands.services import revoke_client
from track360.lib.tenancy import tenant

from .conftest import NOW, bearer

LINES = "/api/v1/commissions/lines"


def refused(authorization):
    headers = {"Authorization": authorization} if authorization is not None else {}
    return Client().get(LINES, headers=headers)


def test_bt_001_without_a_token_the_challenge_names_no_error(spin):
    answer = refused(None)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"] == 'Bearer realm="track360"'
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "bearer  x  y",
        "Bearer nonsense",
        "Bearer t360a_nonsense",
        "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIn0.c2ln",
        "Bearer " + "a" * 5000,
        "Basic YTpi",
        "Bearer \u00e9",
    ],
)
def test_bt_005_008_what_is_no_token_of_ours_is_refused_alike(spin, authorization):
    answer = refused(authorization)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"] == 'Bearer realm="track360", error="invalid_token"'


def test_bt_003_a_revoked_client_is_refused_at_once(spin):
    application = Application.objects.get()
    with tenant(spin.brand.id):
        revoke_client(application=application, by="test", now=NOW)

    assert spin.get(LINES).status_code == 401


def test_an_expired_token_is_refused(spin):
    get_access_token_model().objects.update(expires=datetime.now(UTC) - timedelta(seconds=1))

    assert spin.get(LINES).status_code == 401


def test_a_suspended_brand_is_refused(spin):
    spin.brand.state = BrandState.SUSPENDED
    spin.brand.save()

    answer = spin.get(LINES)

    assert (answer.status_code, answer.json()["code"]) == (403, "brand_suspended")
    assert answer["X-RateLimit-Remaining"] == "999"


def test_reading_needs_the_scope_read(spin):
    writer = Client(headers={"Authorization": f"Bearer {bearer(spin.brand, scopes='write')}"})

    answer = writer.get(LINES)

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert answer["WWW-Authenticate"] == 'Bearer realm="track360", error="insufficient_scope", scope="read"'


def test_every_answer_says_how_many_requests_are_left(spin):
    first, second = spin.get(LINES), spin.get(LINES, page="0")

    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"]) == ("1000", "999")
    assert (second.status_code, second["X-RateLimit-Remaining"]) == (400, "998")


def test_an_answer_in_another_form_than_was_asked_for_says_it_too(spin):
    answer = spin.client.get(LINES, headers={"Accept": "text/html"})

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert answer["X-RateLimit-Remaining"] == "999"


def test_a_token_sends_a_thousand_requests_a_minute_and_another_its_own(spin, monkeypatch):
    monkeypatch.setattr(bearers, "REQUESTS_PER_MINUTE", 2)
    another = Client(headers={"Authorization": f"Bearer {bearer(spin.brand)}"})

    with time_machine.travel(datetime.now(UTC), tick=False):  # so that the minute does not turn
        answers = [spin.get(LINES) for _ in range(3)]
        of_another = another.get(LINES)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert of_another.status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_reading_addresses_take_no_other_method(spin, method):
    answer = getattr(spin.client, method)(LINES)

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
