import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from brands import services
from brands.authentication import authenticated
from brands.models import AuditEvent
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def brand():
    return services.create_brand(slug="spin", name="Spin", vertical="igaming", by="test", now=NOW)


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


def test_brand_token_prints_a_token_that_works(brand):
    printed = run("brand_token", "spin", "--label", "server 1")

    token = printed.pop("token")
    assert printed == {"brand": "spin", "label": "server 1"}
    assert authenticated(token, now=datetime.now(UTC)).brand == brand


def test_brand_client_prints_a_client_that_works(brand, client):
    printed = run("brand_client", "spin", "--scope", "read")

    answer = client.post(
        "/oauth/token",
        "grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}".format(**printed),
        content_type="application/x-www-form-urlencoded",
    )
    assert (printed["brand"], printed["scope"]) == ("spin", "read")
    assert answer.json()["scope"] == "read"


def test_what_the_command_line_does_is_audited(brand):
    run("brand_token", "spin")
    run("brand_client", "spin")

    with tenant(brand.id):
        events = AuditEvent.objects.filter(actor_name="command line").order_by("id")
        assert [event.action for event in events] == ["token.issued", "client.created"]


@pytest.mark.parametrize(
    "words", [("brand_token", "nobody"), ("brand_client", "nobody"), ("brand_client", "spin", "--scope", "admin")]
)
def test_commands_say_what_is_wrong(brand, words):
    with pytest.raises(CommandError):
        run(*words)
