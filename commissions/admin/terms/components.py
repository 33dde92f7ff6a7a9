"""What the forms of both kinds of component have in common."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from commissions.admin.terms.parts import Document, NumberField, Part
from commissions.admin.terms.tiers import TiersPart
from commissions.engine.plan import Component
from commissions.engine.terms import TermsRefused, parse_component


class ComponentPart(Part):
    """One component: its name, its terms, and the tiers if it has them."""

    kind: ClassVar[str]
    heading: ClassVar[str]
    template: ClassVar[str]
    pays_rates: ClassVar[bool]

    name = forms.CharField(max_length=100, help_text="Lines and carry-over go by this name through all versions.")
    hold_days = NumberField(label="Hold in days", help_text="Empty: available at once.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiers = TiersPart(
            self.data if self.is_bound else None,
            prefix=self.prefix,
            words=self.words,
            of_rates=self.pays_rates,
            initial=TiersPart.initial_from(self.initial.get("tiers") or {}, of_rates=self.pays_rates),
        )

    @classmethod
    def initial_from(cls, name: str, terms: Mapping[str, Any]) -> Document:
        """Return what the fields show for a component that exists."""
        raise NotImplementedError

    def terms(self) -> Document:
        """Return the terms in the words of the document; raises nothing, the parser says what is wrong."""
        raise NotImplementedError

    def has_tiers(self) -> bool:
        """Tell whether the tiers count, so that what stands in their fields must be right."""
        raise NotImplementedError

    def clean(self) -> Document:
        self.check_number("hold_days")
        return self.cleaned_data

    def leave_unchecked(self) -> None:
        super().leave_unchecked()
        self.tiers.leave_unchecked()

    def rows_are_valid(self) -> bool:
        """Check rows that a kind has besides tiers."""
        return True

    def is_valid(self) -> bool:
        own = super().is_valid()
        tiers = self.tiers.is_valid() or not self.has_tiers()
        rows = self.rows_are_valid()
        return own and tiers and rows

    def tier_terms(self) -> Document:
        """Return the tiers' terms, and know their fields from now on."""
        tiers = self.tiers.document()
        self.places |= self.tiers.places
        return tiers

    def parsed(self) -> Component | None:
        """Return the component as the engine reads it; None, with the error at its field, when it does not."""
        try:
            component = parse_component(
                self.written("name"),
                self.kind,
                self.terms(),
                profiles=self.words.profiles,
                kpis=self.words.kpis,
            )
        except TermsRefused as refused:
            self.came_from("name", "name")
            if not self.place_error(refused):
                self.add_error(None, str(refused))
            return None
        return component


def given(document: Mapping[str, Any]) -> Document:
    """Return a document without what was left empty."""
    return {key: value for key, value in document.items() if value not in ("", None, [], {})}
