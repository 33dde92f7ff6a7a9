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
from affiliates.rules.landing import leads_somewhere
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
    list_select_related = ("affiliate", "campaign", "brand")
    list_filter = (WorkingFilter,)
    search_fields = ("code", "affiliate__code", "affiliate__name", "campaign__code")
    search_help_text = "Link, affiliate or campaign"
    ordering = ("code",)

    @admin.display(description="address")
    def address(self, row: TrackingLink) -> SafeString:
        return format_html('<span class="mono">{}</span>', address_of(row))

    @admin.display(description="leads to", ordering="landing_url")
    def landing(self, row: TrackingLink) -> str:
        return leads_to(row)

    @admin.display(description="state", ordering="is_active")
    def works(self, row: TrackingLink) -> SafeString:
        return columns.chip(*state_of(row))

    def page_context(self, request: HttpRequest, subject: TrackingLink) -> dict[str, Any]:
        state = None if state_of(subject) == WORKS else state_of(subject)
        return {**super().page_context(request, subject), "address": address_of(subject), "link_state": state}

    def add(self, request: HttpRequest, data: dict[str, Any]) -> TrackingLink:
        scope = scope_of(request)
        return services.create_link(
            **{**data, "code": data["code"] or None, "landing_url": data["landing_url"] or None},
            by=scope.user,
            now=scope.now,
        )

    def change(self, request: HttpRequest, subject: TrackingLink, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        was_active = subject.is_active
        services.change_link(
            link=subject,
            landing_url=data["landing_url"] or None,
            is_active=data["is_active"],
            by=scope.user,
            now=scope.now,
        )
        if was_active == subject.is_active:
            return f"{subject} is stored."
        return f"{subject} works again." if subject.is_active else f"{subject} is switched off."


WORKS = ("active", "Works")
SWITCHED_OFF = ("suspended", "Switched off")
LEADS_NOWHERE = ("blocked", "Leads nowhere")


def state_of(link: TrackingLink) -> tuple[str, str]:
    """Return whether a link takes visitors anywhere, as a word for programs and one for people. Reads its brand."""
    if not link.is_active:
        return SWITCHED_OFF
    leads = leads_somewhere(landing_url=link.landing_url, brand_landing_url=link.brand.landing_url)
    return WORKS if leads else LEADS_NOWHERE


def leads_to(link: TrackingLink) -> str:
    """Return where a link takes visitors, in words where that is the brand's page. Reads its brand."""
    if link.landing_url:
        return link.landing_url
    return "the brand's landing page" if link.brand.landing_url else "nowhere: the brand has no landing page"


def address_of(link: TrackingLink) -> str:
    """Return the address that an affiliate puts on his page."""
    return f"{settings.BASE_URL}/c/{link.code}"
