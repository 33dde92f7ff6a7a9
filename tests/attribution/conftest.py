"""A small brand with affiliates, and short words for what brands send and what became of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db.models import F

from affiliates import services as affiliates
from affiliates.models import Affiliate
from attribution.models import AffiliateDay, Attribution, CustomerDay
from attribution.queries import differences
from attribution.services import drain
from brands.models import Brand
from brands.services import create_brand
from ingestion.dialects import push
from ingestion.models import Customer
from ingestion.services import receive
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


class World:
    """One brand. Every method opens what it needs, so that each is a request or task of its own."""

    def __init__(self, slug: str = "luckyspin", **settings: object) -> None:
        self.brand = create_brand(
            slug=slug,
            name=slug.title(),
            vertical="igaming",
            by="test",
            now=NOW,
            **({"landing_url": f"https://{slug}.example/welcome", "landing_hosts": [f"{slug}.example"]} | settings),
        )
        self.clock = NOW

    @contextmanager
    def open(self) -> Iterator[Brand]:
        with tenant(self.brand.id):
            yield self.brand

    def affiliate(self, code: str, **fields: object) -> Affiliate:
        with self.open():
            return affiliates.create_affiliate(brand=self.brand, code=code, name=code, by="test", now=NOW, **fields)

    def campaign(self, affiliate: Affiliate, code: str):
        with self.open():
            return affiliates.create_campaign(affiliate=affiliate, code=code, by="test", now=NOW)

    def link(self, affiliate: Affiliate, code: str, **fields: object):
        with self.open():
            return affiliates.create_link(affiliate=affiliate, code=code, by="test", now=NOW, **fields)

    def send(self, dialect: object, *records: dict):
        self.clock += timedelta(seconds=1)
        with self.open():
            return receive(dialect=dialect, brand=self.brand, body=json.dumps(records).encode(), received_at=self.clock)

    def customers(self, *records: dict):
        return self.send(push.CUSTOMERS, *records)

    def activities(self, *records: dict):
        return self.send(push.ACTIVITIES, *records)

    def drain(self):
        return drain(brand_id=self.brand.id, now=self.clock)

    def customer(self, key: str) -> Customer:
        with self.open():
            return Customer.objects.get(brand=self.brand, key=key)

    def owners(self) -> dict[str, list[tuple]]:
        """Customer → (from which day, affiliate, campaign, rule), in order."""
        found: dict[str, list[tuple]] = {}
        with self.open():
            for key, *row in (
                Attribution.objects.filter(superseded_at__isnull=True)
                .order_by("customer__key", F("holds_from").asc(nulls_first=True))
                .values_list("customer__key", "holds_from", "affiliate__code", "campaign__code", "rule")
            ):
                found.setdefault(key, []).append((str(row[0]) if row[0] else None, *row[1:]))
        return found

    def customer_days(self) -> list[tuple]:
        with self.open():
            return [
                (key, str(day), kpi, product, currency, str(amount.normalize()), records, positives)
                for key, day, kpi, product, currency, amount, records, positives in CustomerDay.objects.order_by(
                    "customer__key", "day", "kpi", "product", "currency"
                ).values_list("customer__key", "day", "kpi", "product", "currency", "amount", "records", "positives")
            ]

    def affiliate_days(self) -> list[tuple]:
        with self.open():
            return [
                (code, campaign, str(day), kpi, currency, f"{amount.normalize():f}", records)
                for code, campaign, day, kpi, currency, amount, records in AffiliateDay.objects.order_by(
                    F("affiliate__code").asc(nulls_first=True), "campaign__code", "day", "kpi", "product", "currency"
                ).values_list("affiliate__code", "campaign__code", "day", "kpi", "currency", "amount", "records")
            ]

    def differences(self) -> list:
        with self.open():
            return differences(brand=Brand.objects.get(pk=self.brand.pk))


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@pytest.fixture
def partners(world: World) -> SimpleNamespace:
    """Affiliate 1000 with campaign 2001, affiliate 42 with campaign 7."""
    anna, ben = world.affiliate("1000"), world.affiliate("42")
    return SimpleNamespace(anna=anna, ben=ben, spring=world.campaign(anna, "2001"), autumn=world.campaign(ben, "7"))


def registered(key: str, day: str = "2026-03-10", **evidence: str) -> dict:
    return {"customerId": key, "regtime": f"{day} 10:00", "country": "DE", **evidence}


def deposit(key: str, event_id: str, value: str = "50", day: str = "2026-03-11", **fields: object) -> dict:
    return {
        "eventname": "Deposit",
        "customerid": key,
        "eventid": event_id,
        "createtime": f"{day} 09:00",
        "Value": value,
        "Currency": "EUR",
        **fields,
    }


def day_of(key: str, day: str, **kpis: object) -> dict:
    return {"eventname": "DailyStats", "customerid": key, "createtime": day, "Currency": "EUR", **kpis}
