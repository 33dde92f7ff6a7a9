"""Which rate a fact counts at (commissions.md 2)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from track360.lib.money import exactly, significant

MAX_AGE_DAYS: Final = 7
SIGNIFICANT_DIGITS: Final = 12
PIVOT: Final = "EUR"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` was worth `rate` units of `quote` on `day`; `entered` orders rows for one day and pair."""

    day: date
    base: str
    quote: str
    rate: Decimal
    entered: int


@dataclass(frozen=True, slots=True)
class Leg:
    """One stored rate as it was used, for the explanation."""

    rate: Rate
    inverse: bool


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rate from one currency to another on a day, and the stored rates it was made of."""

    rate: Decimal
    legs: tuple[Leg, ...]


class Rates:
    """The rate table of one brand."""

    def __init__(self, rows: Iterable[Rate]) -> None:
        last: dict[tuple[str, str, date], Rate] = {}
        for row in rows:
            key = (row.base, row.quote, row.day)
            if key not in last or last[key].entered < row.entered:
                last[key] = row
        self._days: dict[tuple[str, str], list[date]] = {}
        self._rows: dict[tuple[str, str], list[Rate]] = {}
        for (base, quote, day), row in sorted(last.items(), key=lambda item: item[0]):
            self._days.setdefault((base, quote), []).append(day)
            self._rows.setdefault((base, quote), []).append(row)

    def conversion(self, base: str, quote: str, day: date) -> Conversion | None:
        """Give the rate base→quote on a day, or None when none of at most seven days is known.

        The direct pair, else its inverse, else through EUR; rounded once, half up, to 12 significant digits.
        """
        if base == quote:
            return Conversion(rate=Decimal(1), legs=())
        for legs in self._ways(base, quote, day):
            return Conversion(rate=_product(legs), legs=legs)
        return None

    def _ways(self, base: str, quote: str, day: date) -> Iterator[tuple[Leg, ...]]:
        single = self._leg(base, quote, day)
        if single is not None:
            yield (single,)
        elif PIVOT not in (base, quote):
            first, second = self._leg(base, PIVOT, day), self._leg(PIVOT, quote, day)
            if first is not None and second is not None:
                yield (first, second)

    def _leg(self, base: str, quote: str, day: date) -> Leg | None:
        direct = self._latest(base, quote, day)
        if direct is not None:
            return Leg(direct, inverse=False)
        inverse = self._latest(quote, base, day)
        return None if inverse is None else Leg(inverse, inverse=True)

    def _latest(self, base: str, quote: str, day: date) -> Rate | None:
        place = bisect_right(self._days.get((base, quote), []), day)
        if place == 0:
            return None
        row = self._rows[base, quote][place - 1]
        return row if (day - row.day).days <= MAX_AGE_DAYS else None


def _product(legs: tuple[Leg, ...]) -> Decimal:
    with exactly():
        above, below = Decimal(1), Decimal(1)
        for leg in legs:
            if leg.inverse:
                below *= leg.rate.rate
            else:
                above *= leg.rate.rate
        return significant(above / below, SIGNIFICANT_DIGITS)
