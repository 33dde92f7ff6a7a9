"""A revenue share as fields (commissions.md 6)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from commissions.admin.terms.components import ComponentPart, given
from commissions.admin.terms.parts import Document, NumberField, PercentField, percent_of

DIFFERENCE = "- difference -"
PAYS = [("rate", "A share"), ("tiers", "Tiers")]
NETTINGS = [("", "All customers together"), ("customer", "Each customer by himself")]
NEGATIVES = [
    ("", "Pays nothing, is forgotten"),
    ("full", "Carried until made good"),
    ("capped", "Carried up to a limit …"),
    ("expiring", "Carried for some months …"),
    ("allow", "Posted as a negative"),
]
LIMITED = frozenset({"capped", "expiring"})
CARRIES = [("", "Revenue"), ("commission", "Commission")]
ANCHORS = [("", "Of the activity"), ("registration", "Of the registration")]


class RevSharePart(ComponentPart):
    """Pays a share of the month's revenue."""

    kind = "revshare"
    heading = "Revenue share"
    template = "admin/terms/revshare.html"
    pays_rates = True

    base = forms.ChoiceField(label="Share of", error_messages={"required": "Choose of what."})
    base_plus = forms.ChoiceField(required=False, label="KPI")
    base_minus = forms.ChoiceField(required=False, label="minus KPI")
    pay = forms.ChoiceField(choices=PAYS, label="Pays")
    rate = PercentField(label="Percent")
    products = forms.CharField(
        required=False,
        max_length=500,
        help_text="Separated by commas; none stands for facts without a product. Empty: all.",
    )
    months = NumberField(label="For months after registration", help_text="Empty: for life.")
    netting = forms.ChoiceField(choices=NETTINGS, required=False, label="Netted over")
    negative = forms.ChoiceField(choices=NEGATIVES, required=False, label="When a month is negative")
    negative_by = NumberField(label="Limit")
    carry = forms.ChoiceField(choices=CARRIES, required=False, label="Carried over is")
    ring_fence = NumberField(
        label="Ring-fence from",
        help_text="A customer who wins at least this much in a negative month is set aside. Empty: nobody.",
    )
    anchor = forms.ChoiceField(
        choices=ANCHORS,
        required=False,
        label="Terms in force on the day",
        help_text="Decides which affiliate, deal and version count.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profiles = [(name, name) for name in self.words.profiles]
        kpis = [(name, name) for name in self.words.kpis]
        self.fields["base"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *([("Revenue profiles", profiles)] if profiles else []),
            ("KPIs", kpis),
            ("Other", [(DIFFERENCE, "The difference of two KPIs …")]),
        ]
        for name in ("base_plus", "base_minus"):
            self.fields[name].choices = self.words.kpi_choices  # type: ignore[attr-defined]

    @classmethod
    def initial_from(cls, name: str, terms: Mapping[str, Any]) -> Document:
        base = str(terms.get("base", "NGR"))
        plus, is_difference, minus = base.partition(" - ")
        negative = terms.get("negative") or ""
        limit = ""
        if isinstance(negative, Mapping):
            negative, limit = next(iter(negative.items()))
        return {
            "name": name,
            "base": DIFFERENCE if is_difference else base,
            "base_plus": plus.strip() if is_difference else "",
            "base_minus": minus.strip() if is_difference else "",
            "pay": "tiers" if terms.get("tiers") else "rate",
            "rate": percent_of(terms.get("rate")),
            "products": ", ".join(terms.get("products") or ()),
            **{key: terms.get(key, "") for key in ("months", "ring_fence", "hold_days")},
            "netting": "customer" if terms.get("netting") == "customer" else "",
            "negative": "" if negative == "none" else negative,
            "negative_by": str(limit),
            "carry": "commission" if terms.get("carry") == "commission" else "",
            "anchor": "registration" if terms.get("anchor") == "registration" else "",
            "tiers": terms.get("tiers"),
        }

    def has_tiers(self) -> bool:
        return self.written("pay") == "tiers"

    def clean(self) -> Document:
        if self.written("base") == DIFFERENCE:
            self.check_choice("base_plus", "Choose a KPI.")
            self.check_choice("base_minus", "Choose a KPI.")
        if not self.has_tiers():
            self.check_choice("rate", "Write a percentage.")
        if self.written("negative") in LIMITED:
            self.check_number("negative_by", missing="Write a limit.")
        self.check_number("months")
        self.check_number("ring_fence")
        return super().clean()

    def terms(self) -> Document:
        for path in ("base", "rate", "products", "months", "netting", "carry", "ring_fence", "hold_days", "anchor"):
            self.came_from(path, path)
        base = self.written("base")
        if base == DIFFERENCE:
            base = f"{self.written('base_plus')} - {self.written('base_minus')}"
            self.came_from("base", "base_minus" if self.written("base_plus") else "base_plus")
        pays_tiers = self.has_tiers()
        return given(
            {
                "base": base,
                "rate": "" if pays_tiers else self.written("rate") or "?",
                "tiers": self.tier_terms() if pays_tiers else None,
                "products": self.named_products(),
                "months": self.written("months"),
                "netting": self.written("netting"),
                "negative": self._negative(),
                "carry": self.written("carry"),
                "ring_fence": self.written("ring_fence"),
                "hold_days": self.written("hold_days"),
                "anchor": self.written("anchor"),
            }
        )

    def named_products(self) -> list[str]:
        """Return the products that are named."""
        return [product.strip() for product in self.written("products").split(",") if product.strip()]

    def _negative(self) -> str | Document:
        negative = self.written("negative")
        self.came_from("negative", "negative")
        if negative in LIMITED:
            self.came_from("negative", "negative_by")
            return {negative: self.written("negative_by") or "?"}
        return negative
