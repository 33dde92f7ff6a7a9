"""Periods in the operators' pages: what each month comes to, and closing the earliest open one."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from affiliates.models import Affiliate
from attribution.models import CustomerDay, Touched
from attribution.services import brands_to_resolve
from brands.desk.base import BrandAdmin
from brands.desk.forms import BrandForm
from brands.desk.scope import scope_of
from brands.models import Brand
from brands.roles import Area
from commissions import services
from commissions.models import ClosedPeriod, Line
from commissions.queries.periods import next_to_close
from commissions.queries.rates_missing import NoRate, missing_rates
from ingestion.models import Activity, Outbox
from ingestion.models.records import State
from ingestion.queries.parked import not_reported
from track360.lib.periods import NotAPeriod, Period

SHOWN_MONTHS = 13
# Customers not reported yet of whom it is asked what they did in a month; with more, the brand has another trouble.
LOOKED_AT = 10_000


@dataclass(slots=True)
class Month:
    """One period with what its lines add up to, by currency."""

    period: Period
    closed: ClosedPeriod | None = None
    lines: int = 0
    sums: list[tuple[Decimal, str]] = field(default_factory=list)
    is_next: bool = False
    is_over: bool = False


def months_of(*, brand: Brand, today: date) -> list[Month]:
    """Return the brand's months without gaps, the newest first: a year of them, or back to the next to be closed."""
    current, nearest = Period.of(today), next_to_close(brand_id=brand.pk, today=today)
    first = min(nearest, current.plus(1 - SHOWN_MONTHS))
    lines = Line.objects.filter(brand=brand, period__gte=str(first)).order_by()
    sums = list(lines.values_list("period", "currency").annotate(Sum("amount"), Count("pk")))
    closed = {
        closed.period: closed
        for closed in ClosedPeriod.objects.filter(brand=brand, period__gte=str(first)).select_related("closed_by")
    }
    known = [current, nearest, *map(Period.parse, closed), *(Period.parse(period) for period, *_ in sums)]
    months = {
        str(period): Month(period, closed.get(str(period)), is_next=period == nearest, is_over=period.last_day < today)
        for period in min(known).through(max(known))
    }
    for period, currency, total, count in sorted(sums):
        months[period].lines += count
        months[period].sums.append((total, currency))
    return list(months.values())[::-1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not yet in the lines of a month that is about to be closed."""

    deliveries: int
    is_directory_new: bool
    affiliates: int
    parked: int
    unreported: int  # customers
    rates: list[NoRate]


def waiting_for(*, brand: Brand, period: Period) -> Waiting:
    """Return the work, records and rates that a period still waits for."""
    return Waiting(
        deliveries=Outbox.objects.filter(brand=brand).count(),
        is_directory_new=brand.pk in brands_to_resolve(),
        affiliates=Touched.objects.filter(brand=brand).values("affiliate").distinct().count(),
        parked=Activity.objects.filter(
            brand=brand, state=State.PARKED, day__range=(period.first_day, period.last_day)
        ).count(),
        unreported=_unreported(brand=brand, period=period),
        rates=[rate for rate in missing_rates(brand=brand) if rate.day in period],
    )


def _unreported(*, brand: Brand, period: Period) -> int:
    # Counted by the sums, which are by customer; no index leads from a customer to all of his records.
    awaited = not_reported(brand=brand).values("pk")[:LOOKED_AT]
    days = CustomerDay.objects.filter(brand=brand, customer__in=awaited, day__range=(period.first_day, period.last_day))
    return days.values("customer").distinct().count()


def by_affiliate(*, brand: Brand, period: Period) -> list[tuple[Affiliate, list[tuple[Decimal, str]]]]:
    """Return what each affiliate's lines of a period add up to, by currency."""
    sums: dict[int, list[tuple[Decimal, str]]] = defaultdict(list)
    lines = Line.objects.filter(brand=brand, period=str(period)).order_by("affiliate", "currency")
    for affiliate, currency, total in lines.values_list("affiliate", "currency").annotate(Sum("amount")):
        sums[affiliate].append((total, currency))
    affiliates = Affiliate.objects.filter(brand=brand).in_bulk(list(sums))
    return sorted(((affiliates[number], totals) for number, totals in sums.items()), key=lambda row: row[0].code)


@admin.register(ClosedPeriod)
class PeriodAdmin(BrandAdmin):
    """Months, open and closed."""

    area = Area.PERIODS
    nouns = "periods"

    def get_urls(self) -> list[URLPattern]:
        close = path("<str:period>/close/", self.admin_site.admin_view(self.close), name="commissions_period_close")
        return [close, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        scope = scope_of(request)
        self.require(scope.sees(self.area))
        context = {
            **self.context(request),
            "title": "Periods",
            "months": months_of(brand=scope.brand, today=scope.today),
            "may_close": scope.changes(Area.PERIODS),
        }
        return TemplateResponse(request, "admin/commissions/periods.html", context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A closed period's page is the list of its entries."""
        if object_id is None:
            raise Http404
        closed = self.find(request, object_id)
        self.require(self.has_view_permission(request, closed))
        return HttpResponseRedirect(reverse("admin:commissions_entry_changelist") + f"?period={closed.period}")

    def close(self, request: HttpRequest, period: str) -> HttpResponse:
        """Show what closing a period posts and what is still missing, and close it when that is confirmed."""
        scope = scope_of(request)
        self.require(scope.changes(Area.PERIODS))
        try:
            wanted = Period.parse(period)
        except NotAPeriod as error:
            raise Http404 from error
        month = next((one for one in months_of(brand=scope.brand, today=scope.today) if one.period == wanted), None)
        if month is None or not month.is_next:
            messages.warning(request, f"{wanted} cannot be closed now. Periods close in order, once each.")
            return HttpResponseRedirect(self.list_url)

        def store() -> tuple[str, str]:
            closed = services.close_period(brand=scope.brand, period=wanted, by=scope.user, now=scope.now)
            entries = "1 entry is" if closed.entries == 1 else f"{closed.entries:,} entries are"
            return f"{wanted} is closed: {entries} posted.", self.list_url

        return self.answer_form(
            request,
            self.bind(request, BrandForm),
            store,
            title=f"Close {wanted}",
            button=f"Close {wanted} for good",
            back=self.list_url,
            template="admin/commissions/close_period.html",
            extra={
                "month": month,
                "waiting": waiting_for(brand=scope.brand, period=wanted),
                "affiliates": by_affiliate(brand=scope.brand, period=wanted),
                "may_save": month.is_over,
                "is_grave": True,
            },
        )
