import base64
import hashlib
import io
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import check_password
from django.db import OperationalError
from django.test import Client
from oauth2_provider.models import get_access_token_model

from brands import services
from brands.models import User
from brands.models.brand import BrandState
from brands.oauth import failures, tokens
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def brand():
    return services.create_brand(slug="spin", name="Spin", vertical="igaming", by="test", now=NOW)


def client_of(brand, scopes="read write"):
    with tenant(brand.id):
        return services.create_client(brand=brand, by="test", now=NOW, scopes=scopes)


@pytest.fixture
def issued(brand):
    return client_of(brand)


def fields(issued, **others):
    return {
        "grant_type": "client_credentials",
        "client_id": issued.application.client_id,
        "client_secret": issued.secret,
        **others,
    }


def ask(client, body, path="/oauth/token", **headers):
    text = body if isinstance(body, str) else urlencode(body)
    return client.post(path, text, content_type=headers.pop("content_type", FORM), headers=headers)


def basic(identity, secret):
    return "Basic " + base64.b64encode(f"{identity}:{secret}".encode()).decode()


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/token/"])
def test_a_client_exchanges_its_secret_for_a_token_of_an_hour(client, issued, path):
    answer = ask(client, fields(issued), path)

    token = answer.json().pop("access_token")
    assert answer.status_code == 200
    assert answer.json() | {"access_token": None} == {
        "access_token": None,
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "read write",
    }
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert tokens.bearer_of(secret=token, now=datetime.now(UTC)).brand == issued.application.brand


def test_the_token_itself_is_not_stored(client, issued):
    secret = ask(client, fields(issued)).json()["access_token"]

    stored = get_access_token_model().objects.get()
    assert (stored.token, stored.token_checksum) == ("", hashlib.sha256(secret.encode()).hexdigest())


def test_http_basic_is_accepted_too(client, issued):
    answer = ask(
        client,
        "grant_type=client_credentials",
        Authorization=basic(issued.application.client_id, issued.secret),
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("allowed", "asked", "granted"),
    [("read write", "write", "write"), ("read write", "write read", "read write"), ("read", None, "read")],
)
def test_the_scope_is_what_was_asked_for_or_all_there_is(client, brand, allowed, asked, granted):
    issued = client_of(brand, allowed)

    answer = ask(client, fields(issued, **({"scope": asked} if asked else {})))

    assert answer.json()["scope"] == granted


def malformed(issued):
    """Requests that are refused: body, headers, status, error. The names are those of the catalogue of bad inputs."""
    whole = fields(issued)
    identity, secret = whole["client_id"], whole["client_secret"]
    return {
        "OT-002": ({**whole, "client_id": "nobody"}, {}, 401, "invalid_client"),
        "wrong secret": ({**whole, "client_secret": "wrong"}, {}, 401, "invalid_client"),
        "OT-003": ("grant_type=client_credentials", {}, 400, "invalid_request"),
        "OT-005": (urlencode({"client_id": identity, "client_secret": secret}), {}, 400, "invalid_request"),
        "OT-006": ({**whole, "grant_type": "password", "username": "a"}, {}, 400, "unsupported_grant_type"),
        "OT-007": ({**whole, "grant_type": "authorization_code"}, {}, 400, "unsupported_grant_type"),
        "OT-008": ({**whole, "grant_type": "CLIENT_CREDENTIALS"}, {}, 400, "unsupported_grant_type"),
        "OT-009": ({**whole, "scope": "admin"}, {}, 400, "invalid_scope"),
        "OT-010": (urlencode(whole) + "&client_id=other", {}, 400, "invalid_request"),
        "OT-011": (whole, {"Authorization": basic("other", "x")}, 401, "invalid_client"),
        "OT-013": (
            '{"grant_type": "client_credentials"}',
            {"content_type": "application/json"},
            400,
            "invalid_request",
        ),
        "OT-016": ("grant_type=client_credentials&client_id=a%00%D0%BA&client_secret=x", {}, 401, "invalid_client"),
        "OT-017": ({**whole, "client_secret": "a" * 1_000_000}, {}, 401, "invalid_client"),
        "a NUL in the secret": ({**whole, "client_secret": "a\0"}, {}, 401, "invalid_client"),
        "empty secret": ({**whole, "client_secret": ""}, {}, 400, "invalid_request"),
        "no UTF-8": ("grant_type=client_credentials&client_id=%FF&client_secret=x", {}, 400, "invalid_request"),
        "bearer": (whole, {"Authorization": "Bearer x"}, 401, "invalid_client"),
        "basic of garbage": ("grant_type=client_credentials", {"Authorization": "Basic %%%"}, 401, "invalid_client"),
        "basic without colon": (
            "grant_type=client_credentials",
            {"Authorization": "Basic YQ=="},
            401,
            "invalid_client",
        ),
        "too many fields": ("&".join(f"a{n}=1" for n in range(60)), {}, 400, "invalid_request"),
        "nothing": ("", {}, 400, "invalid_request"),
    }


CASES = [
    *(f"OT-{number:03}" for number in (2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 16, 17)),
    "wrong secret",
    "a NUL in the secret",
    "empty secret",
    "no UTF-8",
    "bearer",
    "basic of garbage",
    "basic without colon",
    "too many fields",
    "nothing",
]


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_request_of_a_known_client_is_refused_in_the_words_of_rfc_6749(client, issued, case):
    body, headers, status, error = malformed(issued)[case]

    answer = ask(client, body, **headers)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Content-Type"] == "application/json"
    assert ("WWW-Authenticate" in answer) == (status == 401)
    assert not get_access_token_model().objects.exists()


def test_ot_014_credentials_in_the_address_are_ignored(client, issued):
    answer = client.post("/oauth/token?" + urlencode(fields(issued)), "", content_type=FORM)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_unknown_client_and_a_wrong_secret_look_the_same(client, issued):
    unknown = ask(client, fields(issued, client_id="nobody"))
    wrong = ask(client, fields(issued, client_secret="wrong"))

    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)


def test_an_unknown_client_costs_the_same_hash_as_a_wrong_secret(client, issued, monkeypatch):
    hashed = []
    monkeypatch.setattr(tokens, "check_password", lambda secret, stored: hashed.append(stored) or False)

    ask(client, fields(issued, client_id="nobody"))
    ask(client, fields(issued))

    assert len(hashed) == 2
    assert hashed[0].partition("$")[0] == hashed[1].partition("$")[0]


def test_a_clients_secret_rests_as_a_hash_of_its_own_kind(client, issued):
    stored = issued.application.client_secret

    assert stored.startswith("sha256_of_random$")
    assert issued.secret not in stored
    assert check_password(issued.secret, stored)
    assert not check_password(issued.secret + "x", stored)


def test_passwords_are_never_hashed_as_if_they_were_random():
    user = User.objects.create_user("somebody@example.com", "correct horse battery")

    assert not user.password.startswith("sha256_of_random$")


def test_a_secret_longer_than_any_is_refused_without_hashing_it(client, issued, monkeypatch):
    monkeypatch.setattr(tokens, "check_password", lambda *_: pytest.fail("hashed"))

    assert ask(client, fields(issued, client_secret="a" * 1_000_000)).status_code == 401


def test_a_form_longer_than_a_request_may_be_is_refused(client):
    answer = ask(client, "grant_type=" + "a" * 2_000_000)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("ends", "of_http_1", "status"),
    [
        (True, {}, 200),
        (True, {"HTTP_TRANSFER_ENCODING": "chunked"}, 200),
        (False, {"HTTP_TRANSFER_ENCODING": "chunked"}, 400),
    ],
)
def test_a_form_without_length_is_read_whole_or_refused(client, issued, ends, of_http_1, status):
    stream = io.BytesIO(urlencode(fields(issued)).encode())
    environment = {"wsgi.input": stream, "wsgi.input_terminated": ends, "CONTENT_TYPE": FORM, "CONTENT_LENGTH": ""}

    assert client.generic("POST", "/oauth/token", **environment, **of_http_1).status_code == status


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post_is_answered(client, method):
    answer = getattr(client, method)("/oauth/token")

    assert (answer.status_code, answer["Allow"], answer.json()["error"]) == (405, "POST", "invalid_request")


def test_a_suspended_brand_gets_no_token(client, issued):
    brand = issued.application.brand
    brand.state = BrandState.SUSPENDED
    brand.save()

    answer = ask(client, fields(issued))

    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_ot_020_after_twenty_failures_a_client_is_throttled_from_that_address_only(client, issued):
    for _ in range(failures.PER_CLIENT_AND_ADDRESS):
        assert ask(client, fields(issued, client_secret="wrong")).status_code == 401

    refused = ask(client, fields(issued))
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post("/oauth/token", urlencode(fields(issued)), content_type=FORM)

    assert (refused.status_code, refused.json()["error"], refused["Retry-After"]) == (429, "rate_limited", "60")
    assert elsewhere.status_code == 200


def test_an_address_that_tries_many_clients_is_throttled(client, issued):
    for number in range(failures.PER_ADDRESS):
        ask(client, fields(issued, client_id=f"nobody-{number}"))

    assert ask(client, fields(issued)).status_code == 429


def test_a_success_is_no_failure(client, issued):
    for _ in range(failures.PER_CLIENT_AND_ADDRESS + 2):
        assert ask(client, fields(issued)).status_code == 200


def test_forwarded_addresses_of_strangers_are_not_believed(client, issued):
    for number in range(failures.PER_CLIENT_AND_ADDRESS):
        ask(client, fields(issued, client_secret="wrong"), **{"X-Forwarded-For": f"192.0.2.{number}"})

    assert ask(client, fields(issued), **{"X-Forwarded-For": "192.0.2.99"}).status_code == 429


def test_tokens_that_expired_long_ago_are_forgotten_when_another_is_granted(client, issued):
    ask(client, fields(issued))
    get_access_token_model().objects.update(expires=datetime.now(UTC) - timedelta(days=2))

    ask(client, fields(issued))

    assert get_access_token_model().objects.count() == 1


def test_no_token_is_granted_while_the_database_is_away(client, issued, monkeypatch):
    def away(*arguments, **words):
        raise OperationalError

    monkeypatch.setattr(tokens, "grant", away)

    answer = ask(client, fields(issued))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["error"] == "temporarily_unavailable"
