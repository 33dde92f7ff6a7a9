"""Which band a figure reaches, and what it pays (commissions.md 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from commissions.engine.plan import Band
from track360.lib.money import ZERO


@dataclass(frozen=True, slots=True)
class Reached:
    """The figure a component's tiers look at. `lowest`: its first month, when the previous one says nothing yet."""

    figure: Decimal
    lowest: bool = False


def reached(bands: Sequence[Band], figure: Decimal) -> Band | None:
    """Give the highest band whose bound the figure reaches, or None below the lowest."""
    found = None
    for band in bands:
        if figure < band.bound:
            break
        found = band
    return found


def whole(bands: Sequence[Band], figure: Decimal, *, negative_revenue: bool = False) -> Decimal:
    """Give the value that pays everything.

    A figure below the lowest band takes 0, except that negative revenue takes the lowest band's rate.
    """
    band = reached(bands, figure)
    if band is not None:
        return band.value
    return bands[0].value if negative_revenue else ZERO


def tier_value(bands: Sequence[Band], reached_figure: Reached, *, negative_revenue: bool = False) -> Decimal:
    """Give the value for what the component's metric reached."""
    if reached_figure.lowest:
        return bands[0].value
    return whole(bands, reached_figure.figure, negative_revenue=negative_revenue)


def marginal(bands: Sequence[Band], payable: Decimal) -> Decimal:
    """Pay each slice of an amount at its own band's rate; a negative amount at the lowest band's."""
    if payable < 0:
        return payable * bands[0].value
    total = ZERO
    for place, band in enumerate(bands):
        upper = bands[place + 1].bound if place + 1 < len(bands) else payable
        slice_of_it = min(payable, upper) - max(band.bound, ZERO)
        if slice_of_it > 0:
            total += slice_of_it * band.value
    return total
