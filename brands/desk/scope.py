"""In which brand an operator works, and with which role. Every page of the admin runs inside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone

from brands.models import Brand, Membership, User
from brands.models.people import Role
from brands.roles import CHANGES, SEES, Area
from track360.lib.tenancy import operators, tenant

SESSION_KEY = "admin_brand"
BRAND_FIELD = "_brand"

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Scope:
    """One operator at work: who, in which of his brands, as what, and when the request came."""

    user: User
    brand: Brand
    role: Role
    brands: tuple[Brand, ...]
    now: datetime

    def sees(self, area: Area) -> bool:
        return area in SEES[self.role]

    def changes(self, area: Area) -> bool:
        return area in CHANGES[self.role]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.brand.zone).date()


class NotInThisBrand(Http404):
    """The brand has no such object. Another of the operator's brands may."""

    def __init__(self, message: str, *, model: Any, key: str, area: Area) -> None:
        super().__init__(message)
        self.model = model
        self.key = key
        self.area = area


def scope_of(request: HttpRequest) -> Scope:
    """Return the scope in which the request is answered. Raises LookupError outside of the admin's brand pages."""
    scope = getattr(request, "operator_scope", None)
    if scope is None:
        raise LookupError("this request is not answered inside a brand")
    return cast(Scope, scope)


def find_scope(request: HttpRequest, *, now: datetime) -> Scope | None:
    """Return the brand chosen in the session, or the operator's first one; None if he has no brand at all."""
    user = cast(User, request.user)
    roles = roles_of(user)
    if not roles:
        return None
    by_id = {brand.pk: brand for brand in roles}
    brand = by_id.get(request.session.get(SESSION_KEY, 0)) or next(iter(roles))
    return Scope(user=user, brand=brand, role=roles[brand], brands=tuple(roles), now=now)


def roles_of(user: User) -> dict[Brand, Role]:
    """Return the brands a person works for with his role in each, by name; a superuser owns all."""
    if user.is_superuser:
        return dict.fromkeys(Brand.objects.order_by("name", "pk"), Role.OWNER)
    memberships = Membership.objects.filter(user=user).select_related("brand").order_by("brand__name", "brand")
    return {membership.brand: Role(membership.role) for membership in memberships}


def in_brand(view: View) -> View:
    """Run a view inside the operator's brand, its template included: query sets are read while it renders.

    A form says which brand it was opened in. If another tab has switched since, nothing is done. Times are read and
    written in the brand's time zone.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        scope = find_scope(request, now=timezone.now())
        if scope is None:
            return TemplateResponse(request, "admin/no_brand.html", {"title": "No brand yet"})
        request.operator_scope = scope  # type: ignore[attr-defined]
        if request.method == "POST" and request.POST.get(BRAND_FIELD) != str(scope.brand.pk):
            return _other_brand(request, scope)
        try:
            with tenant(scope.brand.pk), timezone.override(scope.brand.zone):
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
        except NotInThisBrand as missing:
            brand = _brand_that_has(missing, scope)
            if brand is None:
                raise
            return _elsewhere(request, scope, brand)
        return response

    return answer


def _brand_that_has(missing: NotInThisBrand, scope: Scope) -> Brand | None:
    """Look in the operator's other brands where he may see such objects; in nobody else's."""
    roles = roles_of(scope.user)
    others = {brand.pk: brand for brand in roles if brand != scope.brand and missing.area in SEES[roles[brand]]}
    brand_of_it = "pk" if missing.model is Brand else "brand"
    try:
        key = missing.model._meta.pk.to_python(missing.key)
    except ValidationError:
        return None
    with operators(others):
        found = missing.model._default_manager.filter(**{"pk": key, f"{brand_of_it}__in": list(others)})
        return others.get(found.values_list(brand_of_it, flat=True).first())


def _elsewhere(request: HttpRequest, scope: Scope, brand: Brand) -> HttpResponseBase:
    context = {"title": f"This is in {brand}", "scope": scope, "elsewhere": brand, "here": request.get_full_path()}
    return TemplateResponse(request, "admin/elsewhere.html", context, status=404)


def _other_brand(request: HttpRequest, scope: Scope) -> HttpResponseBase:
    opened_in = next((brand for brand in scope.brands if str(brand.pk) == request.POST.get(BRAND_FIELD)), None)
    context = {"title": "Nothing was saved", "scope": scope, "opened_in": opened_in, "here": request.get_full_path()}
    return TemplateResponse(request, "admin/other_brand.html", context, status=409)
