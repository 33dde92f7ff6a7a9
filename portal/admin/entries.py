"""Entries in the operators' pages: the ledger, which only ever grows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from affiliates.admin.filters import AffiliateFilter
from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions.models import Entry, Line
from portal.admin.periods import PeriodFilter, sums_by_currency


@admin.register(Entry)
class EntryAdmin(BrandAdmin):
    """What was posted when periods closed."""

    area = Area.LINES
    nouns = "entries"
    intro = "What was posted to the ledger when periods closed. They never change; a mistake is a further entry."
    empty_title = "Nothing is posted yet"
    empty_text = "Entries come into being when a period is closed."
    page_template = "admin/lines/entry.html"
    change_list_template = "admin/lines/list.html"
    list_display = ("period", "affiliate", "source_period", "amount_shown", "available", "posted")
    list_display_links = ("period", "amount_shown")
    list_select_related = ("affiliate",)
    list_filter = (PeriodFilter, AffiliateFilter)
    search_fields = ("key__startswith",)
    search_help_text = "Key of the line"
    ordering = ("-pk",)

    available = columns.day_column("available_on", "available on")

    @admin.display(description="amount", ordering="amount")
    def amount_shown(self, row: Entry) -> SafeString | str:
        return columns.amount(row.amount, row.currency)

    @admin.display(description="posted", ordering="posted_at")
    def posted(self, row: Entry) -> SafeString | str:
        return columns.moment(row.posted_at)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None) or {}
        if "cl" in context and request.GET.get("period"):
            context["sums"] = sums_by_currency(context["cl"].queryset)
        return answer

    def page_context(self, request: HttpRequest, subject: Entry) -> dict[str, Any]:
        line = Line.objects.filter(brand=scope_of(request).brand, key=subject.key).first()
        return {"line": line, "title": f"Entry of {subject.affiliate.name}"}
