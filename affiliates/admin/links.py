"""Tracking links in the operators' pages."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from affiliates import services
from affiliates.admin.filters import WorkingFilter
from affiliates.admin.forms import LinkForm, NewLinkForm
from affiliates.admin.owned import OwnedAdmin
from affiliates.models import TrackingLink
from brands.desk import columns
from brands.desk.scope import scope_of
from brands.roles import Area


@admin.register(TrackingLink)
class TrackingLinkAdmin(OwnedAdmin):
    """Addresses that lead visitors to the brand, and say who sent them."""

    area = Area.AFFILIATES
    noun = "link"
    intro = "An affiliate puts this address on his page. It leads to the brand, with signed tracking data."
    empty_title = "No link yet"
    empty_text = "Create one for an affiliate; the brand needs a landing page in its settings first."
    add_form = NewLinkForm
    change_form = LinkForm
    keeps_history = True
    why_fixed = "Whose it is never changes, so that the tokens of visitors who are under way stay true."
    list_display = ("code", "address", "affiliate", "campaign", "landing", "works")
    list_select_related = ("affiliate", "campaign")
    list_filter = (WorkingFilter,)
    search_fields = ("code", "affiliate__code", "affiliate__name", "campaign__code")
    search_help_text = "Link, affiliate or campaign"
    ordering = ("code",)

    @admin.display(description="address")
    def address(self, row: TrackingLink) -> SafeString:
        return format_html('<span class="mono unbroken">{}</span>', address_of(row))

    @admin.display(description="leads to", ordering="landing_url")
    def landing(self, row: TrackingLink) -> str:
        return row.landing_url or "the brand's landing page"

    @admin.display(description="state", ordering="is_active")
    def works(self, row: TrackingLink) -> SafeString:
        return columns.chip("active", "Works") if row.is_active else columns.chip("suspended", "Switched off")

    def page_context(self, request: HttpRequest, subject: TrackingLink) -> dict[str, Any]:
        return {**super().page_context(request, subject), "address": address_of(subject)}

    def add(self, request: HttpRequest, data: dict[str, Any]) -> TrackingLink:
        scope = scope_of(request)
        return services.create_link(
            **{**data, "code": data["code"] or None, "landing_url": data["landing_url"] or None},
            by=scope.user,
            now=scope.now,
        )

    def change(self, request: HttpRequest, subject: TrackingLink, data: dict[str, Any]) -> None:
        scope = scope_of(request)
        services.change_link(
            link=subject,
            landing_url=data["landing_url"] or None,
            is_active=data["is_active"],
            by=scope.user,
            now=scope.now,
        )


def address_of(link: TrackingLink) -> str:
    """Return the address that an affiliate puts on his page."""
    return f"{settings.BASE_URL}/c/{link.code}"
