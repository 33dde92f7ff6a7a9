"""Forms of the operators' pages: plain fields that say what a service is asked to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.forms.utils import ErrorDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from brands.desk.scope import Scope
from track360.lib.periods import FIRST_DAY, LAST_DAY
from track360.lib.problems import Problem

# How a service names the setting that it refuses, and a sentence that goes on after the name.
_NAME = re.compile(r"[a-z][a-z_]*")
_WORD = re.compile(r"[a-z]+ ")


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields under a heading, with a sentence that says what they are for."""

    title: str
    fields: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class BoundSection:
    title: str
    text: str
    fields: tuple[forms.BoundField, ...]


class OperatorForm(forms.Form):
    """What an operator fills in. Nothing is stored here: the page hands `cleaned_data` to a service."""

    required_css_class = "required"
    sections: ClassVar[tuple[Section, ...]] = ()
    is_unchecked = False  # set where a button only asks for another row

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    @property
    def errors(self) -> ErrorDict:
        """What is wrong; nothing while the form is only being written."""
        return ErrorDict() if self.is_unchecked else super().errors

    def bound_sections(self) -> Iterator[BoundSection]:
        """Yield the visible fields as they are grouped on the page."""
        sections = self.sections or (Section("", tuple(self.fields)),)
        for section in sections:
            fields = tuple(self[name] for name in section.fields if name in self.fields and not self[name].is_hidden)
            if fields:
                yield BoundSection(section.title, section.text, fields)

    def refuse(self, problem: Problem) -> None:
        """Show why a service refused, at the field that the message begins with, if it names one."""
        field, colon, message = problem.detail.partition(": ")
        if not colon or not _NAME.fullmatch(field):
            field, message = "", problem.detail
        elif _WORD.match(message):
            message = message[0].upper() + message[1:]
        self.add_error(field if field in self.fields else None, message)


class BrandForm(OperatorForm):
    """What an operator fills in about `subject`, an object of his brand, or about a new one."""

    def __init__(self, *args: Any, scope: Scope, subject: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.subject = subject

    @classmethod
    def initial_from(cls, subject: Any) -> dict[str, Any]:
        """Return what the fields show at first for an object that exists."""
        return {name: getattr(subject, name) for name in cls.base_fields if hasattr(subject, name)}


def choose_all(form: BrandForm) -> None:
    """Give every field that names an object of the brand the brand's objects."""
    for field in form.fields.values():
        if isinstance(field, CodeField):
            field.choose(form.scope)


class DayField(forms.DateField):
    """A day, chosen from the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not FIRST_DAY <= value <= LAST_DAY:
            message = f"Choose a day from {FIRST_DAY.year} through {LAST_DAY.year}. Check the year."
            raise forms.ValidationError(message, code="out_of_time")


class MomentField(forms.DateTimeField):
    """A moment in the brand's time zone, chosen from the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, **kwargs)


class CurrencyField(forms.CharField):
    """A currency's code; which exist is checked by the service that stores it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocapitalize": "characters", "size": 3, "spellcheck": "false"})
        super().__init__(max_length=3, min_length=3, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str | None:
        return (super().to_python(value) or "").upper() or self.empty_value


class LinesField(forms.CharField):
    """Several texts, one to a line."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Each line is checked by the service, which knows what it is."""


class Suggesting(forms.TextInput):
    """A text input that suggests values while one types; anything else may be typed too."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})
        self.suggestions: tuple[tuple[str, str], ...] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        identity = f"{(attrs or {}).get('id', name)}_suggestions"
        field = super().render(name, value, {**(attrs or {}), "list": identity}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.suggestions)
        return format_html('{}<datalist id="{}">{}</datalist>', field, identity, options)


class CodeField(forms.CharField):
    """An object of the brand, named by the code that people and the wire use. `choose` gives the field its objects."""

    widget = Suggesting
    SUGGESTED = 300

    def __init__(self, *, model: Any, by: str = "code", **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.model = model
        self.by = by
        self.brand_id: int | None = None

    def choose(self, scope: Scope) -> None:
        """Take the objects of this brand, the first of them as suggestions."""
        self.brand_id = scope.brand.pk
        objects = self.model.objects.filter(brand=scope.brand).order_by(self.by)[: self.SUGGESTED]
        self.widget.suggestions = tuple((getattr(one, self.by), str(one)) for one in objects)

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, self.by, value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = self.model.objects.filter(**{"brand": self.brand_id, self.by: text}).first()
        if found is None:
            noun = self.model._meta.verbose_name
            raise forms.ValidationError(f"There is no {noun} “{text}” in this brand.", code="unknown")
        return found


class TimeZoneField(forms.CharField):
    """A time zone by its name in the tz database."""

    def __init__(self, **kwargs: Any) -> None:
        widget = Suggesting()
        widget.suggestions = tuple((name, "") for name in sorted(available_timezones()) if "/" in name)
        super().__init__(max_length=64, widget=widget, **kwargs)
