"""A whole version as one form: from when, for whom, and a part for each component."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from brands.desk.forms import DayField
from commissions.admin.terms import KINDS, ComponentPart, RevSharePart
from commissions.admin.terms.parts import Part, sentence
from commissions.admin.terms.rows import ADD, REMOVE
from commissions.admin.terms.vocabulary import Vocabulary
from commissions.engine.plan import Component
from commissions.engine.terms import TermsRefused, parse_component
from commissions.models.terms import AppliesTo
from commissions.services import StatedComponent

PREFIX = "c"
_COMPONENT = re.compile(r"components\[(\d+)\]\.?(.*)$")
_PART = re.compile(rf"{PREFIX}-(\d{{1,3}})-kind$")


class VersionHead(Part):
    """From which day on a version holds, and for which customers."""

    effective_from = DayField(label="In force from")
    applies_to = forms.ChoiceField(choices=AppliesTo.choices, label="For")


class Draft:
    """A version as it is being written.

    `stored` are the components to begin with; with `data` everything is what was sent.
    """

    def __init__(
        self,
        *,
        words: Vocabulary,
        data: Mapping[str, Any] | None = None,
        stored: Sequence[StatedComponent] = (),
        head: Mapping[str, Any] | None = None,
    ) -> None:
        self.words = words
        self._begun_with = stored
        self.is_bound = data is not None
        # A button that adds or takes away a row sends everything; it asks for nothing to be checked or stored.
        self.is_unchecked = data is not None and bool(data.get(ADD) or data.get(REMOVE))
        self.head = VersionHead(data, words=words, initial=dict(head or {}))
        self.parts = self._sent(data) if data is not None else self._stored(stored)
        self.errors: list[str] = []
        if self.is_unchecked:
            self.head.leave_unchecked()
            for part in self.parts:
                part.leave_unchecked()

    def _sent(self, data: Mapping[str, Any]) -> list[ComponentPart]:
        kinds = {int(found[1]): str(data[name]) for name in data if (found := _PART.match(name))}
        asked = str(data.get(ADD, ""))
        if asked.startswith("component:"):
            kinds[max(kinds, default=-1) + 1] = asked.removeprefix("component:")
        removed = data.get(REMOVE)
        parts = []
        for place, kind in sorted(kinds.items()):
            prefix = f"{PREFIX}-{place}"
            if kind in KINDS and prefix != removed:
                is_new = f"{prefix}-kind" not in data
                parts.append(self.blank(kind, prefix) if is_new else self._part(kind, prefix, data=data))
        return parts

    def _stored(self, stored: Sequence[StatedComponent]) -> list[ComponentPart]:
        return [
            self._part(one.kind, f"{PREFIX}-{place}", initial=KINDS[one.kind].initial_from(one.name, one.terms))
            for place, one in enumerate(stored)
        ]

    def _part(self, kind: str, prefix: str, **given: Any) -> ComponentPart:
        return KINDS[kind](words=self.words, prefix=prefix, **given)

    def blank(self, kind: str, prefix: str) -> ComponentPart:
        """Return a new component's part."""
        name = KINDS[kind].heading
        return self._part(kind, prefix, initial=KINDS[kind].initial_from(name, {}))

    @property
    def blanks(self) -> list[ComponentPart]:
        """Return a part of each kind for scripts to copy; its number is still open."""
        return [self.blank(kind, f"{PREFIX}-__part__") for kind in KINDS]

    def parsed(self) -> list[Component] | None:
        """Return the components as the engine reads them; None, with each error at its field, when one does not."""
        if not self.parts:
            self.errors.append("A version has at least one component. Add a CPA or a revenue share.")
        heads, parts = self.head.is_valid(), [part.is_valid() for part in self.parts]
        components = [part.parsed() if valid else None for part, valid in zip(self.parts, parts, strict=True)]
        if not heads or self.errors or None in components:
            return None
        return [component for component in components if component is not None]

    def begun_with(self) -> list[Component]:
        """Return the components that the form began with, as the engine reads them."""
        return [
            parse_component(one.name, one.kind, one.terms, profiles=self.words.profiles) for one in self._begun_with
        ]

    def stated(self) -> list[StatedComponent]:
        """Return the components in the words of the document, after `parsed` found nothing wrong."""
        return [StatedComponent(part.written("name"), part.kind, part.terms()) for part in self.parts]

    @property
    def products(self) -> list[str]:
        """The products that the components name."""
        return [product for part in self.parts if isinstance(part, RevSharePart) for product in part.named_products()]

    def place(self, refused: TermsRefused) -> None:
        """Show what a service refused about the whole version at the field it is about, if there is one."""
        found = _COMPONENT.search(refused.path)
        part = self.parts[int(found[1])] if found and int(found[1]) < len(self.parts) else None
        if found is None or part is None or not part.place_error(TermsRefused(found[2], refused.message)):
            self.errors.append(sentence(refused.message))

    @property
    def effective_from(self) -> date:
        day: date = self.head.cleaned_data["effective_from"]
        return day

    @property
    def applies_to(self) -> str:
        return str(self.head.cleaned_data["applies_to"])
