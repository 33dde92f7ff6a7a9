"""Promo codes in the operators' pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from affiliates import services
from affiliates.admin.filters import RunningFilter
from affiliates.admin.forms import NewPromoCodeForm, PromoCodeDaysForm
from affiliates.admin.owned import OwnedAdmin
from affiliates.models import PromoCode
from brands.desk import columns
from brands.desk.scope import scope_of
from brands.roles import Area


@admin.register(PromoCode)
class PromoCodeAdmin(OwnedAdmin):
    """Words that customers type when they register, from a first day through a last one."""

    area = Area.AFFILIATES
    intro = "A customer who registers with one of these words, while it is in force, is attributed to its affiliate."
    empty_title = "No promo code yet"
    empty_text = "Give an affiliate a word for places where a link does not work: videos, podcasts, print."
    add_form = NewPromoCodeForm
    change_form = PromoCodeDaysForm
    keeps_history = True
    why_fixed = (
        "Whose it is and how it is written never change, because decisions about customers rest on them. To give the "
        "word to somebody else, end it here and add it anew from the day after."
    )
    list_display = ("code", "affiliate", "campaign", "first_day", "last_day", "made")
    list_select_related = ("affiliate", "campaign")
    list_filter = (RunningFilter,)
    search_fields = ("code", "affiliate__code", "affiliate__name")
    search_help_text = "Code or affiliate"
    ordering = ("folded", "starts_on")

    @admin.display(description="first day", ordering="starts_on")
    def first_day(self, row: PromoCode) -> str:
        return str(row.starts_on or "the beginning")

    @admin.display(description="last day", ordering="ends_on")
    def last_day(self, row: PromoCode) -> str | SafeString:
        return str(row.ends_on) if row.ends_on else columns.chip("", "open")

    @admin.display(description="created", ordering="created_at")
    def made(self, row: PromoCode) -> SafeString | str:
        return columns.moment(row.created_at)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> PromoCode:
        scope = scope_of(request)
        return services.create_promo_code(**data, by=scope.user, now=scope.now)

    def change(self, request: HttpRequest, subject: PromoCode, data: dict[str, Any]) -> None:
        scope = scope_of(request)
        services.change_promo_code(promo_code=subject, **data, by=scope.user, now=scope.now)
