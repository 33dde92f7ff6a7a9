"""Rows put where ingestion, attribution and the engine would have put them."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from affiliates.models import (
    Affiliate,
    AffiliateStatus,
    Campaign,
    PromoCode,
    Seat,
    SeatRoute,
    TrackingLink,
)
from attribution.models import AffiliateDay, Attribution, CustomerDay
from brands.models import Brand, User
from commissions.engine.book import Progress
from commissions.engine.storing import progress_to_json
from commissions.models import Component, Line, Plan, PlanVersion, Qualification
from ingestion.models import Customer, CustomerProfile, FxRate
from portal.queries.seats import OpenSeat
from track360.lib.tenancy import tenant

# Valid terms of each kind, for tests that are not about them.
TERMS = {
    "cpa": {"trigger": "first_deposit", "amount": "100.00"},
    "revshare": {"base": "NGR", "rate": "0.40"},
}
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@dataclass
class Stage:
    """One brand and one of its affiliates, and what can be put there."""

    brand: Brand
    affiliate: Affiliate

    def seat(self, user: User, status: str = "active") -> OpenSeat:
        with tenant(self.brand.pk):
            AffiliateStatus.objects.update_or_create(
                brand=self.brand, affiliate=self.affiliate, defaults={"status": status, "created_at": NOW}
            )
            Seat.objects.create(brand=self.brand, affiliate=self.affiliate, user=user, created_at=NOW)
        SeatRoute.objects.get_or_create(user=user, brand=self.brand)
        return OpenSeat(brand=self.brand, affiliate=self.affiliate, status=status, now=NOW)

    def days(self, *sums: tuple[str, str, str | int, str], affiliate: Affiliate | None = None) -> None:
        """Put (day of March or date, KPI, amount, currency) into the affiliate's sums."""
        with tenant(self.brand.pk):
            for day, kpi, amount, currency in sums:
                AffiliateDay.objects.create(
                    brand=self.brand,
                    affiliate=affiliate or self.affiliate,
                    day=date.fromisoformat(day),
                    kpi=kpi,
                    currency=currency,
                    amount=Decimal(amount),
                    records=1,
                    positives=1,
                )

    def rate(self, day: str, base: str, quote: str, rate: str) -> None:
        with tenant(self.brand.pk):
            FxRate.objects.create(
                brand=self.brand,
                day=date.fromisoformat(day),
                base=base,
                quote=quote,
                rate=Decimal(rate),
                source="test",
                entered_at=NOW,
            )

    def customer(self, key: str, *, owners: list[tuple[Affiliate, str | None]] | None = None) -> Customer:
        """Put a customer there, the affiliate's own or owned by several from a day each; with a name to leak."""
        with tenant(self.brand.pk):
            customer = Customer.objects.create(
                brand=self.brand, key=key, reported_at=NOW, registered_on=date(2026, 3, 2), country="MT"
            )
            CustomerProfile.objects.create(
                brand=self.brand,
                customer=customer,
                first_name="Leonora-secret",
                last_name="Leakova-secret",
                email="leonora-secret@example.com",
            )
            for affiliate, since in [(self.affiliate, None)] if owners is None else owners:
                Attribution.objects.create(
                    brand=self.brand,
                    customer=customer,
                    affiliate=affiliate,
                    holds_from=None if since is None else date.fromisoformat(since),
                    rule="token",
                    decided_at=NOW,
                )
        return customer

    def did(self, customer: Customer, day: str, kpi: str, amount: str, currency: str = "EUR") -> None:
        with tenant(self.brand.pk):
            CustomerDay.objects.create(
                brand=self.brand,
                customer=customer,
                day=date.fromisoformat(day),
                kpi=kpi,
                currency=currency,
                amount=Decimal(amount),
                records=1,
                positives=1,
            )

    def component(self, name: str, kind: str = "cpa", currency: str = "EUR") -> Component:
        with tenant(self.brand.pk):
            plan, _ = Plan.objects.get_or_create(
                brand=self.brand, name=f"Plan in {currency}", defaults={"currency": currency, "created_at": NOW}
            )
            version, _ = PlanVersion.objects.get_or_create(
                brand=self.brand,
                plan=plan,
                number=1,
                defaults={"effective_from": date(2026, 1, 1), "created_at": NOW},
            )
            return Component.objects.create(
                brand=self.brand,
                version=version,
                name=name,
                kind=kind,
                position=Component.objects.filter(version=version).count(),
                terms=TERMS[kind],
            )

    def line(self, component: Component, amount: str, *, period: str = "2026-03", **fields) -> Line:
        with tenant(self.brand.pk):
            number = Line.objects.count()
            key = hashlib.sha256(f"{self.brand.slug}-{number}".encode()).hexdigest()[:32]
            return Line.objects.create(
                **{
                    "brand": self.brand,
                    "key": key,
                    "base_key": key,
                    "affiliate": self.affiliate,
                    "period": period,
                    "source_period": period,
                    "plan": component.version.plan,
                    "version": component.version,
                    "component": component,
                    "amount": Decimal(amount),
                    "currency": component.version.plan.currency,
                    "available_on": date(2026, 4, 14),
                    "working": [],
                    **fields,
                }
            )

    def stands(self, customer: Customer, component: Component, state: str, *conditions: tuple[str, int, int], **fields):
        """Put where the customer stands: conditions as (measure, have, need); his first deposit triggers."""
        with tenant(self.brand.pk):
            Qualification.objects.create(
                **{
                    "brand": self.brand,
                    "affiliate": self.affiliate,
                    "customer": customer,
                    "component": component,
                    "state": state,
                    "progress": progress_to_json(
                        [
                            Progress("first_deposit", Decimal("trigger_on" in fields), Decimal(1)),
                            *(Progress(measure, Decimal(have), Decimal(need)) for measure, have, need in conditions),
                        ]
                    ),
                    **fields,
                }
            )

    def link(self, code: str, **fields) -> TrackingLink:
        with tenant(self.brand.pk):
            return TrackingLink.objects.create(
                brand=self.brand, affiliate=self.affiliate, code=code, created_at=NOW, **fields
            )

    def campaign(self, code: str, name: str) -> Campaign:
        with tenant(self.brand.pk):
            return Campaign.objects.create(
                brand=self.brand, affiliate=self.affiliate, code=code, name=name, created_at=NOW
            )

    def promo_code(self, code: str, **days: date) -> PromoCode:
        with tenant(self.brand.pk):
            return PromoCode.objects.create(
                brand=self.brand, affiliate=self.affiliate, code=code, folded=code.lower(), created_at=NOW, **days
            )
