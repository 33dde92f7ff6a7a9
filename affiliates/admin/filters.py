"""Filters of lists of what belongs to affiliates."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from affiliates.models import Affiliate
from affiliates.queries import links_on_the_brands_page
from affiliates.rules.landing import leads_somewhere
from brands.desk.scope import scope_of

OFFERED = 100


class WorkingFilter(admin.SimpleListFilter):
    """Links that lead visitors on, that are switched off, or that have no page to lead to."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("works", "Works"), ("off", "Switched off"), ("nowhere", "Leads nowhere")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        brand = scope_of(request).brand
        lost = links_on_the_brands_page(brand_id=brand.pk)
        if leads_somewhere(landing_url=None, brand_landing_url=brand.landing_url):
            lost = lost.none()
        match self.value():
            case "works":
                return queryset.filter(is_active=True).exclude(pk__in=lost.values("pk"))
            case "off":
                return queryset.filter(is_active=False)
            case "nowhere":
                return queryset.filter(pk__in=lost.values("pk"))
            case _:
                return queryset


class RunningFilter(admin.SimpleListFilter):
    """What is in force today, over, or still to come, by its first and last day; without one it is open there."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "In force today"), ("over", "Over"), ("later", "Later")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = scope_of(request).today
        match self.value():
            case "now":
                return queryset.exclude(starts_on__gt=today).exclude(ends_on__lt=today)
            case "over":
                return queryset.filter(ends_on__lt=today)
            case "later":
                return queryset.filter(starts_on__gt=today)
            case _:
                return queryset


class AffiliateFilter(admin.SimpleListFilter):
    """One affiliate, by his code. The first hundred are offered; an address may name any."""

    title = "affiliate"
    parameter_name = "affiliate"
    path: ClassVar[str] = "affiliate__code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        affiliates = Affiliate.objects.filter(brand=scope_of(request).brand).order_by("code")
        offered = list(affiliates.values_list("code", "name")[:OFFERED])
        named = request.GET.get("affiliate", "")
        if named and named not in dict(offered):
            offered += affiliates.filter(code=named).values_list("code", "name")
        return offered

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset
