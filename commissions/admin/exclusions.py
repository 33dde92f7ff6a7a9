"""Exclusions in the operators' pages: customers on whom nothing is earned."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.forms import BrandForm, CodeField, DayField, choose_all
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions import services
from commissions.models import Exclusion
from commissions.models.terms import ExclusionReason
from ingestion.models import Customer


class NewExclusionForm(BrandForm):
    customer = CodeField(model=Customer, by="key", help_text="The customer's id at the brand.")
    reason = forms.ChoiceField(
        choices=ExclusionReason.choices,
        help_text="Self-excluded counts from the day on; duplicate and fraud count from the registration.",
    )
    from_day = DayField(label="From")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_all(self)


class LiftedFilter(admin.SimpleListFilter):
    """Exclusions in force, or lifted."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("in_force", "In force"), ("lifted", "Lifted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(lifted_at__isnull=self.value() == "in_force")


@admin.register(Exclusion)
class ExclusionAdmin(BrandAdmin):
    """Customers on whom nothing is earned."""

    area = Area.EXCLUSIONS
    intro = "Nothing is earned on these customers: no CPA, no share, no count in a tier."
    empty_title = "Nobody is excluded"
    empty_text = "Exclude a customer who excluded himself, has several accounts, or whose account is fraudulent."
    add_form = NewExclusionForm
    removable = True
    page_template = "admin/commissions/exclusion.html"
    list_display = ("customer", "reason_shown", "since", "state", "made")
    list_select_related = ("customer",)
    list_filter = (LiftedFilter, "reason")
    search_fields = ("customer__key__startswith",)
    search_help_text = "Customer id"
    ordering = ("-created_at", "-pk")

    since = columns.day_column("from_day", "from")

    @admin.display(description="reason", ordering="reason")
    def reason_shown(self, row: Exclusion) -> str:
        return ExclusionReason(row.reason).label

    @admin.display(description="state")
    def state(self, row: Exclusion) -> SafeString:
        return columns.chip("", "Lifted") if row.lifted_at else columns.chip("excluded", "Excluded")

    @admin.display(description="entered", ordering="created_at")
    def made(self, row: Exclusion) -> SafeString | str:
        return columns.moment(row.created_at)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.lifted_at is None)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Exclusion:
        scope = scope_of(request)
        return services.exclude_customer(**data, by=scope.user, now=scope.now)

    def remove(self, request: HttpRequest, subject: Exclusion) -> None:
        scope = scope_of(request)
        services.lift_exclusion(exclusion=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: Exclusion) -> str:
        return "It counts as if it had never been. Open months are computed again; closed ones get adjustments."

    def page_context(self, request: HttpRequest, subject: Exclusion) -> dict[str, Any]:
        return {"lift_url": self.url("delete", subject) if self.has_delete_permission(request, subject) else ""}
