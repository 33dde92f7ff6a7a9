"""Exchange rates in the operators' pages: what is known, what is missing, and two ways to enter more."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.forms import BrandForm, CurrencyField, DayField
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions.queries.rates_missing import missing_rates
from ingestion.models import FxRate
from ingestion.rates.entering import SOURCES, TYPED, UPLOAD, enter_rates
from ingestion.rates.quotes import Quote, RateRefused, read_quote
from ingestion.rates.upload import COLUMNS, read_csv

SHOWN = 500


class RateForm(BrandForm):
    day = DayField(label="Day")
    base = CurrencyField(label="One unit of")
    quote = CurrencyField(label="is worth, in")
    rate = forms.CharField(
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text="A plain number such as 1.0850.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                data["stated"] = read_quote(
                    day=data["day"].isoformat(), base=data["base"], quote=data["quote"], rate=data["rate"]
                )
            except RateRefused as refused:
                raise forms.ValidationError(str(refused), code="refused") from refused
        return data


class UploadForm(BrandForm):
    file = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=f"UTF-8, its first line {','.join(COLUMNS)}, then one rate a line: 2026-01-05,EUR,USD,1.0850",
    )


class PairFilter(admin.SimpleListFilter):
    """The currencies that occur."""

    title = "currency"
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rates = FxRate.objects.filter(brand=scope_of(request).brand).order_by("quote")
        return [(code, code) for code in rates.values_list("quote", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(quote=self.value()) if self.value() else queryset


class SourceFilter(admin.SimpleListFilter):
    """The ways in which rates have come."""

    title = "source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rates = FxRate.objects.filter(brand=scope_of(request).brand).order_by("source")
        return [(source, source_in_words(source)) for source in rates.values_list("source", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(source=self.value()) if self.value() else queryset


def source_in_words(source: str) -> str:
    """Write where a rate came from for people."""
    said = SOURCES.get(source, source)
    return said[:1].upper() + said[1:]


@admin.register(FxRate)
class FxRateAdmin(BrandAdmin):
    """Daily rates between currencies."""

    area = Area.RATES
    noun = "rate"
    nouns = "exchange rates"
    intro = "Amounts in another currency than a plan's count at the rate of their day, or of up to seven days before."
    empty_title = "No rates yet"
    empty_text = "The European Central Bank's rates come by themselves. Enter others here."
    add_form = RateForm
    list_display = ("on", "pair", "rate_shown", "source_shown", "entered")
    list_display_links = None
    list_filter = (PairFilter, SourceFilter)
    search_fields = ("day__startswith",)
    search_help_text = "Day, as 2026-01-31"
    ordering = ("-day", "base", "quote", "-pk")

    on = columns.day_column("day", "day")
    change_list_template = "admin/commissions/rates.html"

    @admin.display(description="pair")
    def pair(self, row: FxRate) -> str:
        return f"{row.base}/{row.quote}"

    @admin.display(description="rate")
    def rate_shown(self, row: FxRate) -> str:
        return f"1 {row.base} = {columns.grouped(row.rate)} {row.quote}"

    @admin.display(description="source", ordering="source")
    def source_shown(self, row: FxRate) -> str:
        return source_in_words(row.source)

    @admin.display(description="entered", ordering="entered_at")
    def entered(self, row: FxRate) -> SafeString | str:
        return columns.moment(row.entered_at)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        try:
            day = DayField().clean(search_term.strip()) if search_term.strip() else None
        except forms.ValidationError:
            messages.info(request, "Search for a day, written as 2026-01-31.")
            return queryset.none(), False
        return queryset.filter(day=day) if day else queryset, False

    def get_urls(self) -> list[URLPattern]:
        upload = path("upload/", self.admin_site.admin_view(self.upload), name="ingestion_fxrate_upload")
        missing = path("missing/", self.admin_site.admin_view(self.missing), name="ingestion_fxrate_missing")
        return [upload, missing, *super().get_urls()]

    def missing(self, request: HttpRequest) -> HttpResponse:
        """List the days and currencies whose amounts count for nothing until a rate is entered."""
        scope = scope_of(request)
        self.require(scope.sees(self.area))
        context = {
            **self.context(request),
            "title": "Missing rates",
            "missing": missing_rates(brand=scope.brand)[:SHOWN],
            "may_enter": scope.changes(Area.RATES),
        }
        return TemplateResponse(request, "admin/commissions/missing_rates.html", context)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Quote:
        scope = scope_of(request)
        stated: Quote = data["stated"]
        enter_rates(brand=scope.brand, quotes=[stated], source=TYPED, by=scope.user, now=scope.now)
        return stated

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Enter all rates of a CSV file, or none if one of them is wrong."""
        self.require(self.has_add_permission(request))
        scope = scope_of(request)
        form = self.bind(request, UploadForm)

        def store() -> tuple[str, str]:
            quotes = read_csv(form.cleaned_data["file"].read())
            entered = enter_rates(brand=scope.brand, quotes=quotes, source=UPLOAD, by=scope.user, now=scope.now)
            known = len(quotes) - entered
            rates = "1 rate is" if entered == 1 else f"{entered:,} rates are"
            already = "" if not known else f" {known:,} {'was' if known == 1 else 'were'} known already."
            return f"{rates} entered.{already}", self.list_url

        return self.answer_form(
            request,
            form,
            store,
            title="Upload rates",
            button="Upload",
            back=self.list_url,
            extra={
                "text": "All rates of the file are entered, or none. "
                "Open months are computed again; closed ones get adjustments."
            },
        )
