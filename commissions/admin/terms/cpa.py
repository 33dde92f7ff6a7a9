"""A CPA as fields (commissions.md 4)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from commissions.admin.terms.components import ComponentPart, given
from commissions.admin.terms.conditions import JOINS, ConditionRow, condition_of, rows_of
from commissions.admin.terms.parts import Document, NumberField, Row
from commissions.admin.terms.rows import Rows
from track360.lib.countries import country_code

TRIGGERS = [
    ("first_deposit", "First deposit"),
    ("registration", "Registration (CPL)"),
    ("first", "First record of a KPI …"),
]
PAYS = [("amount", "An amount"), ("percent", "A percentage of the trigger's amount"), ("tiers", "Tiers")]
CAPS = [("", "No cap"), ("count", "Customers a month"), ("amount", "Amount a month")]
ANCHORS = [("", "Of the registration"), ("activity", "Of the trigger")]


class CountryRow(Row):
    """Another amount for a country."""

    country = forms.CharField(
        required=False,
        max_length=60,
        label="Country",
        widget=forms.TextInput(
            attrs={"size": 12, "list": "country-names", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    amount = NumberField(label="Amount")

    def clean_country(self) -> str:
        text = str(self.cleaned_data["country"])
        code = country_code(text) if text else ""
        if code is None:
            raise forms.ValidationError(f"There is no country “{text}”. Choose one that is suggested.", code="unknown")
        return code

    def check(self) -> None:
        self.check_choice("country", "Choose a country.")
        self.check_number("amount", missing="Write an amount.")


class CpaPart(ComponentPart):
    """Pays once per customer who qualifies."""

    kind = "cpa"
    heading = "CPA"
    template = "admin/terms/cpa.html"
    pays_rates = False

    trigger = forms.ChoiceField(choices=TRIGGERS, label="When")
    trigger_kpi = forms.ChoiceField(required=False, label="KPI")
    pay = forms.ChoiceField(choices=PAYS, label="Pays")
    amount = NumberField(label="Amount")
    percent = NumberField(label="Percent")
    min = NumberField(label="At least")
    max = NumberField(label="At most")
    join = forms.ChoiceField(choices=JOINS, label="A customer qualifies when he meets")
    within_days = NumberField(label="Within days of registration", help_text="Empty: whenever.")
    cap_of = forms.ChoiceField(choices=CAPS, required=False, label="Cap")
    cap = NumberField(label="Cap at")
    anchor = forms.ChoiceField(
        choices=ANCHORS,
        required=False,
        label="Terms in force on the day",
        help_text="Decides which affiliate, deal and version count.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trigger_kpi"].choices = self.words.kpi_choices  # type: ignore[attr-defined]
        data = self.data if self.is_bound else None
        self.countries: Rows[CountryRow] = Rows(
            lambda **row: CountryRow(words=self.words, **row),
            prefix=f"{self.prefix}-country",
            data=data,
            initial=self.initial.get("countries", ()),
        )
        self.conditions: Rows[ConditionRow] = Rows(
            lambda **row: ConditionRow(words=self.words, **row),
            prefix=f"{self.prefix}-condition",
            data=data,
            initial=self.initial.get("conditions", ()),
        )

    @classmethod
    def initial_from(cls, name: str, terms: Mapping[str, Any]) -> Document:
        trigger, _, kpi = str(terms.get("trigger", "first_deposit")).partition(":")
        join, conditions = rows_of(terms.get("conditions"))
        cap = terms.get("cap") or {}
        return {
            "name": name,
            "trigger": trigger,
            "trigger_kpi": kpi,
            "pay": next((pay for pay, _ in PAYS if terms.get(pay) is not None), "amount"),
            **{key: terms.get(key, "") for key in ("amount", "percent", "min", "max", "within_days", "hold_days")},
            "join": join,
            "conditions": conditions,
            "countries": [
                {"country": country, "amount": str(amount)}
                for country, amount in (terms.get("by_country") or {}).items()
            ],
            "cap_of": next(iter(cap), ""),
            "cap": next(iter(cap.values()), ""),
            "anchor": "activity" if terms.get("anchor") == "activity" else "",
            "tiers": terms.get("tiers"),
        }

    def has_tiers(self) -> bool:
        return self.written("pay") == "tiers"

    def clean(self) -> Document:
        match self.written("pay"):
            case "amount":
                self.check_number("amount", missing="Write an amount.")
            case "percent":
                self.check_number("percent", missing="Write a percentage.")
                self.check_number("min")
                self.check_number("max")
        if self.written("trigger") == "first":
            self.check_choice("trigger_kpi", "Choose a KPI.")
        if self.written("cap_of"):
            self.check_number("cap", missing="Write how many, or how much.")
        self.check_number("within_days")
        return super().clean()

    def leave_unchecked(self) -> None:
        super().leave_unchecked()
        self.countries.leave_unchecked()
        self.conditions.leave_unchecked()

    def rows_are_valid(self) -> bool:
        conditions, countries = self.conditions.is_valid(), self._countries_are_valid()
        return (countries or self.written("pay") != "amount") and conditions

    def _countries_are_valid(self) -> bool:
        is_valid = self.countries.is_valid()
        seen: set[str] = set()
        for row in self.countries.filled():
            country = row.written("country")
            if country in seen:
                row.add_error("country", f"{country} stands above already.")
                is_valid = False
            elif country:
                seen.add(country)
        return is_valid

    def terms(self) -> Document:
        for path in ("trigger", "amount", "percent", "min", "max", "within_days", "hold_days", "anchor", "cap"):
            self.came_from(path, path)
        self.came_from("conditions", "join")
        trigger = self.written("trigger")
        if trigger == "first":
            trigger = f"first:{self.written('trigger_kpi')}"
            self.came_from("trigger", "trigger_kpi")
        document: Document = {
            "trigger": trigger,
            **self._pay(),
            "conditions": condition_of(self.written("join"), self.conditions.filled(), self),
            "within_days": self.written("within_days"),
            "hold_days": self.written("hold_days"),
            "anchor": self.written("anchor"),
        }
        if cap_of := self.written("cap_of"):
            document["cap"] = {cap_of: self.written("cap") or "?"}
        return given(document)

    def _pay(self) -> Document:
        match self.written("pay"):
            case "tiers":
                return {"tiers": self.tier_terms()}
            case "percent":
                return {
                    "percent": self.written("percent") or "?",
                    "min": self.written("min"),
                    "max": self.written("max"),
                }
            case _:
                countries = {}
                for row in self.countries.filled():
                    country = row.written("country")
                    self.came_from(f"by_country.{country}", "amount", row)
                    countries[country] = row.written("amount")
                return {"amount": self.written("amount") or "?", "by_country": countries}
