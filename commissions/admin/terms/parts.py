"""What the forms of all component kinds share: reading numbers, and finding the field that an error belongs to."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from commissions.admin.terms.vocabulary import Vocabulary
from commissions.engine.terms import TermsRefused
from commissions.engine.terms.reading import NUMBER
from track360.lib.money import plain

Document = dict[str, Any]


class NumberField(forms.CharField):
    """A number as it is written; the parser of terms says what it may be."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8})
        super().__init__(**{"required": False, "max_length": 30, "widget": widget, **kwargs})


class PercentField(NumberField):
    """A share written as people do, 30 for 30 %; the terms hold the fraction, 0.3."""

    def prepare_value(self, value: Any) -> Any:
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        try:
            percent = Decimal(text)
        except InvalidOperation:
            percent = Decimal(-1)
        if not (percent.is_finite() and 0 <= percent <= 100) or "e" in text.lower():
            raise forms.ValidationError("Write a percentage from 0 to 100, such as 30 or 12.5.", code="invalid")
        return plain(percent.scaleb(-2))


def percent_of(fraction: Any) -> str:
    """Return the percentage that a fraction of the terms is shown as."""
    return plain(Decimal(str(fraction)).scaleb(2)) if fraction not in (None, "") else ""


class Part(forms.Form):
    """Some fields of a component's terms. `places` knows which field each path of the document came from."""

    def __init__(self, *args: Any, words: Vocabulary, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.label_suffix = ""
        self.places: dict[str, tuple[forms.Form, str]] = {}
        self.is_unchecked = False

    @property
    def errors(self) -> ErrorDict:
        """What is wrong; nothing while the form is only being written."""
        return ErrorDict() if self.is_unchecked else super().errors

    def leave_unchecked(self) -> None:
        """Show no errors: a button only asked for another row."""
        self.is_unchecked = True

    def written(self, name: str) -> str:
        """Return a text as it was cleaned; empty if it was not given or not valid."""
        return str(self.cleaned_data.get(name) or "")

    def came_from(self, path: str, field: str, form: forms.Form | None = None) -> None:
        """Remember the field behind a path of the document."""
        self.places[path] = (form or self, field)

    def check_number(self, name: str, *, missing: str = "") -> None:
        """Mark a number that is none, or that is missing where it counts; the parser says what else it may be."""
        if name in self.errors:
            return
        text = self.written(name)
        if not text:
            if missing:
                self.add_error(name, missing)
        elif not NUMBER.fullmatch(text):
            self.add_error(name, "Write a number, such as 100 or 12.50, without spaces or commas.")
        elif Decimal(text) < 0:
            self.add_error(name, "Must be at least 0.")

    def check_choice(self, name: str, missing: str) -> None:
        """Mark a choice that is missing where it counts."""
        if name not in self.errors and not self.written(name):
            self.add_error(name, missing)

    def place_error(self, refused: TermsRefused) -> bool:
        """Show the refusal at the field it is about, found by the longest known beginning of its path."""
        for path in sorted(self.places, key=len, reverse=True):
            if refused.path == path or refused.path.startswith((f"{path}.", f"{path}[")):
                form, field = self.places[path]
                form.add_error(field, sentence(refused.message))
                return True
        return False


class Row(Part):
    """One row of a list. A blank one counts for nothing, so nothing is wrong with it."""

    def clean(self) -> Document:
        if self.has_changed():
            self.check()
        return self.cleaned_data

    def check(self) -> None:
        """Mark what is wrong with a row in which something was written."""


def sentence(message: str) -> str:
    """Return a message of the parser as a sentence, without what only concerns those who write documents."""
    message = message.replace(" written as text", "").replace('"12.50"', "12.50")
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "}")) else ".")
