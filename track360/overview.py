"""What an operator comes for: what waits in a brand, what is missing, and what this month comes to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Min, OuterRef, Subquery, Sum

from affiliates.models import Affiliate, TrackingLink
from attribution.models import AffiliateDay, Touched
from attribution.queries.customers import unattributed_customers
from brands.models import Brand, BrandToken
from commissions.models import Deal, Line, Plan
from commissions.queries.periods import next_to_close
from commissions.queries.rates_missing import missing_rates
from ingestion.models import Activity, Delivery, Outbox
from ingestion.models.deliveries import Source
from ingestion.models.records import State
from ingestion.queries.parked import awaited_customers
from track360.lib.periods import Period

FRESH_DAYS = 30
SILENT_AFTER = 2  # days; daily figures of yesterday come today
COUNTED_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class NextClose:
    """The earliest open period, and the day from which it can be closed."""

    period: Period
    closable_on: date
    is_closable: bool


@dataclass(frozen=True, slots=True)
class KpiFreshness:
    """Up to which day a KPI is reported, of those reported lately."""

    kpi: str
    last_day: date
    facts: int
    silent_days: int

    @property
    def is_silent(self) -> bool:
        return self.silent_days > SILENT_AFTER

    @property
    def silence(self) -> str:
        return f"silent for {self.silent_days} days"


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """When records of one kind last came by one way."""

    source: str
    label: str
    entity: str
    deliveries: int
    last_received_at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """One brand at a glance."""

    sources: Sequence[SourceFreshness]
    kpis: Sequence[KpiFreshness]
    last_received_at: datetime | None
    parked: int
    unreported: int
    unattributed: int
    missing_rates: int
    rejected: int
    waiting: int
    waiting_since: datetime | None
    next_close: NextClose
    month: Period
    earned: Sequence[tuple[Decimal, str]]
    has_token: bool
    has_affiliate: bool
    has_link: bool
    has_plan: bool
    has_terms: bool

    @property
    def is_new(self) -> bool:
        """Tell whether something that every brand needs is still to be made."""
        return not (self.has_token and self.has_link and self.has_terms and self.last_received_at)


def overview(*, brand: Brand, today: date, now: datetime) -> Overview:
    """Read everything the front page shows, inside the brand's `tenant()`."""
    month = Period.of(today)
    received = Delivery.objects.filter(brand=brand).exclude(source=Source.CONFIGURATION).only("received_at")
    newest = received.order_by("-position").first()
    return Overview(
        sources=_sources(brand, now),
        kpis=_kpis(brand, today),
        last_received_at=newest.received_at if newest else None,
        parked=Activity.objects.filter(brand=brand, state=State.PARKED).count(),
        unreported=awaited_customers(brand=brand, at_most=COUNTED_AT_MOST + 1),
        unattributed=len(unattributed_customers(brand_id=brand.pk).values_list("pk")[: COUNTED_AT_MOST + 1]),
        missing_rates=len(missing_rates(brand=brand)),
        rejected=Delivery.objects.filter(brand=brand, received_at__gte=now - timedelta(days=1)).aggregate(
            rejected=Sum("rejected", default=0)
        )["rejected"],
        waiting=waiting_in([brand.pk])[brand.pk],
        waiting_since=Outbox.objects.filter(brand=brand).aggregate(since=Min("created_at"))["since"],
        next_close=_next_close(brand, today),
        month=month,
        earned=earned_in(brand=brand, period=month),
        has_token=BrandToken.objects.filter(brand=brand).exists(),
        has_affiliate=Affiliate.objects.filter(brand=brand).exists(),
        has_link=TrackingLink.objects.filter(brand=brand).exists(),
        has_plan=Plan.objects.filter(brand=brand).exists(),
        has_terms=Deal.objects.filter(brand=brand).exists()
        or Plan.objects.filter(brand=brand, is_default=True).exists(),
    )


def _kpis(brand: Brand, today: date) -> list[KpiFreshness]:
    since = today - timedelta(days=FRESH_DAYS)
    sums = AffiliateDay.objects.filter(brand=brand, day__range=(since, today)).order_by().values_list("kpi")
    rows = sums.annotate(facts=Sum("records"), last=Max("day"))
    return [
        KpiFreshness(kpi, last, facts, (today - last).days)
        for kpi, facts, last in sorted(rows, key=lambda row: (-row[2].toordinal(), row[0]))
    ]


def _sources(brand: Brand, now: datetime) -> list[SourceFreshness]:
    lately = Delivery.objects.filter(brand=brand, received_at__gte=now - timedelta(days=FRESH_DAYS))
    counted = lately.exclude(source=Source.CONFIGURATION).order_by().values_list("source", "entity")
    rows = counted.annotate(deliveries=Count("pk"), last=Max("received_at"))
    return [
        SourceFreshness(source, Source(source).label, entity, deliveries, last)
        for source, entity, deliveries, last in sorted(rows)
    ]


def earned_in(*, brand: Brand, period: Period) -> list[tuple[Decimal, str]]:
    """Return what the brand's lines of a period add up to, by currency."""
    lines = Line.objects.filter(brand=brand, period=str(period)).order_by("currency")
    return [(total, currency) for currency, total in lines.values_list("currency").annotate(Sum("amount"))]


def waiting_in(brands: Sequence[int]) -> Counter[int]:
    """Count by brand what waits for follow-up: deliveries, and affiliates whose commissions are to be computed."""
    deliveries = Outbox.objects.filter(brand__in=brands).values_list("brand").annotate(Count("pk"))
    touched = Touched.objects.filter(brand__in=brands).values_list("brand")
    return Counter(dict(deliveries)) + Counter(dict(touched.annotate(Count("affiliate", distinct=True))))


def _next_close(brand: Brand, today: date) -> NextClose:
    period = next_to_close(brand_id=brand.pk, today=today)
    return NextClose(period, period.next.first_day, is_closable=period.last_day < today)


@dataclass(frozen=True, slots=True)
class BrandRow:
    """One of an operator's brands beside the others."""

    brand: Brand
    earned: Sequence[tuple[Decimal, str]]
    last_received_at: datetime | None
    parked: int
    waiting: int
    registrations: int
    first_deposits: int


def brand_rows(*, brands: Sequence[Brand], now: datetime) -> list[BrandRow]:
    """Read the operator's brands at a glance, inside `operators()` of exactly these."""
    ids = [brand.pk for brand in brands]
    months = {brand.pk: Period.of(now.astimezone(brand.zone).date()) for brand in brands}
    earned: dict[int, list[tuple[Decimal, str]]] = {pk: [] for pk in ids}
    counted: dict[tuple[int, str], int] = {}
    for month in set(months.values()):
        there = [pk for pk in ids if months[pk] == month]
        lines = Line.objects.filter(brand__in=there, period=str(month)).order_by("currency")
        for pk, currency, total in lines.values_list("brand", "currency").annotate(Sum("amount")):
            earned[pk].append((total, currency))
        days = AffiliateDay.objects.filter(
            brand__in=there, day__range=(month.first_day, month.last_day), kpi__in=("Registrations", "FirstDeposits")
        )
        for pk, kpi, amount in days.values_list("brand", "kpi").annotate(Sum("amount")):
            counted[pk, kpi] = int(amount)
    received = Delivery.objects.filter(brand=OuterRef("pk")).exclude(source=Source.CONFIGURATION).order_by("-position")
    newest = dict(Brand.objects.filter(pk__in=ids).values_list("pk", Subquery(received.values("received_at")[:1])))
    parked = dict(Activity.objects.filter(brand__in=ids, state=State.PARKED).values_list("brand").annotate(Count("pk")))
    waiting = waiting_in(ids)
    return [
        BrandRow(
            brand=brand,
            earned=earned[brand.pk],
            last_received_at=newest.get(brand.pk),
            parked=parked.get(brand.pk, 0),
            waiting=waiting[brand.pk],
            registrations=counted.get((brand.pk, "Registrations"), 0),
            first_deposits=counted.get((brand.pk, "FirstDeposits"), 0),
        )
        for brand in brands
    ]
