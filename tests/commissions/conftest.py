"""A brand with plans: what is sent, followed up and computed, in short words."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from affiliates.models import Affiliate
from attribution.services import drain as attribute
from attribution.services import resolve_again
from commissions import services
from commissions.models import CarryState, Deal, Entry, Line, Plan, PlanVersion, Qualification
from commissions.services import verifying
from commissions.services.follow_up import drain
from ingestion.rates.entering import enter_rates
from ingestion.rates.quotes import Quote
from tests.attribution.conftest import World, day_of, deposit, registered
from track360.lib.money import plain
from track360.lib.periods import Period

__all__ = ["Business", "day_of", "deposit", "registered"]

START = date(2026, 1, 1)


class Business(World):
    """A brand of which `now` moves when the test says so."""

    def __init__(self, slug: str = "luckyspin", **settings: object) -> None:
        super().__init__(slug, **settings)
        self.now = datetime(2026, 3, 20, 12, tzinfo=UTC)

    # --- terms -------------------------------------------------------------------------------------------------------

    def plan(self, *components: Mapping[str, Any], name: str = "Plan", currency: str = "EUR", **version: Any) -> Plan:
        """Make a plan; with components also its first version."""
        with self.open() as brand:
            plan = services.create_plan(brand=brand, name=name, currency=currency, by="test", now=self.now)
        if components:
            self.version(plan, *components, **version)
        return plan

    def version(
        self, plan: Plan, *components: Mapping[str, Any], effective_from: date = START, applies_to: str = "all"
    ) -> PlanVersion:
        with self.open():
            return services.add_version(
                plan=plan,
                effective_from=effective_from,
                applies_to=applies_to,
                components=[
                    services.StatedComponent(
                        part["name"], part["kind"], {k: v for k, v in part.items() if k not in ("name", "kind")}
                    )
                    for part in components
                ],
                by="test",
                now=self.now,
            )

    def deal(self, affiliate: Affiliate, plan: Plan, starts_on: date = START, **fields: Any) -> Deal:
        with self.open():
            return services.create_deal(
                affiliate=affiliate, plan=plan, starts_on=starts_on, by="test", now=self.now, **fields
            )

    def exclude(self, key: str, reason: str = "fraud", from_day: date = START):
        customer = self.customer(key)
        with self.open():
            return services.exclude_customer(
                customer=customer, reason=reason, from_day=from_day, by="test", now=self.now
            )

    def rates(self, *quotes: tuple[str, str, str, str]) -> None:
        """Enter rates given as (day, base, quote, rate)."""
        with self.open() as brand:
            enter_rates(
                brand=brand,
                quotes=[
                    Quote(date.fromisoformat(day), base, quote, Decimal(rate)) for day, base, quote, rate in quotes
                ],
                source="test",
                by="test",
                now=self.now,
            )

    # --- what follows ------------------------------------------------------------------------------------------------

    def settle(self):
        """Follow up everything that waits, and all of any affiliate: the clock stands still, so his status is new."""
        attribute(brand_id=self.brand.id, now=self.now)
        resolve_again(brand_id=self.brand.id, now=self.now)
        return drain(brand_id=self.brand.id, now=self.now)

    def follow_up(self):
        """Follow up what was sent and changed, and nobody else, as usual."""
        attribute(brand_id=self.brand.id, now=self.now)
        return drain(brand_id=self.brand.id, now=self.now)

    def close(self, period: str):
        with self.open() as brand:
            return services.close_period(brand=brand, period=Period.parse(period), by="test", now=self.now)

    def lines(self) -> list[tuple]:
        """All lines as (affiliate, posted in, earned in, component, customer, amount, reason)."""
        with self.open() as brand:
            rows = Line.objects.filter(brand=brand).values_list(
                "affiliate__code", "period", "source_period", "component__name", "customer__key", "amount", "reason"
            )
            return sorted(
                ((*row[:5], plain(row[5]), row[6]) for row in rows), key=lambda row: tuple(str(part) for part in row)
            )

    def earned(self) -> dict[str, str]:
        """The sum of all lines by the period they are posted in."""
        sums: dict[str, Decimal] = {}
        with self.open() as brand:
            for period, amount in Line.objects.filter(brand=brand).values_list("period", "amount"):
                sums[period] = sums.get(period, Decimal(0)) + amount
        return {period: plain(amount) for period, amount in sorted(sums.items())}

    def entries(self) -> list[tuple]:
        with self.open() as brand:
            rows = Entry.objects.filter(brand=brand).order_by("key")
            return [tuple(row) for row in rows.values_list("key", "period", "source_period", "amount", "available_on")]

    def standings(self) -> dict[tuple[str, str], str]:
        with self.open() as brand:
            rows = Qualification.objects.filter(brand=brand)
            return {
                (key, component): f"{state} {day}" if day else state
                for key, component, state, day in rows.values_list(
                    "customer__key", "component__name", "state", "qualified_on"
                )
            }

    def states(self) -> dict[tuple[str, str], dict[str, Any]]:
        with self.open() as brand:
            rows = CarryState.objects.filter(brand=brand).values_list("component", "period", "state")
            return {(component, period): state for component, period, state in rows}

    def doubts(self) -> list:
        """What computing everything from scratch does not confirm."""
        with self.open() as brand:
            return verifying.differences(brand=brand, now=self.now)


@pytest.fixture
def business(transactional_db: None) -> Business:
    return Business()


@pytest.fixture
def anna(business: Business) -> Affiliate:
    return business.affiliate("anna")


@pytest.fixture
def ben(business: Business) -> Affiliate:
    return business.affiliate("ben")
