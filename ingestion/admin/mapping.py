"""KPIs, events and aliases in the operators' pages: what the brand's words mean."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from brands.desk.forms import BrandForm, Suggesting
from brands.desk.scope import scope_of
from brands.roles import Area
from ingestion.admin.previewing import PreviewingAdmin
from ingestion.models import Alias, Event, Kpi
from ingestion.models.configuration import AliasKind, Identity, Unit
from ingestion.queries.meaning import present_meaning
from ingestion.queries.parked import LOOKED_AT, numeric_details
from ingestion.rules.standard import ACTIVITY_FIELDS, CUSTOMER_FIELDS, EVENTS, KPIS, PRODUCTS, STATUSES
from ingestion.services import DeleteAlias, DeleteEvent, DeleteKpi, Effect, SaveAlias, SaveEvent, SaveKpi


class KpiForm(BrandForm):
    name = forms.CharField(max_length=100, help_text="As the brand sends it; case, _ and - do not matter.")
    unit = forms.ChoiceField(choices=Unit.choices, help_text="Money needs a currency and is converted; counts are not.")


class KpiUnitForm(BrandForm):
    unit = forms.ChoiceField(choices=Unit.choices, help_text="Money needs a currency and is converted; counts are not.")


class EventForm(BrandForm):
    name = forms.CharField(max_length=100, help_text="As the brand sends it; case, _ and - do not matter.")
    identity = forms.ChoiceField(
        choices=Identity.choices,
        label="Two records are the same by",
        help_text="Fixed once records of the event exist.",
    )


class EventIdentityForm(BrandForm):
    identity = forms.ChoiceField(
        choices=Identity.choices,
        label="Two records are the same by",
        help_text="Fixed once records of the event exist.",
    )


class TargetField(forms.CharField):
    """What an alias leads to; the names known here are suggested."""

    widget = Suggesting

    def suggest(self, form: BrandForm) -> None:
        """Offer what the brand's aliases can lead to."""
        meaning = present_meaning(brand=form.scope.brand)
        kpis = sorted(kpi.name for kpi in meaning.kpi_by_name.values())
        named: tuple[tuple[str, str], ...] = (
            *((name, "KPI") for name in kpis),
            *((name, "event") for name in (*EVENTS, *meaning.events)),
            *((name, "status") for name in STATUSES),
            *((name, "product") for name in PRODUCTS),
            *((name, "field") for name in sorted({*ACTIVITY_FIELDS, *CUSTOMER_FIELDS})),
        )
        cast(Suggesting, self.widget).suggestions = named


class AliasForm(BrandForm):
    kind = forms.ChoiceField(choices=AliasKind.choices)
    alias = forms.CharField(max_length=128, label="The brand sends", help_text="Case, _ and - do not matter.")
    target = TargetField(max_length=128, label="It means")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.fields["target"]
        if isinstance(target, TargetField):
            target.suggest(self)


class AliasTargetForm(BrandForm):
    target = TargetField(max_length=128, label="It means")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.fields["target"]
        if isinstance(target, TargetField):
            target.suggest(self)


@admin.register(Kpi)
class KpiAdmin(PreviewingAdmin):
    """Figures the brand reports beside the standard ones."""

    area = Area.MAPPING
    noun = "KPI"
    intro = "Any figure the brand reports can be a KPI: it is then summed, shown, and can be paid for."
    empty_title = "No KPI of the brand's own"
    empty_text = "The standard ones of the vertical are known from the beginning."
    add_form = KpiForm
    change_form = KpiUnitForm
    removable = True
    list_display = ("name", "unit")
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("name",)
    change_list_template = "admin/ingestion/kpis.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        standard = [(kpi.name, Unit(kpi.unit).label) for kpi in KPIS[scope_of(request).brand.vertical]]
        return super().changelist_view(request, {"standard": standard, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        unexplained = path("fields/", self.admin_site.admin_view(self.unexplained), name="ingestion_kpi_fields")
        return [unexplained, *super().get_urls()]

    def unexplained(self, request: HttpRequest) -> HttpResponse:
        """List the numeric fields of known events that match no KPI: figures that nobody sums yet."""
        scope = scope_of(request)
        self.require(scope.sees(self.area))
        context = {
            **self.context(request),
            "title": "Figures that no KPI explains",
            "fields": numeric_details(brand=scope.brand),
            "looked_at": LOOKED_AT,
            "can_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/ingestion/fields.html", context)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        answer = self.configure(request, [SaveKpi(**data)])
        return data["name"] if isinstance(answer, Effect) else answer

    def change(self, request: HttpRequest, subject: Kpi, data: dict[str, Any]) -> HttpResponse | None:
        answer = self.configure(request, [SaveKpi(subject.name, data["unit"])])
        return None if isinstance(answer, Effect) else answer

    def remove(self, request: HttpRequest, subject: Kpi) -> HttpResponse | None:
        answer = self.configure(request, [DeleteKpi(subject.name)])
        return None if isinstance(answer, Effect) else answer

    def removal_text(self, request: HttpRequest, subject: Kpi) -> str:
        return "Records that only it explained are parked; nothing of them is lost."


@admin.register(Event)
class EventAdmin(PreviewingAdmin):
    """Event names that were agreed on."""

    area = Area.MAPPING
    intro = "Names of events that are known without being a KPI, and what makes two of their records the same."
    empty_title = "No event agreed on yet"
    empty_text = "KPIs, their aliases and DailyStats are known without an entry here."
    add_form = EventForm
    change_form = EventIdentityForm
    removable = True
    list_display = ("name", "identity")
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("name",)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        answer = self.configure(request, [SaveEvent(**data)])
        return data["name"] if isinstance(answer, Effect) else answer

    def change(self, request: HttpRequest, subject: Event, data: dict[str, Any]) -> HttpResponse | None:
        answer = self.configure(request, [SaveEvent(subject.name, data["identity"])])
        return None if isinstance(answer, Effect) else answer

    def remove(self, request: HttpRequest, subject: Event) -> HttpResponse | None:
        answer = self.configure(request, [DeleteEvent(subject.name)])
        return None if isinstance(answer, Effect) else answer

    def removal_text(self, request: HttpRequest, subject: Event) -> str:
        return "Its records are parked until somebody says what they mean; nothing of them is lost."


@admin.register(Alias)
class AliasAdmin(PreviewingAdmin):
    """Words of the brand that mean something known here."""

    area = Area.MAPPING
    nouns = "aliases"
    intro = "A word the brand sends for something that has another name here: an event, a status, a product or a field."
    empty_title = "No alias yet"
    empty_text = "They are made here, or from parked records with one click."
    add_form = AliasForm
    change_form = AliasTargetForm
    removable = True
    list_display = ("alias", "kind", "target")
    list_filter = ("kind",)
    search_fields = ("alias", "target")
    search_help_text = "Word or meaning"
    ordering = ("kind", "alias")

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        answer = self.configure(request, [SaveAlias(**data)])
        return data["alias"] if isinstance(answer, Effect) else answer

    def change(self, request: HttpRequest, subject: Alias, data: dict[str, Any]) -> HttpResponse | None:
        answer = self.configure(request, [SaveAlias(subject.kind, subject.alias, data["target"])])
        return None if isinstance(answer, Effect) else answer

    def remove(self, request: HttpRequest, subject: Alias) -> HttpResponse | None:
        answer = self.configure(request, [DeleteAlias(subject.kind, subject.alias)])
        return None if isinstance(answer, Effect) else answer

    def removal_text(self, request: HttpRequest, subject: Alias) -> str:
        return "Records that only it explained are parked or read by their own words; nothing of them is lost."
