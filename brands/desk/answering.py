"""Answering with forms: shown, checked, handed to a service, and shown again with what the service refused."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from brands.desk.forms import BrandForm
from brands.desk.scope import scope_of
from track360.lib.problems import Problem

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Model]
else:
    _ModelAdmin = admin.ModelAdmin

KEPT_FILTERS = "_changelist_filters"  # Django's own name for them, in the address of every object of a filtered list


class FormPages(_ModelAdmin):
    """What the pages of a model say around their content, and how their forms are answered."""

    noun: ClassVar[str] = ""  # where the model's own name is not what people say
    nouns: ClassVar[str] = ""
    list_title: ClassVar[str] = ""  # where the list is called otherwise than what is in it

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of this admin shows around its own content."""
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "noun": self.singular,
            "nouns": self.plural,
            "list_url": self.list_as_it_was(request),
            "list_label": self.list_title,
        }

    def bind(
        self, request: HttpRequest, form_class: type[BrandForm], subject: Any = None, *, initial: Any = None
    ) -> BrandForm:
        """Return the form for this request, filled in if it was sent."""
        scope = scope_of(request)
        if request.method == "POST":
            return form_class(request.POST, request.FILES, scope=scope, subject=subject, initial=initial)
        return form_class(scope=scope, subject=subject, initial=initial)

    def answer_form(
        self,
        request: HttpRequest,
        form: BrandForm,
        store: Callable[[], tuple[str, str] | HttpResponse] | None,
        *,
        title: str,
        button: str,
        back: str,
        template: str = "admin/form.html",
        extra: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a form, or hand what was sent to `store`.

        `store` calls the service and returns what to tell and where to go on, or a page of its own. What it refuses
        stands at the form again, and nothing is changed. Without `store` the form is only shown.
        """
        if request.method == "POST" and store is not None and form.is_valid():
            try:
                with transaction.atomic():
                    stored = store()
            except Problem as problem:
                form.refuse(problem)
            else:
                if isinstance(stored, HttpResponse):
                    return stored
                messages.success(request, stored[0])
                return HttpResponseRedirect(stored[1])
        context = {
            **self.context(request),
            "title": title,
            "form": form,
            "button": button,
            "back": back,
            "may_save": True,
            **(extra or {}),
        }
        return TemplateResponse(
            request, template, context, status=422 if form.errors or (extra or {}).get("is_incomplete") else 200
        )

    @property
    def singular(self) -> str:
        return self.noun or str(self.opts.verbose_name)

    @property
    def plural(self) -> str:
        return self.nouns or (f"{self.noun}s" if self.noun else str(self.opts.verbose_name_plural))

    @property
    def list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def list_as_it_was(self, request: HttpRequest) -> str:
        """Return the address of the list, filtered and sorted as it was when one left it for this page."""
        kept = QueryDict(request.GET.get(KEPT_FILTERS, "")).urlencode()
        return f"{self.list_url}?{kept}" if kept else self.list_url

    @staticmethod
    def keeping(request: HttpRequest, address: str) -> str:
        """Return the address of a page about the same object, from which the list is found again as it was."""
        kept = request.GET.get(KEPT_FILTERS)
        return f"{address}?{urlencode({KEPT_FILTERS: kept})}" if kept else address

    def url(self, name: str, subject: Any) -> str:
        """Return the address of a page about an object: `change`, `delete`, `history`, or a step's name."""
        page = name.replace("-", "_")
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[subject.pk])

    @staticmethod
    def require(allowed: bool) -> None:
        """Raise PermissionDenied unless the role allows it."""
        if not allowed:
            raise PermissionDenied
