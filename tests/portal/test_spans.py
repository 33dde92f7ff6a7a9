from datetime import date

import pytest

from portal.spans import read_span
from track360.lib.periods import NotAPeriod

TODAY = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("choice", "days", "days_before"),
    [
        ("this-month", ("2026-03-01", "2026-03-20"), ("2026-02-01", "2026-02-20")),
        ("last-month", ("2026-02-01", "2026-02-28"), ("2026-01-01", "2026-01-31")),
        ("3-months", ("2026-01-01", "2026-03-20"), ("2025-10-01", "2025-12-20")),
        ("12-months", ("2025-04-01", "2026-03-20"), ("2024-04-01", "2025-03-20")),
        ("2025-12", ("2025-12-01", "2025-12-31"), ("2025-11-01", "2025-11-30")),
    ],
)
def test_span_is_compared_with_as_much_time_before(choice, days, days_before):
    span = read_span(choice, today=TODAY)

    assert (span.first_day.isoformat(), span.last_day.isoformat()) == days
    assert (span.before.first_day.isoformat(), span.before.last_day.isoformat()) == days_before


def test_last_days_of_a_running_long_month_are_compared_with_all_of_a_short_one():
    span = read_span("this-month", today=date(2026, 3, 30))

    assert span.before.last_day == date(2026, 2, 28)


@pytest.mark.parametrize("choice", ["2026-04", "2026-13", "yesterday", "", "2026-3", "٢٠٢٦-٠٣"])
def test_span_that_is_no_month_or_has_not_begun_is_refused(choice):
    with pytest.raises(NotAPeriod):
        read_span(choice, today=TODAY)


def test_span_shows_days_up_to_three_months_and_months_beyond():
    shown = {choice: read_span(choice, today=TODAY).by_day for choice in ("this-month", "3-months", "12-months")}

    assert shown == {"this-month": True, "3-months": True, "12-months": False}
