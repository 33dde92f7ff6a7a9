"""The brand's own settings. Two are locked once records exist; tracking patterns must be ones that can be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from attribution.rules.patterns import PatternInvalid, parse
from brands.admin.credentials import token_state
from brands.desk.base import BrandAdmin
from brands.desk.forms import BrandForm, CurrencyField, LinesField, Section, TimeZoneField
from brands.desk.scope import scope_of
from brands.models import Brand, BrandToken
from brands.models.brand import BrandState, Tracking, UnknownCustomer
from brands.roles import Area
from brands.services import FIXED_ONCE_RECORDS_EXIST
from ingestion.queries.records import records_exist
from ingestion.services import change_settings

SHOWN_TOKENS = 10
LOCKED = "Locked: records exist, and it decides what they mean."


class SettingsForm(BrandForm):
    name = forms.CharField(max_length=100)
    state = forms.ChoiceField(choices=BrandState.choices, help_text="A suspended brand's systems are refused.")
    reporting_currency = CurrencyField(help_text="Overviews are in it.")
    default_currency = CurrencyField(
        required=False, help_text="For amounts sent without a currency. Empty: such records are rejected."
    )
    timezone = TimeZoneField(
        label="Time zone", help_text="Decides days and months, and times sent without a zone. Europe/Malta, say."
    )
    requests_per_minute = forms.IntegerField(min_value=1, help_text="For each brand token.")
    # In words of its own, which fit half of the form.
    unknown_customer = forms.ChoiceField(
        choices=[(UnknownCustomer.PARK, "Keep it until he is reported"), (UnknownCustomer.REJECT, "Reject the record")],
        label="Activity of a customer never reported",
    )
    landing_url = forms.URLField(
        assume_scheme="https",
        required=False,
        max_length=500,
        label="Landing page",
        help_text="Where links lead. Begins with https://.",
    )
    landing_hosts = LinesField(
        required=False,
        rows=3,
        help_text="Hosts that links may lead to besides the landing page's own, one to a line: shop.example.com",
    )
    tracking = forms.ChoiceField(choices=Tracking.choices, label="Tracking data that counts")
    tracking_patterns = LinesField(
        required=False,
        rows=3,
        help_text="Shapes of tracking data of your own, one to a line, with {affiliate} and {campaign} in braces.",
    )
    attribution_window_days = forms.IntegerField(
        required=False,
        min_value=1,
        label="Attribution window in days",
        help_text="From the click to the registration. Empty: no limit.",
    )

    sections = (
        Section("The brand", ("name", "state", "reporting_currency")),
        Section(
            "What its records mean", ("timezone", "default_currency", "unknown_customer"), "Locked once records exist."
        ),
        Section("Links", ("landing_url", "landing_hosts")),
        Section("Attribution", ("tracking", "attribution_window_days", "tracking_patterns")),
        Section("Limits", ("requests_per_minute",)),
    )

    def clean_tracking_patterns(self) -> list[str]:
        patterns: list[str] = self.cleaned_data["tracking_patterns"]
        for pattern in patterns:
            try:
                parse(pattern)
            except PatternInvalid as invalid:
                raise forms.ValidationError(f"“{pattern}”: {invalid}.", code="invalid") from invalid
        return patterns

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if records_exist(brand=self.scope.brand):
            for name in FIXED_ONCE_RECORDS_EXIST:
                self.fields[name].disabled = True
                self.fields[name].help_text = LOCKED


@admin.register(Brand)
class BrandSettingsAdmin(BrandAdmin):
    """The one brand an operator works in: its settings are the list and the page."""

    area = Area.BRAND
    change_form = SettingsForm
    form_template = "admin/brands/settings.html"
    nouns = "settings"

    def get_queryset(self, request: HttpRequest) -> Any:
        return Brand.objects.filter(pk=scope_of(request).brand.pk)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require(self.has_view_permission(request))
        brand = scope_of(request).brand
        return HttpResponseRedirect(reverse("admin:brands_brand_change", args=[brand.pk]))

    def page_context(self, request: HttpRequest, subject: Brand) -> dict[str, Any]:
        scope = scope_of(request)
        tokens = (
            BrandToken.objects.filter(brand=subject).order_by("-created_at") if scope.sees(Area.CREDENTIALS) else ()
        )
        return {
            "title": "Brand settings",
            "tokens": [(token, *token_state(token)) for token in tokens[:SHOWN_TOKENS]],
            "sees_tokens": scope.sees(Area.CREDENTIALS),
        }

    def change(self, request: HttpRequest, subject: Brand, data: dict[str, Any]) -> None:
        scope = scope_of(request)
        change_settings(brand=subject, changes=data, by=scope.user, now=scope.now)
