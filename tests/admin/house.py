"""A brand that uses everything the operators' pages show, made the way brands and operators make it."""

import json
from datetime import UTC, date, datetime
from typing import Any

from affiliates import services as affiliates
from affiliates.models import Affiliate
from attribution.services import drain as attribute
from brands import services as brands
from brands.models import Brand, User
from commissions import services as commissions
from commissions.models import Plan
from commissions.services import StatedComponent
from commissions.services.closing import close_period
from commissions.services.follow_up import drain as compute
from ingestion import services as ingestion
from ingestion.dialects import push
from ingestion.models import Customer
from ingestion.rates.entering import UPLOAD, enter_rates
from ingestion.rates.quotes import read_quote
from track360.lib.periods import Period
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
TERMS = (
    StatedComponent("Bounty", "cpa", {"trigger": "first_deposit", "amount": "100"}),
    StatedComponent("Share", "revshare", {"base": "House NGR", "rate": "0.3"}),
)


class House:
    """One brand with its people. Every method opens what it needs."""

    def __init__(self, slug: str, *, vertical: str = "igaming") -> None:
        self.brand = brands.create_brand(
            slug=slug,
            name=f"The {slug}",
            vertical=vertical,
            by="test",
            now=NOW,
            timezone="Europe/Malta",
            landing_url=f"https://{slug}.example/welcome",
        )

    def operator(self, role: str, *, name: str = "") -> User:
        person = User.objects.create_user(f"{name or role}@{self.brand.slug}.example", "a long enough word")
        with tenant(self.brand.pk):
            brands.grant_membership(brand=self.brand, user=person, role=role, by="test", now=NOW)
        return person

    def send(self, dialect: Any, *records: dict[str, Any]) -> None:
        with tenant(self.brand.pk):
            ingestion.receive(dialect=dialect, brand=self.brand, body=json.dumps(records).encode(), received_at=NOW)

    def drain(self) -> None:
        attribute(brand_id=self.brand.pk, now=NOW)
        compute(brand_id=self.brand.pk, now=NOW)

    def affiliate(self, code: str = "1000") -> Affiliate:
        with tenant(self.brand.pk):
            return affiliates.create_affiliate(brand=self.brand, code=code, name=f"Name of {code}", by="test", now=NOW)

    def plan(self, name: str = "Hybrid") -> Plan:
        with tenant(self.brand.pk):
            plan = commissions.create_plan(brand=self.brand, name=name, currency="EUR", by="test", now=NOW)
            commissions.add_version(plan=plan, effective_from=date(2026, 1, 1), components=TERMS, by="test", now=NOW)
        return plan

    def plan_without_profile(self) -> Plan:
        with tenant(self.brand.pk):
            plan = commissions.create_plan(brand=self.brand, name="Bounty", currency="EUR", by="test", now=NOW)
            commissions.add_version(
                plan=plan, effective_from=date(2026, 1, 1), components=TERMS[:1], by="test", now=NOW
            )
        return plan

    def plan_with_deal(self) -> None:
        """Have an affiliate who earns 100 for each first deposit."""
        affiliate, plan = self.affiliate("1000"), self.plan_without_profile()
        with tenant(self.brand.pk):
            commissions.create_deal(affiliate=affiliate, plan=plan, starts_on=date(2026, 1, 1), by="test", now=NOW)

    def furnish(self) -> "House":
        """Fill the brand with one of everything."""
        brand = self.brand
        self.operator("finance", name="colleague")
        affiliate, parent = self.affiliate("1000"), self.affiliate("1001")
        with tenant(brand.pk):
            brands.issue_token(brand=brand, by="test", now=NOW, label="Platform")
            brands.create_client(brand=brand, by="test", now=NOW, name="Warehouse")
            campaign = affiliates.create_campaign(affiliate=affiliate, code="2001", by="test", now=NOW)
            affiliates.create_link(
                affiliate=affiliate, campaign=campaign, code=f"{brand.slug}-link", by="test", now=NOW
            )
            affiliates.create_promo_code(affiliate=affiliate, code="SPRING", by="test", now=NOW)
            affiliates.set_parent(affiliate=affiliate, parent=parent, from_day=None, by="test", now=NOW)
            person = User.objects.create_user(f"partner@{brand.slug}.example", "a long enough word")
            affiliates.give_seat(affiliate=affiliate, user=person, by="test", now=NOW)
            commissions.create_profile(
                brand=brand,
                name="House NGR",
                steps=[{"sum": "GGR"}, {"subtract_percent": "10", "of": "GGR"}],
                by="test",
                now=NOW,
            )
        plan = self.plan()
        with tenant(brand.pk):
            commissions.create_deal(affiliate=affiliate, plan=plan, starts_on=date(2026, 1, 1), by="test", now=NOW)
            commissions.create_plan(brand=brand, name="Without version", currency="USD", by="test", now=NOW)
            ingestion.save_kpi(brand=brand, name="KenoStakes", unit="money", by="test", now=NOW)
            ingestion.save_event(brand=brand, name="Tournament", by="test", now=NOW)
            ingestion.save_alias(brand=brand, kind="events", alias="topup", target="Deposit", by="test", now=NOW)
            quote = read_quote(day="2026-02-01", base="EUR", quote="USD", rate="1.0850")
            enter_rates(brand=brand, quotes=[quote], source=UPLOAD, by="test", now=NOW)
        self.send(
            push.CUSTOMERS,
            {"customerId": "c1", "regtime": "2026-02-01 10:00", "tracking_data": "2001_1000_x", "firstName": "Alex"},
            {"customerId": "c2", "regtime": "2026-02-02 10:00"},
        )
        self.send(
            push.ACTIVITIES,
            activity("Deposit", "d1", "c1", "250.00", "2026-02-03 10:00"),
            activity("GGR", "g1", "c1", "100.00", "2026-02-04 10:00"),
            activity("GGR", "g2", "c1", "50.00", "2026-03-04 10:00"),
            activity("initial_fund", "p1", "c1", "10.00", "2026-03-05 10:00"),
            {**activity("Deposit", "p2", "c1", "10.00", "2026-03-05 10:00"), "status": "settled"},
            activity("Deposit", "p3", "ghost", "10.00", "2026-03-05 10:00"),
            activity("Deposit", "r1", "c1", "1,5", "2026-03-05 10:00"),
            {**activity("GGR", "x1", "c1", "5.00", "2026-03-06 10:00"), "Currency": "BRL", "Turnover": "12.5"},
        )
        self.drain()
        with tenant(brand.pk):
            c2 = Customer.objects.get(brand=brand, key="c2")
            commissions.exclude_customer(customer=c2, reason="fraud", from_day=date(2026, 2, 2), by="test", now=NOW)
        self.drain()
        self.close("2026-02")
        self.drain()
        return self

    def close(self, period: str) -> None:
        with tenant(self.brand.pk):
            close_period(brand=self.brand, period=Period.parse(period), by="test", now=NOW)


def activity(event: str, number: str, customer: str, value: str, at: str) -> dict[str, Any]:
    return {
        "eventname": event,
        "eventid": number,
        "customerid": customer,
        "Value": value,
        "Currency": "EUR",
        "createtime": at,
    }


def posted(brand: Brand, **fields: Any) -> dict[str, Any]:
    """Return what a form sends that was opened in a brand."""
    return {"_brand": str(brand.pk), **fields}
