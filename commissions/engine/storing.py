"""States, progress and workings as JSON values and back, without losing a digit."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from commissions.engine.book import Aside, ComponentState, Deficit, Figure, Note, Progress
from track360.lib.money import plain
from track360.lib.periods import Period


def state_to_json(state: ComponentState) -> dict[str, Any]:
    """Write what a component hands to the next month; amounts as strings."""
    return {
        "started": None if state.started is None else str(state.started),
        "deficits": [
            {"customer": deficit.customer, "arisen_in": str(deficit.arisen_in), "amount": plain(deficit.amount)}
            for deficit in state.deficits
        ],
        "asides": [{"customer": aside.customer, "amount": plain(aside.amount)} for aside in state.asides],
        "figures": [
            {
                "version": figure.version,
                "metric": figure.metric,
                "period": plain(figure.period),
                "lifetime": plain(figure.lifetime),
            }
            for figure in state.figures
        ],
    }


def state_from_json(component: str, document: Mapping[str, Any]) -> ComponentState:
    """Read what `state_to_json` wrote."""
    return ComponentState(
        component=component,
        started=None if document["started"] is None else Period.parse(document["started"]),
        deficits=tuple(
            Deficit(deficit["customer"], Period.parse(deficit["arisen_in"]), Decimal(deficit["amount"]))
            for deficit in document["deficits"]
        ),
        asides=tuple(Aside(aside["customer"], Decimal(aside["amount"])) for aside in document["asides"]),
        figures=tuple(
            Figure(figure["version"], figure["metric"], Decimal(figure["period"]), Decimal(figure["lifetime"]))
            for figure in document["figures"]
        ),
    )


def progress_to_json(progress: Sequence[Progress]) -> list[dict[str, str]]:
    """Write how far a customer is with each condition."""
    return [{"measure": step.measure, "have": plain(step.have), "need": plain(step.need)} for step in progress]


def progress_from_json(document: Sequence[Mapping[str, str]]) -> tuple[Progress, ...]:
    """Read what `progress_to_json` wrote."""
    return tuple(Progress(step["measure"], Decimal(step["have"]), Decimal(step["need"])) for step in document)


def working_to_json(working: Sequence[Note]) -> list[dict[str, str]]:
    """Write the steps that explain a line, in order."""
    return [{"step": note.step, **dict(note.figures)} for note in working]
