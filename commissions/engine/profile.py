"""Revenue, step by step, from the sums of a scope (commissions.md 6.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from commissions.engine.plan import RUNNING, Profile, Subtract, SubtractPercent, Sum
from track360.lib.money import ZERO

# Percentages of these are taken of what is above 0, unless the step is signed.
FLOORED = ("GGR", RUNNING)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Steps:
    """The effect of each step of a profile, in order; their sum is the base."""

    effects: tuple[Decimal, ...]

    @property
    def base(self) -> Decimal:
        return sum(self.effects, ZERO)


def nothing(profile: Profile) -> Steps:
    """Give the result over no facts at all."""
    return Steps((ZERO,) * len(profile.steps))


def added(profile: Profile, scopes: Iterable[Steps]) -> Steps:
    """Add up the results of several scopes, step by step."""
    effects = tuple(sum(effects, ZERO) for effects in zip(*(steps.effects for steps in scopes), strict=True))
    return Steps(effects) if effects else nothing(profile)


def evaluate(profile: Profile, sums: Mapping[str, Decimal]) -> Steps:
    """Run the steps over one scope's KPI sums, in plan currency, unrounded; a KPI without facts is 0."""
    effects: list[Decimal] = []
    running = ZERO
    for step in profile.steps:
        match step:
            case Sum(kpi=kpi):
                effect = sums.get(kpi, ZERO)
            case Subtract(kpi=kpi):
                effect = -sums.get(kpi, ZERO)
            case SubtractPercent(percent=percent, of=of, signed=signed):
                figure = running if of == RUNNING else sums.get(of, ZERO)
                if of in FLOORED and not signed:
                    figure = max(figure, ZERO)
                effect = -(figure * percent / HUNDRED)
            case _:
                assert_never(step)
        effects.append(effect)
        running += effect
    return Steps(tuple(effects))


def kpis(profile: Profile) -> frozenset[str]:
    """Name the KPIs whose sums a profile looks at."""
    found = set()
    for step in profile.steps:
        match step:
            case Sum(kpi=kpi) | Subtract(kpi=kpi):
                found.add(kpi)
            case SubtractPercent(of=of):
                found.add(of)
            case _:
                assert_never(step)
    return frozenset(found - {RUNNING})
