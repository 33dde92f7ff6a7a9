"""Calendar months: the periods in which commissions are earned, closed and paid."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

FIRST_YEAR, LAST_YEAR = 1900, 9998
# The days that people may state. Before, no brand had customers; without bounds a year with a wrong digit is taken.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
# And how far ahead of now, where nobody plans for longer.
AHEAD = timedelta(days=366)


class NotAPeriod(ValueError):
    """The text is no calendar month written as YYYY-MM."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One calendar month, written "2026-01"; earlier months are smaller."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (FIRST_YEAR <= self.year <= LAST_YEAR and 1 <= self.month <= 12):
            raise NotAPeriod(f"{self.year:04d}-{self.month:02d} is not a calendar month")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-01"; raises NotAPeriod for anything else."""
        if len(text) == 7 and text[4] == "-" and text.isascii() and (text[:4] + text[5:]).isdigit():
            return cls(int(text[:4]), int(text[5:]))
        raise NotAPeriod(f"a period is written YYYY-MM, not {text!r}")

    @classmethod
    def of(cls, day: date) -> Self:
        """Give the month a day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def next(self) -> "Period":
        return self.plus(1)

    @property
    def previous(self) -> "Period":
        return self.plus(-1)

    def plus(self, months: int) -> "Period":
        """Give the month so many months later, or earlier when negative."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(year, month + 1)

    def since(self, earlier: "Period") -> int:
        """Count the months from an earlier period to this one; the same month is 0."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month

    def through(self, last: "Period") -> Iterator["Period"]:
        """Give every month from this one to the last, both included; none when the last is earlier."""
        for months in range(last.since(self) + 1):
            yield self.plus(months)

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)


def months_after(day: date, months: int) -> date:
    """Give the day so many months later, moved back to the month's end where that month is shorter.

    PostgreSQL's `day + interval 'n months'` clamps in the same way.
    """
    period = Period.of(day).plus(months)
    return period.first_day.replace(day=min(day.day, period.last_day.day))
