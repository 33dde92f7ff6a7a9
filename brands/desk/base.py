"""What the admin of every brand-scoped model shares: one brand's rows, roles as permissions, services as changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from brands.desk.answering import FormPages
from brands.desk.forms import BrandForm
from brands.desk.scope import NotInThisBrand, scope_of
from brands.roles import Area

COUNTED_AT_MOST = 10_000

Perform = Callable[[Any, HttpRequest, Any, dict[str, Any]], str | HttpResponse]


@dataclass(frozen=True, slots=True)
class Step:
    """Something an operator does with one object: a form of its own, and the service call it ends in.

    `perform` is a method of the admin: it takes the request, the object and `cleaned_data`, and returns what to tell
    the operator, or a page of its own.
    """

    name: str
    label: str
    form: type[BrandForm]
    perform: Perform
    area: Area
    text: str = ""
    is_grave: bool = False
    applies: Callable[[Any], bool] = lambda _: True


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody leafs, so that a list of millions opens as fast as a short one."""

    @cached_property
    def count(self) -> int:
        objects = self.object_list
        if isinstance(objects, QuerySet):
            return objects.order_by()[: COUNTED_AT_MOST + 1].values("pk").count()
        return len(objects)


class BrandAdmin(FormPages):
    """A model's list and pages inside the operator's brand. Every change goes through a service."""

    area: ClassVar[Area]
    intro: ClassVar[str] = ""
    empty_title: ClassVar[str] = "Nothing here yet"
    empty_text: ClassVar[str] = ""
    add_form: ClassVar[type[BrandForm] | None] = None
    change_form: ClassVar[type[BrandForm] | None] = None
    page_template: ClassVar[str] = "admin/object.html"
    form_template: ClassVar[str] = "admin/form.html"
    steps: ClassVar[tuple[Step, ...]] = ()
    removable: ClassVar[bool] = False
    keeps_history: ClassVar[bool] = False  # whether its changes are in the audit log under its own number
    audited_as: ClassVar[str] = ""  # what the audit log calls it, where that is not the model's name

    actions: Any = None
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = CappedPaginator

    # --- what a subclass says ---

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        """Create an object through its service and return it, or a page of its own."""
        raise NotImplementedError

    def change(self, request: HttpRequest, subject: Any, data: dict[str, Any]) -> HttpResponse | str | None:
        """Change an object through its service; return what to tell besides that it is stored, or a page of its own."""
        raise NotImplementedError

    def remove(self, request: HttpRequest, subject: Any) -> HttpResponse | None:
        """Take an object away through its service; an answer, if any, is a page of its own."""
        raise NotImplementedError

    def page_context(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        """Return what the object's page shows besides the object."""
        return {}

    # --- permissions: the role's, never Django's per-model ones ---

    def has_module_permission(self, request: HttpRequest) -> bool:
        return scope_of(request).sees(self.area)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return scope_of(request).sees(self.area)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.add_form is not None and scope_of(request).changes(self.area)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.change_form is not None and scope_of(request).changes(self.area)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.removable and scope_of(request).changes(self.area)

    # --- lists ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(brand=scope_of(request).brand)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require(scope_of(request).sees(self.area))
        context = {
            "title": self.list_title or capitalised(self.plural),
            "noun": self.singular,
            "nouns": self.plural,
            "intro": self.intro,
            "empty_title": self.empty_title,
            "empty_text": self.empty_text,
            "can_add": self.has_add_permission(request),
            "kept_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    # --- one object ---

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<path:object_id>/{step.name}/",
                self.admin_site.admin_view(self._step_view(step)),
                name=f"{name}_{step.name.replace('-', '_')}",
            )
            for step in self.steps
        ]
        return [*own, *super().get_urls()]

    def find(self, request: HttpRequest, object_id: str) -> Any:
        """Return an object of the brand; anything else does not exist."""
        found = self.get_object(request, object_id)
        if found is None:
            raise NotInThisBrand(
                f"There is no such {self.singular} in this brand.", model=self.model, key=object_id, area=self.area
            )
        return found

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None:
            return self._adding(request)
        subject = self.find(request, object_id)
        self.require(self.has_view_permission(request, subject))
        if self.change_form is not None and self.page_template == "admin/object.html":
            return self._changing(request, subject, self.change_form)
        if request.method == "POST":
            raise PermissionDenied
        return self.page(request, subject)

    def page(self, request: HttpRequest, subject: Any) -> HttpResponse:
        """Show an object with what can be done with it."""
        scope = scope_of(request)
        context = {
            **self.context(request),
            "title": str(subject),
            "subject": subject,
            "history_url": self.url("history", subject) if self.keeps_history else "",
            "steps": [
                (self.keeping(request, self.url(step.name, subject)), step)
                for step in self.steps
                if scope.changes(step.area) and step.applies(subject)
            ],
            **self.page_context(request, subject),
        }
        return TemplateResponse(request, self.page_template, context)

    def _adding(self, request: HttpRequest) -> HttpResponse:
        if self.add_form is None or not self.has_add_permission(request):
            raise PermissionDenied
        form = self.bind(request, self.add_form, initial=dict(request.GET.items()))

        def store() -> tuple[str, str] | HttpResponse:
            created = self.add(request, form.cleaned_data)
            if isinstance(created, HttpResponse):
                return created
            return f"{capitalised(self.singular)} {created} is stored.", self.after_adding(request, created)

        back = self.list_as_it_was(request)
        return self.answer_form(request, form, store, title=f"New {self.singular}", button="Save", back=back)

    def _changing(self, request: HttpRequest, subject: Any, form_class: type[BrandForm]) -> HttpResponse:
        form = self.bind(request, form_class, subject, initial=form_class.initial_from(subject))
        if not self.has_change_permission(request, subject):
            if request.method == "POST":
                raise PermissionDenied
            for field in form.fields.values():
                field.disabled = True

        def store() -> tuple[str, str] | HttpResponse:
            answer = self.change(request, subject, form.cleaned_data)
            if isinstance(answer, HttpResponse):
                return answer
            return answer or f"{subject} is stored.", self.list_as_it_was(request)

        return self.answer_form(
            request,
            form,
            store,
            title=str(subject),
            button="Save",
            back=self.list_as_it_was(request),
            template=self.form_template,
            extra={
                "subject": subject,
                "may_save": self.has_change_permission(request, subject),
                "remove_url": self.keeping(request, self.url("delete", subject))
                if self.has_delete_permission(request, subject)
                else "",
                **self.page_context(request, subject),
            },
        )

    def _step_view(self, step: Step) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            self.require(scope_of(request).changes(step.area))
            subject = self.find(request, object_id)
            if not step.applies(subject):
                raise Http404(f"{step.label} does not apply to {subject}.")
            form = self.bind(request, step.form, subject, initial=step.form.initial_from(subject))
            page = self.keeping(request, self.url("change", subject))

            def store() -> tuple[str, str] | HttpResponse:
                answer = step.perform(self, request, subject, form.cleaned_data)
                return answer if isinstance(answer, HttpResponse) else (answer, page)

            return self.answer_form(
                request,
                form,
                store,
                title=step.label,
                button=step.label,
                back=page,
                extra={"subject": subject, "text": step.text, "is_grave": step.is_grave},
            )

        return view

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        subject = self.find(request, object_id)
        self.require(self.has_delete_permission(request, subject))
        form = self.bind(request, BrandForm, subject)

        def store() -> tuple[str, str] | HttpResponse:
            label = str(subject)
            answer = self.remove(request, subject)
            return (f"{label} is removed.", self.list_as_it_was(request)) if answer is None else answer

        return self.answer_form(
            request,
            form,
            store,
            title=f"Remove {subject}?",
            button="Remove",
            back=self.keeping(request, self.url("change", subject)),
            extra={"subject": subject, "is_grave": True, "text": self.removal_text(request, subject)},
        )

    def removal_text(self, request: HttpRequest, subject: Any) -> str:
        """Say what removing the object does."""
        return ""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require(scope_of(request).sees(Area.AUDIT))
        subject = self.find(request, object_id)
        query = f"?object_type__exact={self.audited_as or self.opts.model_name}&object_id__exact={subject.pk}"
        return HttpResponseRedirect(reverse("admin:brands_auditevent_changelist") + query)

    def after_adding(self, request: HttpRequest, created: Any) -> str:
        """Return where an operator goes on after he added an object."""
        return self.list_url

    # --- Django's own journal is not kept: the services' audit is the one there is ---

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None


def capitalised(text: str) -> str:
    """Return the text with its first letter large, abbreviations as they are."""
    return text[:1].upper() + text[1:]
