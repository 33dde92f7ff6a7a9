"""The brand's guide tells the truth: its requests are sent as printed, its answers are compared as printed."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from django.utils import timezone

from brands.services import create_brand, issue_token
from ingestion.rules.standard import KPIS
from track360.lib.tenancy import tenant

GUIDE = Path(__file__).parents[2] / "docs/guides/brand-integration.md"
BLOCK = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Message(NamedTuple):
    """A request or an answer of the guide: its first line, its headers, its body."""

    first: str
    headers: dict[str, str]
    body: str


def message(block):
    head, _, body = block.partition("\n\n")
    first, *lines = head.splitlines()
    return Message(first, dict(line.split(": ", 1) for line in lines), body.strip())


def exchanges():
    messages = [message(block) for block in BLOCK.findall(GUIDE.read_text())]
    return list(zip(messages[::2], messages[1::2], strict=True))


def unlike(printed, real, at="answer"):
    """Say where an answer differs from the printed one; a printed … stands for anything."""
    if printed == "…":
        return []
    if isinstance(printed, dict) and isinstance(real, dict):
        if printed.keys() != real.keys():
            return [f"{at}: {sorted(printed)} printed, {sorted(real)} answered"]
        return [each for name in printed for each in unlike(printed[name], real[name], f"{at}.{name}")]
    if isinstance(printed, list) and isinstance(real, list) and len(printed) == len(real):
        return [
            each
            for index, (one, other) in enumerate(zip(printed, real, strict=True))
            for each in unlike(one, other, f"{at}[{index}]")
        ]
    return [] if printed == real else [f"{at}: {printed!r} printed, {real!r} answered"]


@pytest.mark.django_db(transaction=True)
def test_every_printed_request_is_answered_as_printed(client):
    now = timezone.now()
    brand = create_brand(slug="guide", name="Guide", vertical="igaming", by="test", now=now)
    with tenant(brand.id):
        token = issue_token(brand=brand, by="test", now=now).secret

    found = []
    for request, printed in exchanges():
        _, path, _ = request.first.split(" ")
        answer = client.post(
            path,
            data=request.body.encode(),
            content_type=request.headers.pop("Content-Type"),
            headers=request.headers | {"x-api-key": token},
        )
        status = f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}"
        found += unlike(printed.first, status, f"{request.body[:60]} … status")
        found += unlike(printed.headers["Content-Type"], answer.headers["Content-Type"], "content type")
        found += unlike(json.loads(printed.body), answer.json())

    assert found == []


def test_the_guide_names_the_kpis_that_may_be_negative():
    (named,) = re.findall(r"([\w,\s]+) and your own KPIs\s+may be negative", GUIDE.read_text())

    assert {name.strip() for name in named.split(",")} == {
        kpi.name for kpis in KPIS.values() for kpi in kpis if not kpi.positive
    }


def test_the_guide_prints_both_addresses_and_every_outcome():
    text = GUIDE.read_text()

    assert len(exchanges()) >= 9
    for word in ("created", "updated", "duplicate", "parked", "rejected"):
        assert f'"outcome": "{word}"' in text
    assert {request.first.split(" ")[1] for request, _ in exchanges()} == {
        "/tracking/events/customers",
        "/tracking/events/activities",
    }
