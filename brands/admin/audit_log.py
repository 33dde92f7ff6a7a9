"""Who changed what. Read only: the log is written by the services alone."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.scope import scope_of
from brands.models import AuditEvent
from brands.roles import Area


class ActionFilter(admin.SimpleListFilter):
    """The actions that occur, so that no filter leads to nothing."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        events = AuditEvent.objects.filter(brand=scope_of(request).brand)
        return [
            (action, words(action)) for action in events.order_by("action").values_list("action", flat=True).distinct()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class ActorFilter(admin.SimpleListFilter):
    """The people and commands that acted."""

    title = "who"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        events = AuditEvent.objects.filter(brand=scope_of(request).brand)
        return [(name, name) for name in events.order_by("actor_name").values_list("actor_name", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(actor_name=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(BrandAdmin):
    """The audit log of the brand."""

    area = Area.AUDIT
    noun = "event"
    list_title = "Audit log"
    intro = "Every change of this brand, by people and by commands. Nothing here can be edited."
    empty_title = "Nothing was changed yet"
    page_template = "admin/brands/audit_event.html"
    list_display = ("at_moment", "who", "did", "subject")
    list_filter = (ActionFilter, ActorFilter)
    search_fields = ("object_label", "object_id", "actor_name")
    search_help_text = "Object or person"
    ordering = ("-at", "-pk")

    @admin.display(description="when", ordering="at")
    def at_moment(self, row: AuditEvent) -> SafeString | str:
        return columns.moment(row.at)

    @admin.display(description="who", ordering="actor_name")
    def who(self, row: AuditEvent) -> str:
        return row.actor_name

    @admin.display(description="action", ordering="action")
    def did(self, row: AuditEvent) -> str:
        return words(row.action)

    @admin.display(description="what")
    def subject(self, row: AuditEvent) -> str:
        return object_of(row)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup in {"object_type__exact", "object_id__exact"} or super().lookup_allowed(lookup, value, request)

    def page_context(self, request: HttpRequest, subject: AuditEvent) -> dict[str, Any]:
        return {
            "title": f"{words(subject.action)}: {subject.object_label or subject.object_id}",
            "did": words(subject.action),
            "object": object_of(subject),
            "changes": changes(subject.before, subject.after),
        }


# What people call the kinds of objects whose own names run together.
CALLED = {
    "application": "OAuth client",
    "brandtoken": "brand token",
    "fxrate": "exchange rates",
    "membership": "operator",
    "promocode": "promo code",
    "revenue_profile": "revenue profile",
    "trackinglink": "link",
}


def words(action: str) -> str:
    """Write an action for people: `plan.version_added` is "Plan: version added"."""
    kind, _, done = action.partition(".")
    said = f"{kind}: {done}" if done else kind
    return said.replace("_", " ").capitalize()


def object_of(event: AuditEvent) -> str:
    """Return what was changed, with the kind of thing it is."""
    return f"{CALLED.get(event.object_type, event.object_type)} {event.object_label or event.object_id}"


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """Return each value that was recorded as (name, before, after), written for people."""
    names = dict.fromkeys([*(before or {}), *(after or {})])
    return [
        (name.replace("_", " "), _written((before or {}).get(name)), _written((after or {}).get(name)))
        for name in names
    ]


def _written(value: Any) -> str:
    match value:
        case None | "" | []:
            return columns.NOTHING
        case str() | int() | float():
            return str(value)
        case [*lines] if all(isinstance(line, str) for line in lines):
            return "\n".join(lines)
        case _:
            return json.dumps(value, ensure_ascii=False, indent=2)
