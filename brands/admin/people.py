"""Who works for a brand, and as what."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from brands import services
from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.forms import BrandForm
from brands.desk.people import PersonForm, person_of
from brands.desk.scope import scope_of
from brands.models import Membership
from brands.models.people import Role
from brands.roles import Area

ROLES_EXPLAINED = (
    "Owners do everything, tokens and operators included. Managers do affiliates, plans, deals and mapping. "
    "Finance does periods and exchange rates. Risk does exclusions, statuses and transfers. "
    "All see everything but tokens."
)


class NewMembershipForm(PersonForm):
    # None is chosen beforehand: whoever does not look would make an owner.
    role = forms.ChoiceField(choices=[("", "Choose a role"), *Role.choices], help_text=ROLES_EXPLAINED)


class RoleForm(BrandForm):
    role = forms.ChoiceField(choices=Role.choices, help_text=ROLES_EXPLAINED)


@admin.register(Membership)
class MembershipAdmin(BrandAdmin):
    """Operators of the brand."""

    area = Area.PEOPLE
    noun = "operator"
    intro = "Who works for this brand. Nobody else can see that it exists."
    empty_title = "Nobody works for this brand yet"
    empty_text = "Add somebody by his e-mail address."
    add_form = NewMembershipForm
    change_form = RoleForm
    removable = True
    list_display = ("person", "email", "role_name", "since")
    search_fields = ("user__email", "user__name")
    search_help_text = "Name or e-mail"
    ordering = ("user__email",)

    @admin.display(description="operator")
    def person(self, row: Membership) -> str:
        return str(row.user)

    @admin.display(description="e-mail", ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @admin.display(description="role", ordering="role")
    def role_name(self, row: Membership) -> str:
        return Role(row.role).label

    @admin.display(description="since", ordering="created_at")
    def since(self, row: Membership) -> SafeString | str:
        return columns.moment(row.created_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user")

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Membership:
        scope = scope_of(request)
        person = person_of(data, scope)
        return services.grant_membership(
            brand=scope.brand, user=person, role=data["role"], by=scope.user, now=scope.now
        )

    def change(self, request: HttpRequest, subject: Membership, data: dict[str, Any]) -> None:
        scope = scope_of(request)
        services.change_role(membership=subject, role=data["role"], by=scope.user, now=scope.now)

    def remove(self, request: HttpRequest, subject: Membership) -> None:
        scope = scope_of(request)
        services.revoke_membership(membership=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: Membership) -> str:
        return "This brand will no longer exist for this person. What he did stays in the audit log."
