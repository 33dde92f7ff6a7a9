"""Parked records in the operators' pages: what is not understood yet, grouped, and mapped with one form."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from brands.desk.base import COUNTED_AT_MOST
from brands.desk.forms import BrandForm
from brands.desk.scope import scope_of
from brands.roles import Area
from ingestion.admin.deliveries import facts_of
from ingestion.admin.mapping import TargetField
from ingestion.admin.previewing import PreviewingAdmin, effects
from ingestion.admin.stored_bytes import pretty, record_in
from ingestion.dialects.registry import Origin
from ingestion.models import Activity, Delivery, SupersededActivity
from ingestion.models.configuration import AliasKind
from ingestion.queries.kpis import count_kpis
from ingestion.queries.parked import ParkedGroup, Sample, awaited_customers, parked_groups, parked_samples
from ingestion.rules.standard import STATUSES
from ingestion.services import Change, Effect, SaveAlias, SaveEvent, SaveKpi
from ingestion.services.rereading import origins_of

GROUPS = 100
SAMPLED_GROUPS = 8  # of the largest groups some records are shown at once; those of others on the mapping page
SAMPLES = 3
SHOWN_SAMPLES = 10

WHY = {
    "unknown_event": ("Unknown event", "The event's name is no KPI, no alias and no agreed event."),
    "unknown_status": ("Unknown status", "The status is none of pending, approved, reversed and rejected."),
    "unknown_customer": (
        "Customer not reported yet",
        "They wait for the brand to report the customer, and become live then by themselves.",
    ),
}


def map_url(group: ParkedGroup) -> str:
    """Return the page that maps the group's word; empty where nothing can be mapped."""
    if group.reason not in MAPPINGS:
        return ""
    return reverse("admin:ingestion_activity_map") + "?" + urlencode({"for": group.reason, "word": group.word})


class EventMappingForm(BrandForm):
    """What an event name means."""

    means = forms.ChoiceField(
        choices=[
            ("alias", "Another name"),
            ("money", "A new KPI, in money"),
            ("count", "A new KPI, counted"),
            ("event", "An event of figures"),
        ],
        label="It is",
    )
    target = TargetField(
        max_length=128, required=False, label="Known as", help_text="What it is another name of: an event or a KPI."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.fields["target"]
        if isinstance(target, TargetField):
            target.suggest(self)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("means") == "alias" and not data.get("target"):
            self.add_error("target", "Say what it is known as.")
        return data

    def change_to(self, word: str) -> Change:
        """Return the change of configuration that was chosen for a word."""
        match self.cleaned_data["means"]:
            case "alias":
                return SaveAlias(AliasKind.EVENT, word, self.cleaned_data["target"])
            case "event":
                return SaveEvent(word)
            case unit:
                return SaveKpi(word, unit)


class StatusMappingForm(BrandForm):
    """What a status means."""

    target = forms.ChoiceField(
        choices=[(status, status.capitalize()) for status in STATUSES],
        label="It means",
        help_text="Only approved records earn.",
    )

    def change_to(self, word: str) -> Change:
        """Return the change of configuration that was chosen for a word."""
        return SaveAlias(AliasKind.STATUS, word, self.cleaned_data["target"])


MAPPINGS: dict[str, type[EventMappingForm] | type[StatusMappingForm]] = {
    "unknown_event": EventMappingForm,
    "unknown_status": StatusMappingForm,
}


@admin.register(Activity)
class ActivityAdmin(PreviewingAdmin):
    """Records of activity: the parked ones as a list, each one as a page."""

    area = Area.MAPPING
    noun = "record"
    nouns = "parked records"
    page_template = "admin/ingestion/record.html"

    def get_urls(self) -> list[URLPattern]:
        mapping = path("map/", self.admin_site.admin_view(self.map_word), name="ingestion_activity_map")
        return [mapping, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("customer", "delivery")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        scope = scope_of(request)
        self.require(scope.sees(self.area))
        groups: dict[str, list[tuple[ParkedGroup, str, list[Sample]]]] = defaultdict(list)
        for place, group in enumerate(parked_groups(brand=scope.brand)[:GROUPS]):
            is_sampled = place < SAMPLED_GROUPS
            samples = (
                parked_samples(brand=scope.brand, reason=group.reason, word=group.word, at_most=SAMPLES)
                if is_sampled
                else []
            )
            groups[group.reason].append((group, map_url(group), samples))
        context = {
            **self.context(request),
            "title": "Parked records",
            "reasons": [(*WHY.get(reason, (reason, "")), found) for reason, found in sorted(groups.items())],
            "may_map": scope.changes(Area.MAPPING),
            "awaited": awaited_customers(brand=scope.brand, at_most=COUNTED_AT_MOST + 1),
            "counted_at_most": COUNTED_AT_MOST,
        }
        return TemplateResponse(request, "admin/ingestion/parked.html", context)

    def map_word(self, request: HttpRequest) -> HttpResponse:
        """Say what a word means; its parked records become live from their stored bytes."""
        scope = scope_of(request)
        self.require(scope.changes(Area.MAPPING))
        word, reason = request.GET.get("word", ""), request.GET.get("for", "")
        form_class = MAPPINGS.get(reason)
        if not word or form_class is None:
            raise Http404("Choose a group of parked records first.")
        form = self.bind(request, form_class)

        def store() -> tuple[str, str] | HttpResponse:
            if not isinstance(form, EventMappingForm | StatusMappingForm):
                raise Http404
            answer = self.configure(request, [form.change_to(word)])
            if not isinstance(answer, Effect):
                return answer
            return f"{word} is mapped: {', '.join(effects(answer)) or 'no record was waiting'}.", self.list_url

        return self.answer_form(
            request,
            form,
            store,
            title=f"What does “{word}” mean?",
            button="Map and replay",
            back=self.list_url,
            template="admin/ingestion/map_word.html",
            extra={
                "text": WHY[reason][1],
                "samples": parked_samples(brand=scope.brand, reason=reason, word=word, at_most=SHOWN_SAMPLES),
            },
        )

    def page_context(self, request: HttpRequest, subject: Activity) -> dict[str, Any]:
        brand = scope_of(request).brand
        (origin,) = origins_of(brand_id=brand.pk, places=[Origin(subject.delivery_id, subject.index)])
        brought_by = Delivery.objects.get(brand=brand, pk=origin.delivery_id)
        body = bytes(brought_by.body)
        return {
            "title": f"{subject.event} of {subject.customer}",
            "facts": facts_of(subject, counts=count_kpis(brand=brand)),
            "brought_by": brought_by,
            "place": origin.place,
            "written": record_in(body, origin.place) or pretty(body),
            "versions": SupersededActivity.objects.filter(brand=brand, activity=subject)
            .select_related("delivery")
            .order_by("-pk"),
            "why": WHY.get(subject.parked_for, (subject.parked_for, "")),
        }
