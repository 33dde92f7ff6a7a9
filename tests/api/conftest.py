"""Two brands with the same things in them, and a credential of each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from model_bakery import baker

from affiliates.services import create_affiliate
from brands import services
from brands.models import Brand
from commissions.models import Component, Entry, Line, Plan, PlanVersion
from ingestion.models import Customer
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def key(number: int) -> str:
    return f"{number:032x}"


@dataclass
class World:
    """A brand, and a client that reads as it."""

    brand: Brand
    client: Client

    def get(self, path: str, **query):
        return self.client.get(path, query)


def bearer(brand: Brand, *, scopes: str = "read write") -> str:
    with tenant(brand.id):
        issued = services.create_client(brand=brand, by="test", now=NOW, scopes=scopes)
    answer = Client().post(
        "/oauth/token",
        f"grant_type=client_credentials&client_id={issued.application.client_id}&client_secret={issued.secret}",
        content_type="application/x-www-form-urlencoded",
    )
    return answer.json()["access_token"]


def world(slug: str, *, first_key: int) -> World:
    brand = services.create_brand(slug=slug, name=slug.title(), vertical="igaming", by="test", now=NOW)
    with tenant(brand.id):
        plan = Plan.objects.create(brand=brand, name="Hybrid", currency="EUR", created_at=NOW)
        version = PlanVersion.objects.create(
            brand=brand, plan=plan, number=1, effective_from=date(2026, 1, 1), created_at=NOW
        )
        bounty = Component.objects.create(
            brand=brand, version=version, name="Bounty", kind="cpa", position=1, terms={"trigger": "registration"}
        )
        share = Component.objects.create(
            brand=brand, version=version, name="Share", kind="revshare", position=2, terms={"base": "NGR"}
        )
        numbers = iter(range(first_key, first_key + 100))
        for code in ("aff_1", "aff_2"):
            affiliate = create_affiliate(brand=brand, code=code, name=code, by="test", now=NOW)
            customer = Customer.objects.create(brand=brand, key=f"customer of {code}", reported_at=NOW)
            for period in ("2026-01", "2026-02"):
                for component, of in ((bounty, customer), (share, None)):
                    number = next(numbers)
                    common = {
                        "brand": brand,
                        "key": key(number),
                        "affiliate": affiliate,
                        "period": period,
                        "source_period": period,
                        "amount": Decimal(100 + number),
                        "currency": "EUR",
                        "available_on": date.fromisoformat(f"{period}-28"),
                    }
                    baker.make(
                        Line,
                        base_key=key(number),
                        plan=plan,
                        version=version,
                        component=component,
                        customer=of,
                        state="posted" if period == "2026-01" else "provisional",
                        working=[],
                        **common,
                    )
                    if period == "2026-01":
                        Entry.objects.create(posted_at=NOW, **common)
    return World(brand=brand, client=Client(headers={"Authorization": f"Bearer {bearer(brand)}"}))


@pytest.fixture
def spin(db):
    return world("spin", first_key=0)


@pytest.fixture
def other(db):
    return world("other", first_key=1000)
