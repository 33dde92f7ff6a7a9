"""The stretch of time a page reports on, and the one before it to compare with. Days are the brand's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from track360.lib.periods import NotAPeriod, Period, months_after

MONTHS_SHOWN_BY_DAY = 3
# choice → (how many months, ending how many months ago)
CHOICES = {"this-month": (1, 0), "last-month": (1, 1), "3-months": (3, 0), "12-months": (12, 0)}
LABELS = {"this-month": "This month", "last-month": "Last month", "3-months": "3 months", "12-months": "12 months"}


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months from `first` to `last`, of which the days through `last_day` have come."""

    choice: str
    first: Period
    last: Period
    last_day: date

    @property
    def first_day(self) -> date:
        return self.first.first_day

    @property
    def months(self) -> int:
        return self.last.since(self.first) + 1

    @property
    def is_complete(self) -> bool:
        return self.last_day == self.last.last_day

    @property
    def by_day(self) -> bool:
        """Whether the span is short enough to show every day."""
        return self.months <= MONTHS_SHOWN_BY_DAY

    @property
    def before(self) -> "Span":
        """Give the equally long span before; of a month that still runs, the same days of the month before."""
        last = self.last.plus(-self.months)
        last_day = last.last_day if self.is_complete else months_after(self.last_day, -self.months)
        return Span(self.choice, self.first.plus(-self.months), last, last_day)

    def days(self) -> Iterator[date]:
        """Give each day of the span that has come."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=number)

    def periods(self) -> Iterator[Period]:
        """Give each month of the span."""
        return self.first.through(self.last)


def read_span(choice: str, *, today: date) -> Span:
    """Understand a choice of the picker, or a month such as "2026-11".

    Raises NotAPeriod for anything else, and for months that have not begun.
    """
    current = Period.of(today)
    if choice in CHOICES:
        months, ago = CHOICES[choice]
        last = current.plus(-ago)
        first = last.plus(1 - months)
    else:
        first = last = Period.parse(choice)
        if last > current:
            raise NotAPeriod(f"{last} has not begun")
    return Span(choice, first, last, min(today, last.last_day))
