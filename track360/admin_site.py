"""The operators' site: Django's admin, one brand at a time, with its own front page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from brands.desk.base import BrandAdmin
from brands.desk.scope import SESSION_KEY, Scope, in_brand, roles_of
from brands.models import User
from brands.roles import Area


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu."""

    label: str
    view: str
    area: Area


MENU: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Customers",
        (
            Place("Customers", "ingestion_customer_changelist", Area.RECORDS),
            Place("Unattributed", "ingestion_customer_unattributed", Area.RECORDS),
            Place("Exclusions", "commissions_exclusion_changelist", Area.EXCLUSIONS),
        ),
    ),
    (
        "Affiliates",
        (
            Place("Affiliates", "affiliates_affiliate_changelist", Area.AFFILIATES),
            Place("Campaigns", "affiliates_campaign_changelist", Area.AFFILIATES),
            Place("Links", "affiliates_trackinglink_changelist", Area.AFFILIATES),
            Place("Promo codes", "affiliates_promocode_changelist", Area.AFFILIATES),
        ),
    ),
    (
        "Terms",
        (
            Place("Plans", "commissions_plan_changelist", Area.TERMS),
            Place("Revenue profiles", "commissions_revenueprofile_changelist", Area.TERMS),
            Place("Deals", "commissions_deal_changelist", Area.TERMS),
        ),
    ),
    (
        "Commissions",
        (
            Place("Lines", "commissions_line_changelist", Area.LINES),
            Place("Periods", "commissions_closedperiod_changelist", Area.PERIODS),
            Place("Entries", "commissions_entry_changelist", Area.LINES),
            Place("Exchange rates", "ingestion_fxrate_changelist", Area.RATES),
        ),
    ),
    (
        "Incoming data",
        (
            Place("Deliveries", "ingestion_delivery_changelist", Area.RECORDS),
            Place("Parked records", "ingestion_activity_changelist", Area.MAPPING),
            Place("KPIs", "ingestion_kpi_changelist", Area.MAPPING),
            Place("Events", "ingestion_event_changelist", Area.MAPPING),
            Place("Aliases", "ingestion_alias_changelist", Area.MAPPING),
        ),
    ),
    (
        "Brand",
        (
            Place("Brand settings", "brands_brand_changelist", Area.BRAND),
            Place("Brand tokens", "brands_brandtoken_changelist", Area.CREDENTIALS),
            Place("OAuth clients", "brands_application_changelist", Area.CREDENTIALS),
            Place("Operators", "brands_membership_changelist", Area.PEOPLE),
            Place("Audit log", "brands_auditevent_changelist", Area.AUDIT),
        ),
    ),
)


class OperatorSite(AdminSite):
    """Where operators work. Who has no brand sees nothing; who has several works in one of them at a time."""

    site_header = site_title = "Track360"
    index_title = "Overview"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take only pages that know brands; those that installed packages bring along do not."""
        if admin_class is not None and issubclass(admin_class, BrandAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and isinstance(user, User) and user.is_staff)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return super().admin_view(in_brand(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in where everybody does, second factor included."""
        goes_on = _own_address(request, request.GET.get(REDIRECT_FIELD_NAME, ""))
        if self.has_permission(request):
            return HttpResponseRedirect(goes_on)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(goes_on, reverse("account_login"))

    def get_urls(self) -> list[URLResolver | URLPattern]:
        own: list[URLResolver | URLPattern] = [
            path("brand/", super().admin_view(self.switch_brand), name="switch_brand"),
        ]
        return [*own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        context["available_apps"] = []
        scope = getattr(request, "operator_scope", None)
        return {**context, "scope": scope, "menu": self.menu(request, scope) if scope else []}

    def menu(self, request: HttpRequest, scope: Scope) -> list[dict[str, Any]]:
        """Return the groups of the menu with what the role may open; the place one is at is marked."""
        groups = []
        for title, places in MENU:
            entries = []
            for place in places:
                if scope.sees(place.area):
                    address = reverse(f"admin:{place.view}")
                    entries.append({"label": place.label, "url": address, "here": request.path.startswith(address)})
            if entries:
                groups.append({"title": title, "places": _nearest(entries)})
        return groups

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show what waits in the brand and what it earns this month."""
        context = {**self.each_context(request), "title": "Overview", **(extra_context or {})}
        return TemplateResponse(request, "admin/overview.html", context)

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There are no pages by app: the menu is by kind of work."""
        raise Http404

    @method_decorator(require_POST)
    def switch_brand(self, request: HttpRequest) -> HttpResponse:
        """Work in another of one's brands from now on."""
        brand = next((own for own in roles_of(cast(User, request.user)) if own.slug == request.POST.get("brand")), None)
        if brand is None:
            raise Http404
        request.session[SESSION_KEY] = brand.pk
        messages.info(request, f"You now work in {brand.name}.")
        return HttpResponseRedirect(_own_address(request, request.POST.get("next", "")))


def _own_address(request: HttpRequest, address: str) -> str:
    """Return the address if it is one of ours, else the overview's."""
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return reverse("admin:index")


def _nearest(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave the mark only at the most precise of the places that are marked."""
    here = max((entry["url"] for entry in entries if entry["here"]), key=len, default="")
    return [{**entry, "here": entry["url"] == here} for entry in entries]
