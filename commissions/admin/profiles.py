"""Revenue profiles in the operators' pages: from gross figures to what is shared, step by step."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from brands.desk import columns
from brands.desk.base import BrandAdmin
from brands.desk.forms import BrandForm
from brands.desk.scope import scope_of
from brands.roles import Area
from commissions import services
from commissions.admin.terms.parts import Document, NumberField, Part, sentence
from commissions.admin.terms.rows import Rows, asks_for_rows
from commissions.admin.terms.vocabulary import Vocabulary
from commissions.admin.words import words_of
from commissions.engine.plan import RUNNING
from commissions.engine.terms import TermsRefused, parse_profile
from commissions.models import Component, RevenueProfile
from commissions.services.profiles import is_used

WHAT = [("subtract", "minus a KPI"), ("subtract_percent", "minus a percentage")]


class NewProfileForm(BrandForm):
    name = forms.CharField(max_length=100, help_text="Plans and explanations name it. It never changes.")


class StepRow(Part):
    """One step after the first: what is taken off."""

    what = forms.ChoiceField(choices=WHAT, required=False, label="Step")
    percent = NumberField(label="Percent")
    of = forms.ChoiceField(required=False, label="Of")
    signed = forms.BooleanField(required=False, label="Also when negative")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].choices = [  # type: ignore[attr-defined]
            *self.words.kpi_choices,
            ("Other", [(RUNNING, "what is left so far")]),
        ]

    def has_changed(self) -> bool:
        return bool(self["of"].value() or self["percent"].value())

    def document(self) -> Document:
        if self.written("what") == "subtract":
            return {"subtract": self.written("of")}
        return {
            "subtract_percent": self.written("percent") or "?",
            "of": self.written("of"),
            "signed": bool(self.cleaned_data.get("signed")),
        }


class ProfileSteps(Part):
    """The steps of a profile: a first sum, and a row for each step after it."""

    first = forms.ChoiceField(label="Begin with the sum of")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].choices = self.words.kpi_choices  # type: ignore[attr-defined]
        self.rows: Rows[StepRow] = Rows(
            lambda **row: StepRow(words=self.words, **row),
            prefix="step",
            data=self.data if self.is_bound else None,
            initial=self.initial.get("rows", ({}, {})),
        )

    def leave_unchecked(self) -> None:
        super().leave_unchecked()
        self.rows.leave_unchecked()

    def steps(self) -> list[Document] | None:
        """Return the steps in the words of the document; None, with the error at its field, if they are not right."""
        if not (self.is_valid() and self.rows.is_valid()):
            return None
        self.came_from("steps[0]", "first")
        steps: list[Document] = [{"sum": self.written("first")}]
        for row in self.rows.filled():
            self.came_from(f"steps[{len(steps)}]", "of", row)
            self.came_from(f"steps[{len(steps)}].subtract_percent", "percent", row)
            steps.append(row.document())
        try:
            parse_profile("", steps, kpis=self.words.kpis)
        except TermsRefused as refused:
            if not self.place_error(refused):
                self.add_error(None, sentence(str(refused)))
            return None
        return steps


def rows_of_steps(steps: list[Mapping[str, Any]]) -> Document:
    """Return what the fields show for the steps of a profile that exists."""
    rows = []
    for step in steps[1:]:
        what = "subtract" if "subtract" in step else "subtract_percent"
        rows.append(
            {
                "what": what,
                "of": step.get("subtract", step.get("of", "")),
                "percent": step.get("subtract_percent", ""),
                "signed": step.get("signed", False),
            }
        )
    return {"first": steps[0]["sum"], "rows": rows}


@admin.register(RevenueProfile)
class RevenueProfileAdmin(BrandAdmin):
    """How revenue is made of what the brand reports."""

    area = Area.TERMS
    intro = "The ordered steps from gross figures to what is shared. Explanations of lines show them, step by step."
    empty_title = "No revenue profile yet"
    empty_text = "Write one when the brand does not report the revenue that you share, or you take off fees and taxes."
    add_form = NewProfileForm
    removable = True
    keeps_history = True
    audited_as = "revenue_profile"
    page_template = "admin/commissions/profile.html"
    list_display = ("name", "steps_shown", "made")
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("name",)

    @admin.display(description="steps")
    def steps_shown(self, row: RevenueProfile) -> str:
        return " ".join(spoken(row.steps))

    @admin.display(description="created", ordering="created_at")
    def made(self, row: RevenueProfile) -> SafeString | str:
        return columns.moment(row.created_at)

    def get_urls(self) -> list[URLPattern]:
        edit = path(
            "<int:profile_id>/edit/", self.admin_site.admin_view(self.edit), name="commissions_revenueprofile_edit"
        )
        return [edit, *super().get_urls()]

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
        return self._write(request, None)

    def edit(self, request: HttpRequest, profile_id: int) -> HttpResponse:
        """Write the steps of a profile with which no line was computed."""
        self.require(self.has_add_permission(request))
        profile = self.find(request, str(profile_id))
        if is_used(profile=profile):
            raise Http404("Lines were computed with this profile, so it never changes.")
        return self._write(request, profile)

    def _write(self, request: HttpRequest, profile: RevenueProfile | None) -> HttpResponse:
        scope = scope_of(request)
        words = words_of(scope.brand)
        form = self.bind(request, BrandForm if profile else NewProfileForm)
        form.is_unchecked = asks_for_rows(request)
        if request.method == "POST":
            steps = ProfileSteps(request.POST, words=words)
        else:
            shown = rows_of_steps(profile.steps) if profile else self._beginning(request, words)
            steps = ProfileSteps(words=words, initial=shown)
        if form.is_unchecked:
            steps.leave_unchecked()
        written = steps.steps() if steps.is_bound and not form.is_unchecked else None

        def store() -> tuple[str, str]:
            stated = written or []
            if profile:
                services.change_profile(profile=profile, steps=stated, by=scope.user, now=scope.now)
                return f"{profile} is stored. What it is used for is computed again.", self.url("change", profile)
            created = services.create_profile(
                brand=scope.brand, name=form.cleaned_data["name"], steps=stated, by=scope.user, now=scope.now
            )
            return f"Revenue profile {created} is stored. Plans can name it from now on.", self.url("change", created)

        return self.answer_form(
            request,
            form,
            store if written else None,
            title=f"Steps of {profile}" if profile else "New revenue profile",
            button="Save profile",
            back=self.url("change", profile) if profile else self.list_url,
            template="admin/commissions/profile_form.html",
            extra={
                "steps": steps,
                "subject": profile,
                "is_incomplete": steps.is_bound and not form.is_unchecked and written is None,
            },
        )

    def remove(self, request: HttpRequest, subject: RevenueProfile) -> None:
        scope = scope_of(request)
        services.delete_profile(profile=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: RevenueProfile) -> str:
        return "Only a profile that no component names can be removed."

    def _beginning(self, request: HttpRequest, words: Vocabulary) -> Document:
        """Return the steps of the profile one begins with: a copy of another, or a sum alone."""
        copied = RevenueProfile.objects.filter(brand=scope_of(request).brand, name=request.GET.get("like", "")).first()
        if copied is not None:
            return rows_of_steps(copied.steps)
        return {"first": next((kpi for kpi in ("GGR", "SpreadRevenue", "NGR") if kpi in words.kpis), "")}

    def page_context(self, request: HttpRequest, subject: RevenueProfile) -> dict[str, Any]:
        scope = scope_of(request)
        users = Component.objects.filter(brand=scope.brand, terms__base=subject.name).select_related("version__plan")
        return {
            "spoken": spoken(subject.steps),
            "used_by": users.order_by("version__plan__name", "-version__number")[:50],
            "may_change": scope.changes(Area.TERMS),
            "is_used": is_used(profile=subject),
            "remove_url": self.url("delete", subject) if self.has_delete_permission(request, subject) else "",
        }


def spoken(steps: list[Mapping[str, Any]]) -> list[str]:
    """Return each step as people say it."""
    said = []
    for step in steps:
        match step:
            case {"sum": kpi}:
                said.append(str(kpi))
            case {"subtract": kpi}:
                said.append(f"− {kpi}")
            case {"subtract_percent": percent, "of": of}:
                signed = " (also when negative)" if step.get("signed") else ""
                said.append(f"− {percent} % of {'what is left so far' if of == RUNNING else of}{signed}")
            case _:
                said.append(str(dict(step)))
    return said
