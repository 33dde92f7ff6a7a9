"""Deals in the operators' pages: who has which plan, from when until when."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from affiliates.admin.filters import RunningFilter
from affiliates.admin.owned import OwnedAdmin
from affiliates.models import Affiliate, Campaign
from brands.desk import columns
from brands.desk.forms import BrandForm, CodeField, DayField, choose_all
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions import services
from commissions.admin.asking import ask, deal_reaches, is_confirmed, months_changed
from commissions.models import Deal, Plan
from commissions.queries.periods import closed_through


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

    def clean(self) -> dict[str, Any]:
        affiliate, campaign = self.cleaned_data.get("affiliate"), self.cleaned_data.get("campaign")
        if affiliate is not None and campaign is not None and campaign.affiliate_id != affiliate.pk:
            self.add_error("campaign", f"{campaign.code} is another affiliate’s campaign.")
        return days_checked(self)


class DealForm(BrandForm):
    plan = CodeField(model=Plan, by="name", help_text="The plan's name.")
    starts_on = DayField(label="First day")
    ends_on = DayField(required=False, label="Last day", help_text="Empty: open.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_all(self)

    def clean(self) -> dict[str, Any]:
        return days_checked(self)


def days_checked(form: BrandForm) -> dict[str, Any]:
    """Mark a last day that is before the first one."""
    starts_on, ends_on = form.cleaned_data.get("starts_on"), form.cleaned_data.get("ends_on")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        form.add_error("ends_on", f"The last day is before the first one, {starts_on}.")
    return form.cleaned_data


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

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Deal | HttpResponse:
        scope = scope_of(request)
        deal = services.create_deal(**data, by=scope.user, now=scope.now)
        return self._ask_first(request, deal, since=deal.starts_on) or deal

    def change(self, request: HttpRequest, subject: Deal, data: dict[str, Any]) -> HttpResponse | None:
        scope = scope_of(request)
        since = first_day_changed(subject, **data)
        services.change_deal(deal=subject, **data, by=scope.user, now=scope.now)
        return None if since is None else self._ask_first(request, subject, since=since)

    def _ask_first(self, request: HttpRequest, deal: Deal, *, since: date) -> HttpResponse | None:
        """Return the page that asks once more where closed months change; None where none does."""
        scope = scope_of(request)
        closed = closed_through(brand_id=scope.brand.pk)
        if is_confirmed(request) or closed is None or since > closed.last_day:
            return None
        months = months_changed(brand=scope.brand, since=since, today=scope.today)
        months += deal_reaches(deal=deal, since=since)
        title = f"This changes what {deal.affiliate.name} earned in closed months"
        return ask(self, request, title=title, months=months, back=self.list_url)

    def remove(self, request: HttpRequest, subject: Deal) -> None:
        scope = scope_of(request)
        services.delete_deal(deal=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: Deal) -> str:
        return (
            "It counts as if it had never been. To end it, give it a last day instead. "
            "Open months are computed again; closed ones get adjustments."
        )


def first_day_changed(deal: Deal, *, plan: Plan, starts_on: date, ends_on: date | None) -> date | None:
    """Return the first day on which a deal as it is stored and as it is wanted differ; None when they do not."""
    if deal.plan_id != plan.pk or deal.starts_on != starts_on:
        return min(deal.starts_on, starts_on)
    days = [day + timedelta(days=1) for day in (deal.ends_on, ends_on) if day is not None]
    return None if deal.ends_on == ends_on else min(days)
