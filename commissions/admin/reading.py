"""How terms read: each component in sentences with its worked example, as it stands beside the form."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from commissions.engine.plan import Component
from commissions.engine.readback import example, sentences
from commissions.models import Plan
from track360.lib.money import is_currency


@dataclass(frozen=True, slots=True)
class Reading:
    """One component as people read it."""

    name: str
    sentences: tuple[str, ...]
    example: str


def read_back(components: Sequence[Component], plan: Plan, *, counts: Collection[str]) -> list[Reading]:
    """Return how the components read in the plan's currency; nothing while that is no currency yet.

    `counts` are the brand's KPIs that are no money.
    """
    if not is_currency(plan.currency):
        return []
    return [
        Reading(
            name=component.name,
            sentences=tuple(sentences(component, plan.currency, counts=counts)),
            example=example(component, plan.currency, counts=counts),
        )
        for component in components
    ]
