"""Tiers as fields and a row per band (commissions.md 5)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from commissions.admin.terms.parts import Document, NumberField, Part, PercentField, Row, percent_of
from commissions.admin.terms.rows import Rows

WINDOWS = [("period", "The month itself"), ("previous_period", "The month before"), ("lifetime", "Since the beginning")]
APPLY = [("whole", "The band reached, for all"), ("marginal", "Each slice by itself")]
COUNTED = [
    ("first_deposits", "First deposits of the affiliate's customers"),
    ("active_customers", "Active customers of the affiliate"),
]
FOR_CPA = [("qualified", "Customers qualified"), *COUNTED]
FOR_REVSHARE = [
    ("base", "The base of this component"),
    ("qualified", "Customers qualified for a CPA of this plan"),
    *COUNTED,
    ("sum", "Sum of a KPI …"),
    ("count", "Number of records of a KPI …"),
]


class AmountBand(Row):
    """From so many on: an amount."""

    bound = NumberField(label="From")
    value = NumberField(label="Amount")

    def check(self) -> None:
        self.check_number("bound", missing="Write from how many on.")
        self.check_number("value", missing="Write an amount.")


class RateBand(Row):
    """From so much on: a share."""

    bound = NumberField(label="From")
    value = PercentField(label="Percent")

    def check(self) -> None:
        self.check_number("bound", missing="Write from how much on.")
        self.check_choice("value", "Write a percentage.")


class TiersPart(Part):
    """The tiers of a component. `of_rates`: its bands hold shares, shown as percentages."""

    tier_metric = forms.ChoiceField(required=False, label="Depends on")
    tier_kpi = forms.ChoiceField(required=False, label="KPI")
    tier_window = forms.ChoiceField(choices=WINDOWS, required=False, label="Looked at over")
    tier_apply = forms.ChoiceField(choices=APPLY, required=False, label="Pays by")

    def __init__(self, *args: Any, of_rates: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_rates = of_rates
        metric, kpi = self.fields["tier_metric"], self.fields["tier_kpi"]
        metric.choices = FOR_REVSHARE if of_rates else FOR_CPA  # type: ignore[attr-defined]
        kpi.choices = self.words.kpi_choices  # type: ignore[attr-defined]
        band = RateBand if of_rates else AmountBand
        self.bands: Rows[Part] = Rows(
            lambda **given: band(words=self.words, **given),
            prefix=f"{self.prefix}-band",
            data=self.data if self.is_bound else None,
            initial=self.initial.get("bands", ()),
        )

    @staticmethod
    def initial_from(tiers: Mapping[str, Any], *, of_rates: bool) -> Document:
        """Return what the fields show for the tiers of a document."""
        metric, _, kpi = str(tiers.get("metric", "")).partition(":")
        bands = [
            {"bound": str(bound), "value": percent_of(value) if of_rates else str(value)}
            for bound, value in tiers.get("bands", ())
        ]
        return {
            "tier_metric": metric or ("base" if of_rates else "qualified"),
            "tier_kpi": kpi,
            "tier_window": tiers.get("window", "period"),
            "tier_apply": tiers.get("apply", "whole"),
            "bands": bands or [{}, {}],
        }

    def leave_unchecked(self) -> None:
        super().leave_unchecked()
        self.bands.leave_unchecked()

    def clean(self) -> Document:
        if self.written("tier_metric") in {"sum", "count"}:
            self.check_choice("tier_kpi", "Choose a KPI.")
        return self.cleaned_data

    def is_valid(self) -> bool:
        rows, own = self.bands.is_valid(), super().is_valid()
        return rows and own

    def document(self) -> Document:
        """Return the tiers in the words of the terms."""
        self.came_from("tiers", "tier_metric")
        for path, field in (("metric", "tier_metric"), ("window", "tier_window"), ("apply", "tier_apply")):
            self.came_from(f"tiers.{path}", field)
        metric = self.written("tier_metric")
        if metric in {"sum", "count"}:
            metric = f"{metric}:{self.written('tier_kpi')}"
            self.came_from("tiers.metric", "tier_kpi")
        bands = []
        for place, row in enumerate(self.bands.filled()):
            self.came_from(f"tiers.bands[{place}]", "bound", row)
            self.came_from(f"tiers.bands[{place}][1]", "value", row)
            bands.append([row.written("bound"), row.written("value")])
        return {
            "metric": metric,
            "window": self.written("tier_window") or "period",
            "apply": self.written("tier_apply") or "whole",
            "bands": bands,
        }
