"""How terms read: each component in sentences with its worked example, as it stands beside the form."""

from collections.abc import Sequence

from commissions.engine.plan import Component
from commissions.engine.readback import example, sentences
from commissions.models import Plan


def read_back(components: Sequence[Component], plan: Plan) -> list[dict[str, object]]:
    """Return each component's name with the sentences and the example that the engine gives of it."""
    return [
        {"name": c.name, "sentences": sentences(c, plan.currency), "example": example(c, plan.currency)}
        for c in components
    ]
