"""Nested conditions as rows: each stands at a level, and belongs to the nearest group above it one level higher."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from commissions.admin.terms.parts import Document, NumberField, Part, Row
from commissions.admin.terms.vocabulary import MEASURES

JOINS = [("all", "All of these"), ("any", "Any one of these")]
GROUPS = [("all", "All of the rows below"), ("any", "Any one of the rows below")]
DEEPEST = 3


class ConditionRow(Row):
    """One condition, or the heading of a group of them."""

    level = forms.ChoiceField(
        choices=[(str(number), "↳" * number or "–") for number in range(DEEPEST + 1)], required=False, label="Level"
    )
    measure = forms.ChoiceField(required=False, label="What")
    kpi = forms.ChoiceField(required=False, label="KPI")
    at_least = NumberField(label="At least")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measure, kpi = self.fields["measure"], self.fields["kpi"]
        measure.choices = [("", "–"), *MEASURES, ("Groups", GROUPS)]  # type: ignore[attr-defined]
        kpi.choices = self.words.kpi_choices  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        return bool(self["measure"].value() or self["at_least"].value())

    def check(self) -> None:
        self.check_choice("measure", "Choose what is looked at.")
        if self.written("measure") in {"sum", "count"}:
            self.check_choice("kpi", "Choose a KPI.")
        if self.written("measure") and not self.group:
            self.check_number("at_least", missing="Write how much is needed.")

    @property
    def group(self) -> str:
        """Return "all" or "any" if the row is the heading of a group, else nothing."""
        measure = self.written("measure")
        return measure if measure in {"all", "any"} else ""

    def leaf(self) -> Document:
        measure = self.written("measure")
        if measure in {"sum", "count"}:
            measure = f"{measure}:{self.written('kpi')}"
        return {"measure": measure, "at_least": self.written("at_least")}


def rows_of(condition: Mapping[str, Any] | None) -> tuple[str, list[Document]]:
    """Return how the outermost conditions are joined, and every condition and group as the values of a row."""
    if not condition:
        return "all", []
    join = _join(condition)
    if not join:
        return "all", [_row(condition, 0)]
    return join, [row for part in condition[join] for row in _flattened(part, 0)]


def _flattened(condition: Mapping[str, Any], level: int) -> list[Document]:
    join = _join(condition)
    if not join:
        return [_row(condition, level)]
    return [
        {"level": level, "measure": join},
        *(row for part in condition[join] for row in _flattened(part, level + 1)),
    ]


def _join(condition: Mapping[str, Any]) -> str:
    return next((join for join in ("all", "any") if join in condition), "")


def _row(condition: Mapping[str, Any], level: int) -> Document:
    measure, _, kpi = str(condition["measure"]).partition(":")
    return {"level": level, "measure": measure, "kpi": kpi, "at_least": str(condition["at_least"])}


def condition_of(join: str, rows: Sequence[ConditionRow], owner: Part) -> Document | None:
    """Return the rows as one nested condition, and tell `owner` which row each path came from."""
    if not rows:
        return None
    root: list[Document] = []
    open_groups: list[tuple[list[Document], str]] = [(root, f"conditions.{join}")]
    for row in rows:
        level = min(int(row.cleaned_data.get("level") or 0), len(open_groups) - 1)
        del open_groups[level + 1 :]
        parts, path = open_groups[level]
        own_path = f"{path}[{len(parts)}]"
        owner.came_from(own_path, "measure", row)
        if row.group:
            inside: list[Document] = []
            parts.append({row.group: inside})
            open_groups.append((inside, f"{own_path}.{row.group}"))
        else:
            parts.append(row.leaf())
            owner.came_from(f"{own_path}.at_least", "at_least", row)
            if ":" in parts[-1]["measure"]:
                owner.came_from(f"{own_path}.measure", "kpi", row)
    return {join: root}
