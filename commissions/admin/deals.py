"""Deals in the operators' pages: who has which plan, from when until when."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from affiliates.admin.filters import RunningFilter
from affiliates.admin.owned import OwnedAdmin
from affiliates.models import Affiliate, Campaign
from brands.desk import columns
from brands.desk.forms import BrandForm, CodeField, DayField, choose_all
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions import services
from commissions.models import Deal, Plan


class NewDealForm(BrandForm):
    affiliate = CodeField(model=Affiliate, help_text="The affiliate's code.")
    plan = CodeField(model=Plan, by="name", help_text="The plan's name.")
    campaign = CodeField(
        model=Campaign,
        required=False,
        help_text="Only for customers of this campaign; it beats the general deal. Empty: for all.",
    )
    starts_on = DayField(label="First day")
    ends_on = DayField(required=False, label="Last day", help_text="Empty: open.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_all(self)


class DealForm(BrandForm):
    plan = CodeField(model=Plan, by="name", help_text="The plan's name.")
    starts_on = DayField(label="First day")
    ends_on = DayField(required=False, label="Last day", help_text="Empty: open.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_all(self)


@admin.register(Deal)
class DealAdmin(OwnedAdmin):
    """Which plan an affiliate has."""

    area = Area.TERMS
    intro = "Gives a plan to an affiliate. Two deals of one affiliate for the same campaign cannot overlap."
    empty_title = "No deal yet"
    empty_text = "Without a deal an affiliate earns by the default plan, or nothing if there is none."
    add_form = NewDealForm
    change_form = DealForm
    removable = True
    list_display = ("affiliate", "plan", "campaign", "first_day", "last_day")
    list_select_related = ("affiliate", "plan", "campaign")
    list_filter = (RunningFilter,)
    search_fields = ("affiliate__code", "affiliate__name", "plan__name", "campaign__code")
    search_help_text = "Affiliate, plan or campaign"
    ordering = ("affiliate__code", "-starts_on")

    first_day = columns.day_column("starts_on", "first day")

    @admin.display(description="last day", ordering="ends_on")
    def last_day(self, row: Deal) -> str | SafeString:
        return str(row.ends_on) if row.ends_on else columns.chip("", "open")

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Deal:
        scope = scope_of(request)
        return services.create_deal(**data, by=scope.user, now=scope.now)

    def change(self, request: HttpRequest, subject: Deal, data: dict[str, Any]) -> None:
        scope = scope_of(request)
        services.change_deal(deal=subject, **data, by=scope.user, now=scope.now)

    def remove(self, request: HttpRequest, subject: Deal) -> None:
        scope = scope_of(request)
        services.delete_deal(deal=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: Deal) -> str:
        return (
            "It counts as if it had never been. To end it, give it a last day instead. "
            "Open months are computed again; closed ones get adjustments."
        )
