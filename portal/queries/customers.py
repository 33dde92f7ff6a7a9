"""An affiliate's customers, pseudonymous: what they did while they were his, and where they stand.

Nothing here reads CustomerProfile; names and addresses never come near the portal.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Least, Length, Right

from affiliates.models import Affiliate
from attribution.models import Attribution, CustomerDay
from brands.models import Brand
from brands.models.brand import Vertical
from commissions.engine.storing import progress_from_json
from commissions.models import Exclusion, Line, Qualification
from commissions.models.terms import ExclusionReason
from commissions.queries.why_not import Obstacle, why_not_for
from ingestion.models import Customer
from ingestion.queries.kpis import count_kpis
from portal import formatting, wording
from portal.queries.earnings import Money, added, lines_of
from portal.queries.ownership import Window, customers_of, owned_days, windows
from track360.lib.money import ZERO
from track360.lib.periods import Period

# What a customer begins with in each vertical: the KPI of the days, and what people call it.
BEGINNINGS = {
    Vertical.IGAMING: ("FirstDeposits", "First deposit"),
    Vertical.FOREX: ("FirstDeposits", "First deposit"),
    Vertical.PROP_TRADING: ("ChallengePurchase", "First purchase"),
}

# The order says which of a customer's standings a list shows.
STANDINGS = ("excluded", "qualified", "pending", "expired")
EXCLUSIONS = dict(ExclusionReason.choices)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer in a list. `began_on` is the day of his first deposit or purchase, as the vertical has it."""

    id: int
    key: str
    registered_on: date | None
    country: str
    campaign: str
    moved_on: date | None
    began_on: date | None
    standing: "Standing | None"
    earned: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """How far one condition of a bounty is."""

    measure: str
    have: Decimal
    need: Decimal
    is_money: bool

    @property
    def is_met(self) -> bool:
        return self.have >= self.need

    @property
    def shown(self) -> Decimal:
        """How much of a bar is full: never less than nothing, never more than all."""
        return min(max(self.have, ZERO), self.need)

    @property
    def label(self) -> str:
        return wording.measure_label(self.measure)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands with one bounty of a plan: what has happened, what is missing, until when.

    `trigger` is what must happen first, `trigger_on` the day it did. `excluded_for` is said of excluded ones.
    `is_earning` is False when the affiliate did not earn on the day the customer qualified.
    """

    plan: str
    component: str
    currency: str
    state: str
    qualified_on: date | None
    trigger: str
    trigger_on: date | None
    last_day: date | None
    is_earning: bool
    excluded_for: str
    measures: tuple[Measure, ...]

    @property
    def unmet(self) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.measures if not measure.is_met)


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
    obstacles: tuple[str, ...]
    exclusions: tuple[tuple[str, date], ...]


def in_reading_order(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Order customers as a list shows them: the newest first, those without a registration day last."""
    return customers.order_by(F("registered_on").desc(nulls_last=True), "-id")


def beginning_of(*, brand: Brand) -> str:
    """Say what a customer of the brand begins with: "First deposit", "First purchase"."""
    return BEGINNINGS[Vertical(brand.vertical)][1]


def looked_up(customers: QuerySet[Customer], *, brand: Brand, affiliate: Affiliate, asked: str) -> QuerySet[Customer]:
    """Keep the customers whose id ends as asked, or who came by a campaign of that name.

    Of an id only what its mask shows is compared, so that nothing else of it can be guessed.
    """
    end = Right("key", Least(Value(formatting.SHOWN_CHARACTERS), Length("key") / 3))
    ends = customers.annotate(shown=end, of_asked=Right(Value(asked), Length(end)))
    campaigns = Attribution.objects.filter(
        brand=brand, affiliate=affiliate, superseded_at__isnull=True, campaign__name__icontains=asked
    )
    is_named = Q(shown__endswith=asked) | (Q(of_asked=F("shown")) & ~Q(shown=""))
    return ends.filter(is_named | Q(pk__in=campaigns.values("customer_id")))


def with_standing(
    customers: QuerySet[Customer], *, brand: Brand, affiliate: Affiliate, standing: str, today: date
) -> QuerySet[Customer]:
    """Keep the customers of whom some bounty has this standing today."""
    stored = Qualification.objects.filter(brand=brand, affiliate=affiliate, customer_id=OuterRef("pk"))
    found = _as_of_own_days(stored, brand=brand, affiliate=affiliate)
    is_over = Q(last_day__lt=today)  # the engine has no clock: who shows a pending one tells whether it is too late
    match standing:
        case "pending":
            found = found.filter(~is_over | Q(last_day__isnull=True), told="pending")
        case "expired":
            found = found.filter(is_over, told="pending")
        case _:
            found = found.filter(told=standing)
    return customers.filter(Exists(found))


def rows(*, brand: Brand, affiliate: Affiliate, customers: list[Customer], today: date) -> tuple[CustomerRow, ...]:
    """Give what a list shows of these customers, read in four queries however many they are."""
    ids = [customer.pk for customer in customers]
    own = windows(brand=brand, affiliate=affiliate, customers=ids)
    began: dict[int, date] = {}
    kpi, _ = BEGINNINGS[Vertical(brand.vertical)]
    beginnings = CustomerDay.objects.filter(owned_days(own), brand=brand, kpi=kpi, amount__gt=0)
    for customer_id, day in beginnings.values_list("customer_id", "day"):
        began[customer_id] = min(day, began.get(customer_id, day))
    standing = own_standings(brand=brand, affiliate=affiliate, customers=ids, today=today)
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
            began_on=began.get(customer.pk),
            standing=min(standing.get(customer.pk, ()), key=lambda one: STANDINGS.index(one.state), default=None),
            earned=added(tuple(earned[customer.pk])),
        )
        for customer in customers
        if customer.pk in own
    )


def sheet(*, brand: Brand, affiliate: Affiliate, customer_id: int, today: date) -> CustomerSheet:
    """Read one customer of the affiliate; raises Customer.DoesNotExist when he never was his."""
    customer = customers_of(brand=brand, affiliate=affiliate).get(pk=customer_id)
    own = windows(brand=brand, affiliate=affiliate, customers=[customer.pk])
    return CustomerSheet(
        customer=rows(brand=brand, affiliate=affiliate, customers=[customer], today=today)[0],
        windows=own[customer.pk],
        sums=_sums(brand, own),
        standings=own_standings(brand=brand, affiliate=affiliate, customers=[customer.pk], today=today).get(
            customer.pk, ()
        ),
        obstacles=_obstacles(brand, affiliate, customer, own[customer.pk], today),
        exclusions=tuple(
            (exclusion.get_reason_display(), exclusion.from_day)
            for exclusion in Exclusion.objects.filter(brand=brand, customer=customer, lifted_at__isnull=True).exclude(
                pk__in=_exclusions_of_later_days(brand=brand, affiliate=affiliate).values("pk")
            )
        ),
    )


def standings(
    *, brand: Brand, affiliate: Affiliate, customers: Collection[int], today: date
) -> Mapping[int, tuple[Standing, ...]]:
    """Say where these customers stand with every bounty that looks at them for this affiliate."""
    stored = Qualification.objects.filter(brand=brand, affiliate=affiliate, customer_id__in=customers)
    return _standings(brand, stored.annotate(told=F("state")), today)


def own_standings(
    *, brand: Brand, affiliate: Affiliate, customers: Collection[int], today: date
) -> Mapping[int, tuple[Standing, ...]]:
    """Say the same to the affiliate himself, without exclusions of days on which a customer was no longer his."""
    stored = Qualification.objects.filter(brand=brand, affiliate=affiliate, customer_id__in=customers)
    return _standings(brand, _as_of_own_days(stored, brand=brand, affiliate=affiliate), today)


def lines_on(*, brand: Brand, affiliate: Affiliate, customer_id: int) -> QuerySet[Line]:
    """Give the affiliate's lines that are about this customer alone."""
    return lines_of(brand=brand, affiliate=affiliate).filter(customer_id=customer_id)


def _obstacles(
    brand: Brand, affiliate: Affiliate, customer: Customer, own: tuple[Window, ...], today: date
) -> tuple[str, ...]:
    """Say in sentences what is in the way beside the bounties' own conditions.

    Of a customer who was somebody else's too, nothing is said that is about days: they may be the other's.
    """
    is_whole = own[0].first is None and own[0].until is None
    told = {Obstacle.NO_VERSION, Obstacle.SHARE_ENDED, Obstacle.BELOW_BANDS, Obstacle.OVER_CAP} | (
        {Obstacle.NO_FX_RATE} if is_whole else set()
    )
    found = why_not_for(brand=brand, customer=customer, affiliate=affiliate, today=today)
    return tuple(finding.sentence for finding in found if finding.obstacle in told)


def _as_of_own_days(stored: QuerySet[Qualification], *, brand: Brand, affiliate: Affiliate) -> QuerySet[Any]:
    """Annotate `told`, the state but for exclusions of later days."""
    later = _exclusions_of_later_days(brand=brand, affiliate=affiliate).filter(customer_id=OuterRef("customer_id"))
    is_later = Q(state="excluded", reason=ExclusionReason.SELF_EXCLUDED) & Q(Exists(later))
    return stored.annotate(told=Case(When(is_later, then=Value("pending")), default=F("state")))


def _exclusions_of_later_days(*, brand: Brand, affiliate: Affiliate) -> QuerySet[Exclusion]:
    """Find the self-exclusions from days on which the customer was another's and did not come back.

    A duplicate or a fraud counts from the beginning, so it is about every owner's days.
    """
    decisions = Attribution.objects.filter(brand=brand, customer_id=OuterRef("customer_id"), superseded_at__isnull=True)
    begun = decisions.filter(Q(holds_from__isnull=True) | Q(holds_from__lte=OuterRef("from_day")))
    owners = begun.order_by(F("holds_from").desc(nulls_last=True)).values("affiliate_id")
    return (
        Exclusion.objects.filter(brand=brand, reason=ExclusionReason.SELF_EXCLUDED, lifted_at__isnull=True)
        .alias(owner=Subquery(owners[:1]))
        .exclude(owner=affiliate.pk)
        .exclude(Exists(decisions.filter(affiliate=affiliate, holds_from__gt=OuterRef("from_day"))))
    )


def _standings(brand: Brand, stored: QuerySet[Any], today: date) -> Mapping[int, tuple[Standing, ...]]:
    counts = count_kpis(brand=brand)
    found = stored.select_related("component__version__plan").order_by(
        "component__version__plan__name", "component__version__number", "component__position"
    )
    by_customer: dict[int, tuple[Standing, ...]] = {}
    for qualification in found:
        known = by_customer.get(qualification.customer_id, ())
        by_customer[qualification.customer_id] = (*known, _standing(qualification, counts, today))
    return by_customer


def _standing(stored: Any, counts: Collection[str], today: date) -> Standing:
    plan = stored.component.version.plan
    trigger, *conditions = progress_from_json(stored.progress)
    is_over = stored.told == "pending" and stored.last_day is not None and stored.last_day < today
    return Standing(
        plan=plan.name,
        component=stored.component.name,
        currency=plan.currency,
        state="expired" if is_over else stored.told,
        qualified_on=stored.qualified_on if stored.told == "qualified" else None,
        trigger=wording.measure_label(trigger.measure),
        trigger_on=stored.trigger_on,
        last_day=stored.last_day,
        is_earning=stored.is_earning,
        excluded_for=EXCLUSIONS.get(stored.reason, "") if stored.told == "excluded" else "",
        measures=tuple(
            Measure(step.measure, step.have, step.need, wording.is_money(step.measure, counts=counts))
            for step in conditions
        ),
    )


def _sums(brand: Brand, own: Mapping[int, tuple[Window, ...]]) -> tuple[MonthSum, ...]:
    days = CustomerDay.objects.filter(owned_days(own), brand=brand).exclude(kpi__in=("Registrations", "FirstDeposits"))
    sums: dict[tuple[Period, str, str], Decimal] = defaultdict(Decimal)
    for day, kpi, currency, total in days.values_list("day", "kpi", "currency").annotate(total=Sum("amount")):
        sums[Period.of(day), kpi, currency] += total
    ordered = sorted(sums.items(), key=lambda item: (-item[0][0].year, -item[0][0].month, item[0][1], item[0][2]))
    return tuple(MonthSum(period, kpi, currency, amount) for (period, kpi, currency), amount in ordered)
