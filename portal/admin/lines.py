"""Lines in the operators' pages: every amount with its calculation, down to the stored bytes."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from affiliates.admin.filters import AffiliateFilter
from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions.models import Component, Line, Plan
from commissions.models.ledger import LineState
from commissions.models.terms import Kind
from commissions.queries.explaining import explain
from ingestion.models import Customer
from ingestion.queries.kpis import count_kpis
from portal.admin.periods import PeriodFilter, sums_by_currency
from portal.queries.adjustments import is_taken_back, why_taken_back
from portal.queries.left_out import left_out
from portal.queries.terms import line_terms
from portal.wording import Reader, chapters, with_left_out

ON_A_PAGE = 50
PAGE_DIGITS = 6


class PlanFilter(admin.SimpleListFilter):
    """One plan, by name."""

    title = "plan"
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        plans = Plan.objects.filter(brand=scope_of(request).brand).order_by("name")
        return [(name, name) for name in plans.values_list("name", flat=True)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(plan__name=self.value()) if self.value() else queryset


class ComponentFilter(admin.SimpleListFilter):
    """One component, by name, through all versions."""

    title = "component"
    parameter_name = "component"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = Component.objects.filter(brand=scope_of(request).brand).order_by("name")
        return [(name, name) for name in names.values_list("name", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(component__name=self.value()) if self.value() else queryset


@admin.register(Line)
class LineAdmin(BrandAdmin):
    """What affiliates earn, line by line."""

    area = Area.LINES
    intro = "Each line is one amount with its calculation. Lines are provisional until their period closes."
    empty_title = "No line yet"
    empty_text = "Lines appear seconds after an attributed customer of an affiliate with a plan does what it pays for."
    page_template = "admin/lines/line.html"
    change_list_template = "admin/lines/list.html"
    list_display = (
        "period",
        "affiliate",
        "plan_version",
        "component",
        "customer_shown",
        "amount_shown",
        "available",
        "state_shown",
    )
    list_display_links = ("period", "amount_shown")
    list_select_related = ("affiliate", "plan", "version", "component", "customer")
    list_filter = (PeriodFilter, AffiliateFilter, PlanFilter, ComponentFilter, "state")
    search_fields = ("key",)
    search_help_text = "Line key or customer id"
    ordering = ("-period", "-pk")

    available = columns.day_column("available_on", "available on")

    @admin.display(description="plan", ordering="plan__name")
    def plan_version(self, row: Line) -> str:
        return f"{row.plan.name} v{row.version.number}"

    @admin.display(description="customer")
    def customer_shown(self, row: Line) -> str:
        return row.customer.key if row.customer else "all"

    @admin.display(description="amount", ordering="amount")
    def amount_shown(self, row: Line) -> SafeString | str:
        return columns.amount(row.amount, row.currency)

    @admin.display(description="state", ordering="state")
    def state_shown(self, row: Line) -> SafeString:
        label = LineState(row.state).label
        if row.reason:
            label += f", {row.reason.replace('_', ' ')}"
        if row.period != row.source_period:
            label += f", adjusts {row.source_period}"
        return columns.chip(row.state, label)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        customers = Customer.objects.filter(brand=scope_of(request).brand, key=term).values_list("pk", flat=True)
        return queryset.filter(key__startswith=term.lower()) | queryset.filter(customer__in=list(customers)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None) or {}
        if "cl" in context and request.GET.get("period"):
            context["sums"] = sums_by_currency(context["cl"].queryset)
        return answer

    def get_urls(self) -> list[URLPattern]:
        records = path(
            "<int:line_id>/records/", self.admin_site.admin_view(self.records), name="commissions_line_records"
        )
        return [records, *super().get_urls()]

    def records(self, request: HttpRequest, line_id: int) -> HttpResponse:
        """Show the records that went into a line, each with its bytes as they were sent."""
        scope = scope_of(request)
        self.require(scope.sees(self.area))
        line = self.find(request, str(line_id))
        asked = request.GET.get("page", "1")
        page = int(asked) if asked.isdecimal() and 0 < len(asked) < PAGE_DIGITS else 1
        explained = explain(brand=scope.brand, line=line, offset=max(page - 1, 0) * ON_A_PAGE, limit=ON_A_PAGE)
        counts = count_kpis(brand=scope.brand)
        context = {
            **self.context(request),
            "title": f"Records behind {columns.grouped(line.amount, line.currency)} {line.currency}",
            "subject": line,
            "back": self.url("change", line),
            "explained": explained,
            "sums": [(kpi, total, "" if kpi in counts else line.currency) for kpi, total in explained.sums.items()],
            "pays_registration": pays_registration(line),
            "page": Paginator(range(explained.records_in_all), ON_A_PAGE).get_page(page),
        }
        return TemplateResponse(request, "admin/lines/records.html", context)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("working")

    def page_context(self, request: HttpRequest, subject: Line) -> dict[str, Any]:
        brand = scope_of(request).brand
        named = {int(step["customer"]) for step in subject.working if "customer" in step}
        keys = dict(Customer.objects.filter(brand=brand, pk__in=named).values_list("pk", "key")) if named else {}
        counts = count_kpis(brand=brand)
        reader = Reader(subject.currency, counts=counts, names=lambda number: keys.get(number, f"number {number}"))
        before = Line.objects.filter(brand=brand, base_key=subject.base_key, period__lt=subject.period)
        posted = before.aggregate(total=Sum("amount"))["total"] or 0
        return {
            "title": f"{subject.component} of {subject.affiliate.name}",
            "terms": line_terms(brand=brand, line=subject),
            "records_url": self.url("records", subject),
            "chapters": with_left_out(
                chapters(subject.working, reader=reader),
                [one.sentence for one in left_out(brand=brand, line=subject)],
            ),
            "is_adjustment": subject.period != subject.source_period,
            "posted_before": posted,
            "taken_back": why_taken_back(brand=brand, line=subject, reader=reader) if is_taken_back(subject) else "",
            "wanted": subject.amount + posted,
            "kind": Kind(subject.component.kind).label,
            "pays_registration": pays_registration(subject),
        }


def pays_registration(line: Line) -> bool:
    """Whether what the line pays for is that the brand reported the customer."""
    return line.customer is not None and line.component.terms.get("trigger") == "registration"
