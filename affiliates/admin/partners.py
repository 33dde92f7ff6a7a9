"""Affiliates in the operators' pages."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from affiliates import services
from affiliates.admin.forms import (
    AffiliateNameForm,
    LeavingForm,
    NewAffiliateForm,
    ParentForm,
    SeatForm,
    StatusForm,
)
from affiliates.admin.links import address_of, leads_to, state_of
from affiliates.models import (
    Affiliate,
    AffiliateParent,
    AffiliateStatus,
    Campaign,
    PromoCode,
    Seat,
    Status,
    TrackingLink,
)
from affiliates.queries import Tree, parent_history
from brands.desk import columns
from brands.desk.base import BrandAdmin, Step
from brands.desk.forms import BrandForm
from brands.desk.people import person_of
from brands.desk.scope import scope_of
from brands.roles import Area

SHOWN = 50  # rows of a part of the page; the part's own list has the rest


class StatusFilter(admin.SimpleListFilter):
    """The status of today."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Status.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status_today=self.value()) if self.value() else queryset


@admin.register(Affiliate)
class AffiliateAdmin(BrandAdmin):
    """Who sends customers to the brand and is paid for them."""

    area = Area.AFFILIATES
    intro = "Who sends customers to this brand and is paid for them."
    empty_title = "No affiliate yet"
    empty_text = "Add the first one; then give him a link, and a deal that says what he earns."
    add_form = NewAffiliateForm
    keeps_history = True
    page_template = "admin/affiliates/affiliate.html"
    list_display = ("code", "name", "status_shown", "email", "made")
    list_filter = (StatusFilter,)
    search_fields = ("code", "name", "email")
    search_help_text = "Code, name or e-mail"
    ordering = ("code",)

    @admin.display(description="status today")
    def status_shown(self, row: Any) -> SafeString:
        return columns.chip(row.status_today or "", Status(row.status_today).label if row.status_today else "none")

    @admin.display(description="created", ordering="created_at")
    def made(self, row: Affiliate) -> SafeString | str:
        return columns.moment(row.created_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add each affiliate's status of today: his latest begun one, or his first when none has begun."""
        scope = scope_of(request)
        statuses = AffiliateStatus.objects.filter(brand=scope.brand, affiliate=OuterRef("pk"))
        begun = statuses.exclude(from_day__gt=scope.today).order_by(F("from_day").desc(nulls_last=True))
        affiliates: QuerySet[Any] = (
            super().get_queryset(request).annotate(status_today=Subquery(begun.values("status")[:1]))
        )
        return affiliates

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Affiliate:
        scope = scope_of(request)
        return services.create_affiliate(brand=scope.brand, **data, by=scope.user, now=scope.now)

    def after_adding(self, request: HttpRequest, created: Affiliate) -> str:
        return self.url("change", created)

    def page_context(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        scope = scope_of(request)
        own = {"brand": scope.brand, "affiliate": subject}
        tree = Tree.on(history=parent_history(brand_id=scope.brand.pk), day=scope.today)
        above = tree.ancestors(subject.pk)
        below = [child for child, parent in tree.parents.items() if parent == subject.pk]
        named = Affiliate.objects.filter(brand=scope.brand).in_bulk([*above, *below])
        links = TrackingLink.objects.filter(**own).select_related("campaign", "brand").order_by("code")[:SHOWN]
        return {
            "status_label": Status(subject.status_today).label if subject.status_today else "",
            "statuses": AffiliateStatus.objects.filter(**own).order_by(F("from_day").asc(nulls_first=True)),
            "parents": AffiliateParent.objects.filter(**own)
            .select_related("parent")
            .order_by(F("from_day").asc(nulls_first=True)),
            "ancestors": [named[one] for one in above],
            "children": [named[one] for one in below],
            "seats": Seat.objects.filter(**own).select_related("user").order_by("user__email"),
            "campaigns": Campaign.objects.filter(**own).order_by("code")[:SHOWN],
            "links": [(link, address_of(link), leads_to(link), *state_of(link)) for link in links],
            "promo_codes": PromoCode.objects.filter(**own)
            .select_related("campaign")
            .order_by("folded", "starts_on")[:SHOWN],
            "may_change": scope.changes(Area.AFFILIATES),
        }

    # --- what can be done with an affiliate ---

    def rename(self, request: HttpRequest, affiliate: Affiliate, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.change_affiliate(affiliate=affiliate, **data, by=scope.user, now=scope.now)
        return f"{affiliate} is stored."

    def give_status(self, request: HttpRequest, affiliate: Affiliate, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.set_status(affiliate=affiliate, **data, by=scope.user, now=scope.now)
        since = f"from {data['from_day']}" if data["from_day"] else "ever since"
        return f"{affiliate.name} is {Status(data['status']).label.lower()} {since}."

    def give_parent(self, request: HttpRequest, affiliate: Affiliate, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.set_parent(affiliate=affiliate, **data, by=scope.user, now=scope.now)
        return f"{affiliate.name} is now under {data['parent'].name}." if data["parent"] else "The parent is removed."

    def give_seat(self, request: HttpRequest, affiliate: Affiliate, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        person = person_of(data, scope)
        services.give_seat(affiliate=affiliate, user=person, by=scope.user, now=scope.now)
        return f"{person.email} can sign in for {affiliate.name}."

    def take_seat(self, request: HttpRequest, affiliate: Affiliate, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.take_seat(seat=data["seat"], by=scope.user, now=scope.now)
        return f"{data['seat'].user.email} can no longer sign in for {affiliate.name}."

    def make_default(self, request: HttpRequest, affiliate: Affiliate, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.set_default_affiliate(brand=scope.brand, affiliate=affiliate, by=scope.user, now=scope.now)
        return f"{affiliate.name} receives customers that nothing else attributes."

    def end_default(self, request: HttpRequest, affiliate: Affiliate, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.set_default_affiliate(brand=scope.brand, affiliate=None, by=scope.user, now=scope.now)
        return "Customers that nothing attributes stay unattributed from now on."

    steps = (
        Step("status", "Change status", StatusForm, give_status, Area.STATUSES),
        Step("rename", "Edit", AffiliateNameForm, rename, Area.AFFILIATES),
        Step("parent", "Set parent", ParentForm, give_parent, Area.AFFILIATES),
        Step(
            "seat",
            "Add seat",
            SeatForm,
            give_seat,
            Area.AFFILIATES,
            text="A person who logs in to the portal for this affiliate.",
        ),
        Step(
            "end-seat",
            "Remove seat",
            LeavingForm,
            take_seat,
            Area.AFFILIATES,
            is_grave=True,
            applies=lambda affiliate: Seat.objects.filter(brand=affiliate.brand_id, affiliate=affiliate).exists(),
        ),
        Step(
            "make-default",
            "Make default",
            BrandForm,
            make_default,
            Area.AFFILIATES,
            text="Customers whom nothing else attributes will be his: no token, no id, no promo code, no pattern.",
            applies=lambda affiliate: not affiliate.is_default,
        ),
        Step(
            "end-default",
            "End default",
            BrandForm,
            end_default,
            Area.AFFILIATES,
            text="Customers whom nothing attributes will stay unattributed.",
            applies=lambda affiliate: affiliate.is_default,
        ),
    )
