"""Plans in the operators' pages: what can be paid, in versions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from brands.desk import columns
from brands.desk.base import BrandAdmin, Step
from brands.desk.forms import BrandForm, CurrencyField
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions import services
from commissions.admin.reading import read_back
from commissions.admin.terms.draft import Draft
from commissions.admin.versions import answer_draft, ask_first
from commissions.admin.words import words_of
from commissions.engine.plan import Version
from commissions.models import Deal, Plan, PlanVersion
from commissions.queries.terms import terms_of
from commissions.services.plans import is_in_use, is_used
from ingestion.queries.kpis import count_kpis


class NewPlanForm(BrandForm):
    name = forms.CharField(max_length=100, help_text="Affiliates see it.")
    currency = CurrencyField(help_text="Everything is computed and paid in it. It never changes.")


class PlanNameForm(BrandForm):
    name = forms.CharField(max_length=100, help_text="Affiliates see it.")


@admin.register(Plan)
class PlanAdmin(BrandAdmin):
    """What affiliates can be paid."""

    area = Area.TERMS
    intro = "A plan says what an affiliate earns. A deal gives it to him; the default plan is for all who have no deal."
    empty_title = "No plan yet"
    empty_text = "Write the first one: a CPA, a revenue share, or both."
    add_form = NewPlanForm
    keeps_history = True
    removable = True
    page_template = "admin/commissions/plan.html"
    list_display = ("name", "currency", "versions_count", "newest", "deals_count", "default")
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("name",)

    @admin.display(description="versions")
    def versions_count(self, row: Any) -> int:
        return int(row.number_of_versions or 0)

    @admin.display(description="newest in force from")
    def newest(self, row: Any) -> str:
        return str(row.newest_from or columns.NOTHING)

    @admin.display(description="deals")
    def deals_count(self, row: Any) -> int:
        return int(row.number_of_deals or 0)

    @admin.display(description="default")
    def default(self, row: Plan) -> SafeString | str:
        return columns.chip("active", "Default") if row.is_default else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        versions = PlanVersion.objects.filter(brand=OuterRef("brand"), plan=OuterRef("pk")).order_by()
        deals = Deal.objects.filter(brand=OuterRef("brand"), plan=OuterRef("pk")).order_by()
        of_plan = versions.values("plan")
        plans: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                number_of_versions=Subquery(of_plan.annotate(count=Count("pk")).values("count")),
                newest_from=Subquery(of_plan.annotate(newest=Max("effective_from")).values("newest")),
                number_of_deals=Subquery(deals.values("plan").annotate(count=Count("pk")).values("count")),
            )
        )
        return plans

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is not None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        self.require(self.has_add_permission(request))
        scope = scope_of(request)
        form = self.bind(request, NewPlanForm, initial={"currency": scope.brand.reporting_currency})
        draft = Draft(
            words=words_of(scope.brand),
            data=request.POST if request.method == "POST" else None,
            head={"effective_from": scope.today.replace(day=1)},
        )

        def store() -> tuple[str, str] | HttpResponse:
            plan = services.create_plan(brand=scope.brand, **form.cleaned_data, by=scope.user, now=scope.now)
            services.add_version(
                plan=plan,
                effective_from=draft.effective_from,
                applies_to=draft.applies_to,
                components=draft.stated(),
                by=scope.user,
                now=scope.now,
            )
            asked = ask_first(self, request, plan, draft, since=None, back=self.list_url)
            return asked or (f"Plan {plan} is stored. A deal gives it to an affiliate.", self.url("change", plan))

        return answer_draft(
            self,
            request,
            form,
            draft,
            store,
            plan=Plan(name=str(form["name"].value() or ""), currency=str(form["currency"].value() or "").upper()),
            title="New plan",
            back=self.list_url,
        )

    def remove(self, request: HttpRequest, subject: Plan) -> None:
        scope = scope_of(request)
        services.delete_plan(plan=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: Plan) -> str:
        return "Only a plan that nobody has and that no line refers to can be removed."

    def page_context(self, request: HttpRequest, subject: Plan) -> dict[str, Any]:
        scope = scope_of(request)
        rows = {row.number: row for row in PlanVersion.objects.filter(brand=scope.brand, plan=subject)}
        terms = terms_of(brand_id=scope.brand.pk, plans=[subject]).get(subject.pk)
        versions: tuple[Version, ...] = terms.versions if terms else ()
        deals = Deal.objects.filter(brand=scope.brand, plan=subject).select_related("affiliate", "campaign")
        counts = count_kpis(brand=scope.brand)
        return {
            "versions": [
                (
                    rows[version.number],
                    is_used(version=rows[version.number]),
                    read_back(version.components, subject, counts=counts),
                )
                for version in sorted(versions, key=lambda version: -version.number)
            ],
            "deals": deals.order_by(F("ends_on").desc(nulls_first=True), "affiliate__code")[:50],
            "may_change": scope.changes(Area.TERMS),
            "remove_url": self.url("delete", subject)
            if self.has_delete_permission(request, subject) and not is_in_use(plan=subject)
            else "",
        }

    # --- what can be done with a plan ---

    def rename(self, request: HttpRequest, plan: Plan, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.rename_plan(plan=plan, name=data["name"], by=scope.user, now=scope.now)
        return f"{data['name']} is stored."

    def make_default(self, request: HttpRequest, plan: Plan, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.set_default_plan(brand=scope.brand, plan=plan, by=scope.user, now=scope.now)
        return f"{plan} is for all affiliates without a deal."

    def end_default(self, request: HttpRequest, plan: Plan, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.set_default_plan(brand=scope.brand, plan=None, by=scope.user, now=scope.now)
        return "Affiliates earn nothing on days on which they have no deal."

    steps = (
        Step("rename", "Rename", PlanNameForm, rename, Area.TERMS),
        Step(
            "make-default",
            "Make default",
            BrandForm,
            make_default,
            Area.TERMS,
            text="Every affiliate earns by this plan on days on which he has no deal. "
            "Open months are computed again; closed ones get adjustments.",
            applies=lambda plan: not plan.is_default,
        ),
        Step(
            "end-default",
            "End default",
            BrandForm,
            end_default,
            Area.TERMS,
            text="Affiliates earn nothing on days on which they have no deal. "
            "Open months are computed again; closed ones get adjustments.",
            applies=lambda plan: plan.is_default,
        ),
    )
