"""One rate as somebody states it, read strictly from text and never through a float."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from track360.lib.money import is_currency, plain
from track360.lib.periods import FIRST_DAY, LAST_DAY

# As much as the column holds: 12 digits before the point, 12 behind it.
_RATE = re.compile(r"(0|[1-9]\d{0,11})(\.\d{1,12})?", re.ASCII)


class RateRefused(ValueError):
    """What was stated is no rate. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One unit of `base` is worth `rate` units of `quote` on a day."""

    day: date
    base: str
    quote: str
    rate: Decimal

    def __str__(self) -> str:
        return f"1 {self.base} = {plain(self.rate)} {self.quote} on {self.day}"


def read_quote(*, day: str, base: str, quote: str, rate: str) -> Quote:
    """Read a rate from its four texts; raises RateRefused."""
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise RateRefused("The date must be written YYYY-MM-DD.") from error
    if len(day) != 10 or day[4] != "-":
        raise RateRefused("The date must be written YYYY-MM-DD.")
    if not FIRST_DAY <= on <= LAST_DAY:
        raise RateRefused(f"The date must be from {FIRST_DAY.year} through {LAST_DAY.year}. Check the year.")
    for code in (base, quote):
        if not is_currency(code):
            raise RateRefused("Currencies must be ISO 4217 codes in capitals, such as EUR.")
    if base == quote:
        raise RateRefused("A rate joins two different currencies.")
    return Quote(day=on, base=base, quote=quote, rate=read_rate(rate))


def read_rate(text: str) -> Decimal:
    """Read the rate itself: a plain number above 0 with at most 12 digits on either side of the point."""
    if not _RATE.fullmatch(text):
        raise RateRefused("The rate must be a plain number such as 1.0850, with at most 12 decimals.")
    rate = Decimal(text)
    if not rate:
        raise RateRefused("The rate must be above 0.")
    return rate
