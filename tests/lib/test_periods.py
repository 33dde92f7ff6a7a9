from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from track360.lib.periods import NotAPeriod, Period, months_after

periods = st.builds(Period, st.integers(1950, 2100), st.integers(1, 12))


@given(periods)
def test_period_is_written_as_it_is_read(period):
    assert Period.parse(str(period)) == period
    assert period.first_day in period
    assert period.last_day in period
    assert (period.next.first_day - period.last_day).days == 1


@given(periods, st.integers(-500, 500))
def test_months_are_counted_back(period, months):
    assert period.plus(months).since(period) == months


@pytest.mark.parametrize(
    "text", ["2026-1", "2026-13", "2026-00", "26-01", "2026/01", "2026-01-01", "٢٠٢٦-01", "", "0000-01"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(NotAPeriod):
        Period.parse(text)


def test_range_includes_both_ends():
    months = Period(2025, 11).through(Period(2026, 2))

    assert [str(period) for period in months] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert list(Period(2026, 2).through(Period(2026, 1))) == []


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 5, 10), 24, date(2028, 5, 10)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_after_a_day_stop_at_the_months_end(day, months, expected):
    assert months_after(day, months) == expected
