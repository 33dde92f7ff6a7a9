from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal import formatting
from track360.lib.periods import Period


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [
        ("1780", "EUR", "1,780.00"),
        ("-4", "EUR", "−4.00"),
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "−0.01"),
        ("-0.001", "EUR", "0.00"),
        ("12.5", "JPY", "13"),
        ("1.2345", "BHD", "1.235"),
        ("999999999999999999999999.99", "EUR", "999,999,999,999,999,999,999,999.99"),
        ("9" * 48, "EUR", ",".join(["999"] * 16) + ".00"),
    ],
)
def test_amount_is_rounded_half_up_to_the_currencys_minor_unit(value, currency, written):
    assert formatting.amount(Decimal(value), currency) == written


@pytest.mark.parametrize(
    ("value", "written"), [("0", "0"), ("1204", "1,204"), ("12.45", "12.45"), ("3.20", "3.2"), ("0.005", "0.01")]
)
def test_count_has_at_most_two_decimals(value, written):
    assert formatting.count(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("12.44", "+12.4 %"),
        ("-3", "−3 %"),
        ("0", "±0 %"),
        ("0.04", "±0 %"),
        ("1234.5", "+1,234.5 %"),
        ("1" + "0" * 39, "+1" + ",000" * 13 + " %"),
    ],
)
def test_percent_always_says_its_direction(value, written):
    assert formatting.percent(Decimal(value)) == written


def test_days_and_months_are_written_without_doubt_which_number_is_the_month():
    written = [
        formatting.day(date(2026, 3, 2)),
        formatting.short_day(date(2026, 3, 2)),
        formatting.month(Period(2026, 3)),
        formatting.short_month(Period(2026, 3)),
    ]

    assert written == ["2 Mar 2026", "2 Mar", "March 2026", "Mar 2026"]


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("UTC", "29 Mar 2026, 00:30 UTC"),
        ("Europe/Malta", "29 Mar 2026, 01:30 CET"),
        ("America/New_York", "28 Mar 2026, 20:30 EDT"),
    ],
)
def test_moment_is_told_by_the_zones_clock_and_names_the_zone(zone, written):
    assert formatting.moment(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), zone) == written


@pytest.mark.parametrize(
    ("key", "written"),
    [("12386a7c-77aa", "••••77aa"), ("123456789", "••••789"), ("1234", "••••4"), ("12", "••••"), ("", "••••")],
)
def test_masked_shows_at_most_four_characters_and_a_third(key, written):
    assert formatting.masked(key) == written
