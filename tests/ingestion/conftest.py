"""A brand with a token, and short words for what its servers send."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from brands.models import Brand
from brands.services import create_brand, issue_token
from ingestion.models import Activity, Customer, Delivery, Outbox, SupersededActivity
from tests.entering import EntranceClient
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@dataclass
class Sender:
    """A brand's server."""

    brand: Brand
    token: str
    client: Client = field(default_factory=lambda: EntranceClient(raise_request_exception=False))

    @contextmanager
    def open(self) -> Iterator[Brand]:
        with tenant(self.brand.id):
            yield self.brand

    def post(self, path: str, body: object, *, content_type: str = "application/json", **headers: str | None):
        sent = {"x-api-key": self.token} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            path if path.startswith("/") else f"/tracking/events/{path}",
            body if isinstance(body, bytes | str) else json.dumps(body),
            content_type=content_type,
            headers={name: value for name, value in sent.items() if value is not None},
        )

    def outcomes(self, path: str, *records: object, **headers: str) -> list[str]:
        answer = self.post(path, records, **headers).json()
        return [result["outcome"] + (f":{result['code']}" if "code" in result else "") for result in answer["results"]]

    def activities(self, *records: object, **headers: str) -> list[str]:
        return self.outcomes("activities", *records, **headers)

    def customers(self, *records: object, **headers: str) -> list[str]:
        return self.outcomes("customers", *records, **headers)

    def rows(self) -> list[tuple[Any, ...]]:
        """What is stored, as a person would say it."""
        with self.open():
            return sorted(
                (row.event, row.event_id, row.customer.key, dict(zip(row.kpis, map(float, row.amounts), strict=True)))
                for row in Activity.objects.filter(brand=self.brand).select_related("customer")
            )

    def counts(self) -> dict[str, int]:
        with self.open():
            return {
                model.__name__: model.objects.filter(brand=self.brand).count()
                for model in (Customer, Activity, SupersededActivity, Delivery, Outbox)
            }


def sender(slug: str = "luckyspin", **settings: Any) -> Sender:
    vertical = settings.pop("vertical", "igaming")
    brand = create_brand(slug=slug, name=slug.title(), vertical=vertical, by="test", now=NOW, **settings)
    with tenant(brand.id):
        issued = issue_token(brand=brand, by="test", now=NOW)
    return Sender(brand, issued.secret)


@pytest.fixture
def brand(db: None) -> Sender:
    return sender()


@pytest.fixture
def committing_brand(transactional_db: None) -> Sender:
    return sender()


def deposit(event_id: str | None = "e1", customer: str = "c1", value: object = "250.00", **fields: object) -> dict:
    record = {
        "eventname": "Deposit",
        "eventid": event_id,
        "createtime": "2026-03-15 12:10",
        "customerid": customer,
        "Value": value,
        "Currency": "USD",
    }
    return {name: sent for name, sent in (record | fields).items() if sent is not None}


def customer(key: str = "c1", **fields: object) -> dict:
    return {"customerId": key, "regtime": "2026-03-12 09:15", "country": "US"} | fields
