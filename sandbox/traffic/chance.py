"""Chance that repeats itself."""

import math
from datetime import date
from random import Random

# Visitors by weekday, Monday first.
CASINO_WEEK = (0.85, 0.85, 0.95, 1.0, 1.15, 1.3, 1.2)
MARKET_WEEK = (1.05, 1.1, 1.1, 1.1, 1.0, 0.15, 0.2)


def dice(*names: object) -> Random:
    """Return a source of chance that is the same whenever it is asked for by the same names."""
    return Random("·".join(map(str, names)))  # noqa: S311 - play money


def season(day: date) -> float:
    """Return how busy a time of the year is: more around the turn of the year than in summer."""
    return 1 + 0.18 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365)


def several(chance: Random, mean: float) -> int:
    """Return a number of independent events of which `mean` happen on average (Poisson)."""
    if mean > 40:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def around(chance: Random, median: float, spread: float) -> float:
    """Return an amount around a median, seldom much larger (log-normal)."""
    return median * math.exp(chance.gauss(0, spread))


def cents(amount: float) -> str:
    """Write an amount of money."""
    whole = round(amount * 100)
    sign = "-" if whole < 0 else ""
    return f"{sign}{abs(whole) // 100}.{abs(whole) % 100:02d}"
