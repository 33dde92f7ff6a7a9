"""The operators' site: Django's admin, one brand at a time, with its own front page."""

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
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from brands.desk.base import BrandAdmin
from brands.desk.scope import SESSION_KEY, Scope, find_scope, in_brand, roles_of, scope_of
from brands.models import User
from brands.roles import Area
from track360.lib.tenancy import operators
from track360.new_brand import NewBrandForm, add_brand
from track360.overview import brand_rows, overview


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu."""

    label: str
    view: str
    area: Area
    query: str = ""
    also: str = ""  # pages elsewhere that belong to it


MENU: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Customers",
        (
            Place("Customers", "ingestion_customer_changelist", Area.RECORDS),
            Place("Unattributed", "ingestion_customer_changelist", Area.RECORDS, "?owner=nobody"),
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
            Place("Plans", "commissions_plan_changelist", Area.TERMS, also="/admin/commissions/planversion/"),
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
        return isinstance(user, User) and user.is_active and user.is_staff

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(in_brand(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in where everybody does, second factor included."""
        goes_on = _own_address(request, request.GET.get(REDIRECT_FIELD_NAME, ""))
        if self.has_permission(request):
            return HttpResponseRedirect(goes_on)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(goes_on, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out where everybody does."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Change the password where everybody does."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def get_urls(self) -> list[URLResolver | URLPattern]:
        own: list[URLResolver | URLPattern] = [
            path("brand/", super().admin_view(self.switch_brand), name="switch_brand"),
            path("brands/", super().admin_view(self.brands), name="brands"),
            path("brands/new/", super().admin_view(self.new_brand), name="new_brand"),
        ]
        return [*own, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """There are no lists by app: the menu is by kind of work."""
        return []

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        scope = getattr(request, "operator_scope", None)
        menu = self.menu(request, scope) if scope else []
        return {**context, "scope": scope, "index_url": reverse("admin:index"), "menu": menu}

    def menu(self, request: HttpRequest, scope: Scope) -> list[dict[str, Any]]:
        """Return the groups of the menu with what the role may open; the place one is at is marked."""
        groups = []
        here = request.get_full_path()
        for title, places in MENU:
            entries = []
            for place in places:
                if scope.sees(place.area):
                    address = reverse(f"admin:{place.view}") + place.query
                    is_here = here.startswith((address, place.also or address))
                    entries.append({"label": place.label, "url": address, "here": is_here})
            if entries:
                groups.append({"title": title, "places": _nearest(entries)})
        return groups

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what waits in the brand and what it earns this month."""
        scope = scope_of(request)
        context = {
            **self.each_context(request),
            "title": "Overview",
            "now": overview(brand=scope.brand, today=scope.today, now=scope.now),
        }
        return TemplateResponse(request, "admin/overview.html", context)

    def brands(self, request: HttpRequest) -> HttpResponse:
        """Show the operator's brands beside each other, and nobody else's."""
        scope = find_scope(request, now=timezone.now())
        if scope is None:
            return TemplateResponse(request, "admin/no_brand.html", {"title": "No brand yet"})
        request.operator_scope = scope  # type: ignore[attr-defined]
        with operators([brand.pk for brand in scope.brands]):
            rows = brand_rows(brands=scope.brands, now=scope.now)
        context = {**self.each_context(request), "title": "All brands", "rows": rows}
        return TemplateResponse(request, "admin/brands.html", context)

    def new_brand(self, request: HttpRequest) -> HttpResponse:
        """Add a brand. Superusers do; everybody else is invited to brands that exist."""
        if not request.user.is_superuser:
            raise PermissionDenied
        request.operator_scope = find_scope(request, now=timezone.now())  # type: ignore[attr-defined]
        form = NewBrandForm(request.POST or None)
        if request.method == "POST" and (brand := add_brand(request, form)):
            request.session[SESSION_KEY] = brand.pk
            messages.success(request, f"{brand} exists. Go on with what it needs.")
            return HttpResponseRedirect(reverse("admin:index"))
        context = {
            **self.each_context(request),
            "title": "New brand",
            "form": form,
            "button": "Create brand",
            "back": reverse("admin:brands"),
            "list_url": reverse("admin:brands"),
            "nouns": "brands",
            "may_save": True,
        }
        return TemplateResponse(request, "admin/form.html", context, status=422 if form.errors else 200)

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """There are no pages by app either."""
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
