"""Promo codes in the operators' pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from affiliates import services
from affiliates.admin.forms import NewPromoCodeForm
from affiliates.admin.owned import OwnedAdmin
from affiliates.models import PromoCode
from brands.desk import columns
from brands.desk.scope import scope_of
from brands.roles import Area


@admin.register(PromoCode)
class PromoCodeAdmin(OwnedAdmin):
    """Words that customers type when they register."""

    area = Area.AFFILIATES
    intro = "A customer who registers with one of these words is attributed to its affiliate."
    empty_title = "No promo code yet"
    empty_text = "Give an affiliate a word for places where a link does not work: videos, podcasts, print."
    add_form = NewPromoCodeForm
    list_display = ("code", "affiliate", "campaign", "made")
    list_display_links = None
    list_select_related = ("affiliate", "campaign")
    search_fields = ("code", "affiliate__code", "affiliate__name")
    search_help_text = "Code or affiliate"
    ordering = ("folded",)

    @admin.display(description="created", ordering="created_at")
    def made(self, row: PromoCode) -> SafeString | str:
        return columns.moment(row.created_at)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> PromoCode:
        scope = scope_of(request)
        return services.create_promo_code(**data, by=scope.user, now=scope.now)
