"""A plan's versions in the operators' pages: written as one form, read only once a line refers to them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from brands.desk.base import BrandAdmin
from brands.desk.forms import BrandForm
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions import services
from commissions.admin.asking import ask, is_confirmed, months_changed, plan_reaches
from commissions.admin.reading import read_back
from commissions.admin.terms.draft import Draft
from commissions.admin.words import product_doubts, words_of
from commissions.engine.plan import AppliesTo, Version
from commissions.engine.terms import TermsRefused
from commissions.models import Plan, PlanVersion
from commissions.queries.terms import terms_of
from commissions.services.plans import is_used, stated_components
from track360.lib.periods import Period
from track360.lib.problems import Invalid

READ_BACK = "_read_back"


class NothingChanges(Invalid):
    """Nothing changes: these are the terms that are in force on that day already. Change them, or go back."""

    code = "nothing_changes"


class TermsNotStored(Invalid):
    """The terms cannot be stored as they are. What is wrong is marked below."""

    code = "terms_not_stored"


def answer_draft(
    page: BrandAdmin,
    request: HttpRequest,
    form: BrandForm,
    draft: Draft,
    store: Callable[[], tuple[str, str] | HttpResponse],
    *,
    plan: Plan,
    title: str,
    back: str,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a version that is being written beside how it reads, or store it through `store` when all of it is right."""
    form.is_unchecked = draft.is_unchecked
    asked_to_read = request.POST.get(READ_BACK)
    is_checked = draft.is_bound and not draft.is_unchecked
    components = draft.parsed() if is_checked else None
    context = {
        "draft": draft,
        "reading": read_back(
            components or ([] if draft.is_bound else draft.begun_with()), plan, counts=draft.words.counts
        ),
        "is_incomplete": is_checked and components is None,
        **(extra or {}),
    }
    if asked_to_read == "part":  # the script's: only what stands beside the form
        return TemplateResponse(request, "admin/commissions/reading.html", context)

    def store_terms() -> tuple[str, str] | HttpResponse:
        try:
            return store()
        except TermsRefused as refused:
            draft.place(refused)
            raise TermsNotStored from refused

    return page.answer_form(
        request,
        form,
        store_terms if components and not asked_to_read else None,
        title=title,
        button="Save",
        back=back,
        template="admin/commissions/version_form.html",
        extra=context,
    )


def ask_first(
    page: BrandAdmin, request: HttpRequest, plan: Plan, draft: Draft, *, since: date | None, back: str
) -> HttpResponse | None:
    """Return the page that asks once more about what was just stored; None where it was asked, or need not be.

    Asked is about products that no record is of, and about months that run or are closed and change. `since` is the
    first day on which terms change, None where there were none.
    """
    if is_confirmed(request):
        return None
    scope = scope_of(request)
    doubts = product_doubts(scope.brand, draft.products)
    months = months_changed(brand=scope.brand, since=since, today=scope.today) if since else []
    if since is not None and months:
        months += plan_reaches(plan=plan, since=since)
        title = f"This changes {plan} in months that have begun"
    elif doubts:
        title = f"{plan} names a product that is not known"
    else:
        return None
    return ask(page, request, title=title, doubts=doubts, months=months, back=back)


@admin.register(PlanVersion)
class PlanVersionAdmin(BrandAdmin):
    """Pages of one version. Their list is the plan's page."""

    area = Area.TERMS
    add_form = BrandForm
    change_form = BrandForm
    removable = True

    def get_urls(self) -> list[URLPattern]:
        new = path(
            "of/<int:plan_id>/new/",
            self.admin_site.admin_view(self.new_version),
            name="commissions_planversion_new",
        )
        return [new, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Versions are listed on their plan's page."""
        raise Http404

    def new_version(self, request: HttpRequest, plan_id: int) -> HttpResponse:
        """Write a plan's next version, beginning with a copy of the newest."""
        self.require(self.has_add_permission(request))
        scope = scope_of(request)
        plan = Plan.objects.filter(brand=scope.brand, pk=plan_id).first()
        if plan is None:
            raise Http404("There is no such plan in this brand.")
        newest = PlanVersion.objects.filter(brand=scope.brand, plan=plan).order_by("-number").first()
        draft = Draft(
            words=words_of(scope.brand),
            data=request.POST if request.method == "POST" else None,
            stored=stated_components(version=newest) if newest else (),
            head={
                "effective_from": Period.of(scope.today).next.first_day,
                "applies_to": newest.applies_to if newest else None,
            },
        )
        page = plan_page(plan)

        def store() -> tuple[str, str] | HttpResponse:
            before = in_force(plan, draft.effective_from)
            if before is not None and is_same(before, draft):
                raise NothingChanges
            version = services.add_version(
                plan=plan,
                effective_from=draft.effective_from,
                applies_to=draft.applies_to,
                components=draft.stated(),
                by=scope.user,
                now=scope.now,
            )
            since = version.effective_from if newest is not None else None
            asked = ask_first(self, request, plan, draft, since=since, back=page)
            return asked or (f"{plan} has a new version from {version.effective_from}.", page)

        return answer_draft(
            self,
            request,
            self.bind(request, BrandForm),
            draft,
            store,
            plan=plan,
            title=f"New version of {plan}",
            back=page,
            extra={"subject": plan, "list_label": "plans"},
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Change a version to which no line refers yet; used ones are shown on the plan's page only."""
        if object_id is None:
            raise Http404
        version = self.find(request, object_id)
        self.require(self.has_change_permission(request, version))
        if is_used(version=version):
            raise Http404("Lines refer to this version, so it never changes. Make a new one.")
        scope = scope_of(request)
        plan = version.plan
        draft = Draft(
            words=words_of(scope.brand),
            data=request.POST if request.method == "POST" else None,
            stored=stated_components(version=version),
            head={"effective_from": version.effective_from, "applies_to": version.applies_to},
        )
        page = plan_page(plan)
        since = version.effective_from

        def store() -> tuple[str, str] | HttpResponse:
            services.change_version(
                version=version,
                effective_from=draft.effective_from,
                applies_to=draft.applies_to,
                components=draft.stated(),
                by=scope.user,
                now=scope.now,
            )
            asked = ask_first(self, request, plan, draft, since=min(since, draft.effective_from), back=page)
            return asked or (f"Version {version.number} of {plan} is stored.", page)

        return answer_draft(
            self,
            request,
            self.bind(request, BrandForm),
            draft,
            store,
            plan=plan,
            title=f"Version {version.number} of {plan}",
            back=page,
            extra={"subject": plan, "list_label": "plans"},
        )

    def remove(self, request: HttpRequest, subject: PlanVersion) -> None:
        scope = scope_of(request)
        services.delete_version(version=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: PlanVersion) -> str:
        return (
            "Only a version that no line refers to can be removed. The version before it goes on. "
            "Open months are computed again; closed ones get adjustments."
        )

    @property
    def list_url(self) -> str:
        return reverse("admin:commissions_plan_changelist")


def in_force(plan: Plan, day: date) -> Version | None:
    """Return the version that is the latest on a day as it is stored; None before the first one."""
    terms = terms_of(brand_id=plan.brand_id, plans=[plan]).get(plan.pk)
    begun = [version for version in (terms.versions if terms else ()) if version.effective_from <= day]
    return max(begun, key=lambda version: version.effective_from, default=None)


def is_same(before: Version, draft: Draft) -> bool:
    """Tell whether a draft that can be read states what a version does already, for the same customers."""
    is_for_all = draft.applies_to == AppliesTo.ALL and before.applies_to != AppliesTo.ALL
    return not is_for_all and list(before.components) == draft.parsed()


def plan_page(plan: Plan) -> str:
    """Return the address of a plan's page."""
    return reverse("admin:commissions_plan_change", args=[plan.pk])
