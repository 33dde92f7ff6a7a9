"""Under brand A's credentials nothing reads, writes or infers brand B (I9).

The same requests are sent twice: once beside a brand B that is empty, once beside a brand B that holds everything A's
requests name, by the same ids. The answers must be the same to the last character, but for what is new in every run.
(Pages are asked the same in tests/portal/views/test_isolation.py and tests/admin/test_tenants.py.)
"""

import io
import json
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import time_machine
import yaml
from django.core.management import call_command
from django.test import Client
from redis import Redis

from commissions.models import Line
from ingestion.models import Activity, Customer
from tests.conftest import empty_tables
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
# Ids of deliveries and requests, keys of lines (made of internal numbers), cursors and tokens.
OF_THIS_RUN = re.compile(
    r'[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{32}|[0-9a-f-]{36}|"next_cursor": "[^"]+"|"access_token": "[^"]+"'
)


def command(*words):
    said = io.StringIO()
    call_command(*words, stdout=said)
    return said.getvalue()


def open_brand(slug, tmp_path, *, is_empty=False):
    """Set a brand up; an empty one has a name and credentials and nothing else."""
    bounty = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100.00"}
    share = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30"}
    begins = datetime(2026, 1, 1, tzinfo=UTC).date()
    document = {
        "brand": {"slug": slug, "name": "Brand", "vertical": "igaming", "default_currency": "EUR"},
        "kpis": [{"name": "Tickets", "unit": "count"}],
        "aliases": {"events": {"initial_fund": "Deposit"}},
        "affiliates": [{"id": "aff_204", "name": "Guide"}, {"id": "aff_9", "name": "Nine"}],
        "campaigns": [{"id": "cmp_981", "affiliate": "aff_204", "name": "Spring"}],
        "promo_codes": [{"code": "SPRING25", "affiliate": "aff_204"}],
        "plans": [
            {
                "name": "Hybrid",
                "currency": "EUR",
                "versions": [{"effective_from": str(begins), "components": [bounty, share]}],
            }
        ],
        "deals": [{"affiliate": "aff_204", "plan": "Hybrid", "starts_on": str(begins)}],
    }
    if is_empty:
        document = {"brand": document["brand"]}
    file = tmp_path / f"{slug}.yaml"
    file.write_text(yaml.safe_dump(document).replace(f"'{begins}'", str(begins)))
    command("brand_config", "apply", str(file))
    return json.loads(command("brand_token", slug))["token"], json.loads(command("brand_client", slug))


class Asker:
    """Sends requests and keeps what is answered."""

    def __init__(self, token):
        self.answers = []
        self._token = token
        self._client = Client(raise_request_exception=False)

    def push(self, entity, *records, **headers):
        self._keep(
            self._client.post(
                f"/tracking/events/{entity}",
                json.dumps(records),
                content_type="application/json",
                headers={"x-api-key": self._token} | headers,
            )
        )

    def get(self, path, **headers):
        self._keep(self._client.get(path, headers=headers))

    def form(self, path, **fields):
        self._keep(self._client.post(path, urlencode(fields), content_type="application/x-www-form-urlencoded"))
        return self.answers and json.loads(self._last).get("access_token", "")

    def _keep(self, answer):
        self._last = answer.content.decode()
        headers = sorted((name, value) for name, value in answer.headers.items() if name != "X-Request-ID")
        self.answers.append(OF_THIS_RUN.sub("…", f"{answer.status_code} {headers} {self._last}"))


def deposit(event_id, customer, value="60.00", **fields):
    record = {"eventname": "Deposit", "eventid": event_id, "createtime": "2026-03-05 10:00", "customerid": customer}
    return record | {"Value": value} | fields


def fill(token):
    """Let a brand hold customers, records and parked ones under the ids that the other will use."""
    asker = Asker(token)
    asker.push("customers", *({"customerId": f"c{n}", "affiliate_id": "aff_204"} for n in range(1, 6)))
    asker.push("activities", *(deposit(f"e{n}", f"c{n}") for n in range(1, 6)))
    asker.push("activities", deposit("p1", "c9"), deposit("u1", "c1", eventname="Mystery"))
    asker.push("activities", {"eventname": "NGR", "createtime": "2026-03-05", "customerid": "c1", "Value": "200"})
    command("drain")


def ask_everything(token, client, foreign_key):
    """Send, as brand A, everything whose answer could tell about brand B."""
    asker = Asker(token)
    asker.push("customers", {"customerId": "c1", "regtime": "2026-03-01", "affiliate_id": "aff_204"})
    asker.push(
        "customers", {"customerId": "c2", "campaign_id": "cmp_981"}, {"customerId": "c3", "promo_code": "SPRING25"}
    )
    asker.push("customers", {"customerId": "c4", "tracking_data": "cmp_981_aff_204_x"}, {"customerId": "c1"})
    asker.push("activities", deposit("e1", "c1"), deposit("e2", "c5"), deposit("e1", "c2"))
    asker.push("activities", deposit("e1", "c1"), deposit("e1", "c1", "61.00"))
    asker.push("activities", deposit("u1", "c1", eventname="Mystery"), deposit("t1", "c1", eventname="Tickets"))
    asker.push("activities", deposit("i1", "c1", eventname="initial_fund"), **{"Idempotency-Key": "k1"})
    asker.push("activities", {"eventname": "NGR", "createtime": "2026-03-05", "customerid": "c1", "Value": "-10"})
    command("drain")
    bearer = asker.form(
        "/oauth/token",
        grant_type="client_credentials",
        client_id=client["client_id"],
        client_secret=client["client_secret"],
    )
    authorised = {"Authorization": f"Bearer {bearer}"}
    for path in ("lines", "lines?customer=c2", "lines?affiliate=aff_204", "lines?per_page=1", "entries"):
        asker.get(f"/api/v1/commissions/{path}", **authorised)
    asker.get(f"/api/v1/commissions/lines/{foreign_key}/explain", **authorised)
    asker.get("/api/v1/commissions/lines")
    return asker.answers


def totals(slug_token):
    """What a brand holds, to see that the other one has left it alone."""
    with tenant(slug_token):
        return [model.objects.count() for model in (Customer, Activity, Line)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("knows", ["the same words", "nothing"])
def test_the_answers_to_one_brand_do_not_depend_on_another(knows, tmp_path, valkey: Redis):
    from brands.models import Brand

    worlds = []
    with time_machine.travel(NOW, tick=False):
        for b_is_full in (False, True):
            token, client = open_brand("a", tmp_path, is_empty=knows == "nothing")
            other_token, _ = open_brand("b", tmp_path, is_empty=not b_is_full)
            foreign_key = "0" * 32
            other = Brand.objects.get(slug="b")
            if b_is_full:
                fill(other_token)
                with tenant(other.id):
                    foreign_key = Line.objects.values_list("key", flat=True)[0]
            before = totals(other.id)
            worlds.append(ask_everything(token, client, foreign_key))
            assert totals(other.id) == before
            assert (before[2] > 0) is b_is_full
            valkey.flushall()
            empty_tables(None)

    beside_nothing, beside_everything = worlds
    assert beside_everything == beside_nothing
    assert {answer[:3] for answer in beside_nothing} >= {"200", "207", "404", "401"}
