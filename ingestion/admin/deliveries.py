"""Deliveries in the operators' pages: every request with its bytes as received, and the records it brought."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.scope import scope_of
from brands.roles import Area
from ingestion.admin.stored_bytes import pretty
from ingestion.models import Activity, Customer, Delivery, Outbox, SupersededActivity
from ingestion.models.deliveries import Source
from ingestion.queries.kpis import count_kpis

SHOWN = 200  # errors, customers and earlier versions of a delivery on its page
SHOWN_BYTES = 50 * 1024
ON_A_PAGE = 100
PLACE_DIGITS = 10


class OutcomeFilter(admin.SimpleListFilter):
    """Deliveries with rejected records."""

    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("rejected", "With rejected records")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(rejected__gt=0) if self.value() == "rejected" else queryset


class AgeFilter(admin.SimpleListFilter):
    """How long ago a delivery came."""

    title = "received"
    parameter_name = "received"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Last 24 hours"), ("7", "Last 7 days"), ("30", "Last 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = {"1": 1, "7": 7, "30": 30}.get(self.value() or "")
        if days is None:
            return queryset
        return queryset.filter(received_at__gte=scope_of(request).now - timedelta(days=days))


@admin.register(Delivery)
class DeliveryAdmin(BrandAdmin):
    """What the brand sent, request by request."""

    area = Area.RECORDS
    nouns = "deliveries"
    intro = "Every request as it was received. Customers, activities and sums can be rebuilt from it at any time."
    empty_title = "Nothing was received yet"
    empty_text = "Issue a brand token and give it to the brand's engineers. Their first request shows up here."
    page_template = "admin/ingestion/delivery.html"
    list_display = (
        "received_moment",
        "uid",
        "source_shown",
        "entity",
        "received_count",
        "accepted_count",
        "duplicates_count",
        "rejected_count",
    )
    list_display_links = ("received_moment", "uid")
    list_filter = (AgeFilter, OutcomeFilter, "source", "entity")
    search_fields = ("uid", "request_id")
    search_help_text = "Delivery or request id, from its beginning"
    ordering = ("-position",)
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description="received", ordering="position")
    def received_moment(self, row: Delivery) -> SafeString | str:
        return columns.moment(row.received_at)

    @admin.display(description="source", ordering="source")
    def source_shown(self, row: Delivery) -> str:
        return Source(row.source).label

    @admin.display(description="records")
    def received_count(self, row: Delivery) -> int:
        return row.received

    @admin.display(description="accepted")
    def accepted_count(self, row: Delivery) -> int:
        return row.accepted

    @admin.display(description="duplicates")
    def duplicates_count(self, row: Delivery) -> int:
        return row.duplicates

    @admin.display(description="rejected")
    def rejected_count(self, row: Delivery) -> SafeString | str:
        return columns.chip("rejected", str(row.rejected)) if row.rejected else "0"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body", "errors")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(uid__startswith=term.upper()) | queryset.filter(request_id=term), False

    def page_context(self, request: HttpRequest, subject: Delivery) -> dict[str, Any]:
        brand = scope_of(request).brand
        own = {"brand": brand, "delivery": subject}
        body = bytes(subject.body)
        counts = count_kpis(brand=brand)
        asked = request.GET.get("record", "")
        activities = Activity.objects.filter(**own).select_related("customer").order_by("index")
        superseded = (
            SupersededActivity.objects.filter(**own).select_related("customer", "replaced_by").order_by("index")
        )
        page = page_of(activities, record=asked, page=request.GET.get("page", ""))
        return {
            "written": pretty(body[:SHOWN_BYTES]),
            "is_cut": len(body) > SHOWN_BYTES,
            "size": len(body),
            "fingerprint": bytes(subject.sha256).hex(),
            "errors": subject.errors[:SHOWN],
            "shown_kilobytes": SHOWN_BYTES // 1024,
            "page": page,
            "asked_record": asked,
            "activities": [(row, facts_of(row, counts=counts)) for row in page],
            "customers": Customer.objects.filter(**own).order_by("index")[:SHOWN],
            "superseded": superseded[:SHOWN],
            "waits": Outbox.objects.filter(brand=brand, delivery_id=subject.pk).exists(),
        }


def page_of(activities: QuerySet[Activity], *, record: str, page: str) -> Page[Activity]:
    """Return a page of a delivery's activities: the one asked for, or that on which the record of a place is."""
    pages = Paginator(activities, ON_A_PAGE)
    if not page and record.isascii() and record.isdigit() and len(record) < PLACE_DIGITS:
        return pages.get_page(activities.filter(index__lt=int(record)).count() // ON_A_PAGE + 1)
    return pages.get_page(page)


def facts_of(row: Activity | SupersededActivity, *, counts: Collection[str]) -> list[SafeString | str]:
    """Return each KPI of a record with its amount, as people read it; those of `counts` are in no currency."""
    return [
        columns.labelled(kpi, amount, "" if kpi in counts else row.currency)
        for kpi, amount in zip(row.kpis, row.amounts, strict=True)
    ]
