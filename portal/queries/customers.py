"""An affiliate's customers, pseudonymous: what they did while they were his, and where they stand.

Nothing here reads CustomerProfile; names and addresses never come near the portal.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from affiliates.models import Affiliate
from attribution.models import CustomerDay
from brands.models import Brand
from commissions.models import Exclusion, Line, Qualification
from ingestion.models import Customer
from portal import wording
from portal.queries.earnings import Money, added, lines_of
from portal.queries.ownership import Window, customers_of, owned_days, windows
from track360.lib.money import ZERO
from track360.lib.periods import Period

# The order says which of a customer's standings a list shows.
STANDINGS = ("excluded", "qualified", "pending", "expired")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer in a list."""

    id: int
    key: str
    registered_on: date | None
    country: str
    campaign: str
    moved_on: date | None
    first_deposit_on: date | None
    standing: str
    earned: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """How far one condition of a bounty is."""

    measure: str
    have: Decimal
    need: Decimal

    @property
    def is_met(self) -> bool:
        return self.have >= self.need

    @property
    def is_money(self) -> bool:
        return self.measure in wording.MONEY_MEASURES

    @property
    def shown(self) -> Decimal:
        """How much of a bar is full: never less than nothing, never more than all."""
        return min(max(self.have, ZERO), self.need)

    @property
    def label(self) -> str:
        return wording.measure_label(self.measure)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands with one bounty of a plan."""

    plan: str
    component: str
    currency: str
    state: str
    qualified_on: date | None
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class MonthSum:
    """One KPI of one month, summed."""

    period: Period
    kpi: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CustomerSheet:
    """Everything the portal says of one customer."""

    customer: CustomerRow
    windows: tuple[Window, ...]
    sums: tuple[MonthSum, ...]
    standings: tuple[Standing, ...]
    exclusions: tuple[tuple[str, date], ...]


def in_reading_order(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Order customers as a list shows them: the newest first."""
    return customers.order_by("-registered_on", "-id")


def with_standing(
    customers: QuerySet[Customer], *, brand: Brand, affiliate: Affiliate, standing: str
) -> QuerySet[Customer]:
    """Keep the customers of whom some bounty has this standing."""
    found = Qualification.objects.filter(brand=brand, affiliate=affiliate, customer_id=OuterRef("pk"), state=standing)
    return customers.filter(Exists(found))


def rows(*, brand: Brand, affiliate: Affiliate, customers: list[Customer]) -> tuple[CustomerRow, ...]:
    """Give what a list shows of these customers, read in four queries however many they are."""
    ids = [customer.pk for customer in customers]
    own = windows(brand=brand, affiliate=affiliate, customers=ids)
    deposited: dict[int, date] = {}
    first_deposits = CustomerDay.objects.filter(owned_days(own), brand=brand, kpi="FirstDeposits", amount__gt=0)
    for customer_id, day in first_deposits.values_list("customer_id", "day"):
        deposited[customer_id] = min(day, deposited.get(customer_id, day))
    standing: dict[int, set[str]] = defaultdict(set)
    for customer_id, state in Qualification.objects.filter(
        brand=brand, affiliate=affiliate, customer_id__in=ids
    ).values_list("customer_id", "state"):
        standing[customer_id].add(state)
    earned: dict[int, list[Money]] = defaultdict(list)
    sums = (
        lines_of(brand=brand, affiliate=affiliate)
        .filter(customer_id__in=ids)
        .values_list("customer_id", "currency")
        .annotate(total=Sum("amount"))
    )
    for customer_id, currency, total in sums:
        if customer_id is not None:
            earned[customer_id].append(Money(total, currency))
    return tuple(
        CustomerRow(
            id=customer.pk,
            key=customer.key,
            registered_on=customer.registered_on,
            country=customer.country,
            campaign=own[customer.pk][-1].campaign,
            moved_on=own[customer.pk][-1].until,
            first_deposit_on=deposited.get(customer.pk),
            standing=next((state for state in STANDINGS if state in standing[customer.pk]), ""),
            earned=added(tuple(earned[customer.pk])),
        )
        for customer in customers
        if customer.pk in own
    )


def sheet(*, brand: Brand, affiliate: Affiliate, customer_id: int) -> CustomerSheet:
    """Read one customer of the affiliate; raises Customer.DoesNotExist when he never was his."""
    customer = customers_of(brand=brand, affiliate=affiliate).get(pk=customer_id)
    own = windows(brand=brand, affiliate=affiliate, customers=[customer.pk])
    return CustomerSheet(
        customer=rows(brand=brand, affiliate=affiliate, customers=[customer])[0],
        windows=own[customer.pk],
        sums=_sums(brand, own),
        standings=standings(brand=brand, affiliate=affiliate, customer=customer),
        exclusions=tuple(
            (exclusion.get_reason_display(), exclusion.from_day)
            for exclusion in Exclusion.objects.filter(brand=brand, customer=customer, lifted_at__isnull=True)
        ),
    )


def standings(*, brand: Brand, affiliate: Affiliate, customer: Customer) -> tuple[Standing, ...]:
    """Say where the customer stands with every bounty that looks at him for this affiliate."""
    found = (
        Qualification.objects.filter(brand=brand, affiliate=affiliate, customer=customer)
        .select_related("component__version__plan")
        .order_by("component__version__plan__name", "component__position")
    )
    return tuple(
        Standing(
            plan=qualification.component.version.plan.name,
            component=qualification.component.name,
            currency=qualification.component.version.plan.currency,
            state=qualification.state,
            qualified_on=qualification.qualified_on,
            measures=_measures(qualification.progress),
        )
        for qualification in found
    )


def lines_on(*, brand: Brand, affiliate: Affiliate, customer_id: int) -> QuerySet[Line]:
    """Give the affiliate's lines that are about this customer alone."""
    return lines_of(brand=brand, affiliate=affiliate).filter(customer_id=customer_id)


def _measures(progress: list[dict[str, Any]]) -> tuple[Measure, ...]:
    return tuple(Measure(step["measure"], Decimal(step["have"]), Decimal(step["need"])) for step in progress)


def _sums(brand: Brand, own: Mapping[int, tuple[Window, ...]]) -> tuple[MonthSum, ...]:
    days = CustomerDay.objects.filter(owned_days(own), brand=brand).exclude(kpi__in=("Registrations", "FirstDeposits"))
    sums: dict[tuple[Period, str, str], Decimal] = defaultdict(Decimal)
    for day, kpi, currency, total in days.values_list("day", "kpi", "currency").annotate(total=Sum("amount")):
        sums[Period.of(day), kpi, currency] += total
    ordered = sorted(sums.items(), key=lambda item: (-item[0][0].year, -item[0][0].month, item[0][1], item[0][2]))
    return tuple(MonthSum(period, kpi, currency, amount) for (period, kpi, currency), amount in ordered)
