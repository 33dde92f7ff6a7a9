"""commissions.md 2: which rate counts."""

from datetime import date
from decimal import Decimal

import pytest

from commissions.engine.fx import Rate, Rates

DAY = date(2026, 1, 10)


def rate(base, quote, value, *, day=10, entered=1):
    return Rate(date(2026, 1, day), base, quote, Decimal(value), entered)


@pytest.mark.parametrize(
    ("rows", "pair", "expected"),
    [
        ([rate("USD", "EUR", "0.92")], ("USD", "EUR"), "0.92"),
        ([rate("EUR", "USD", "1.0850")], ("USD", "EUR"), "0.921658986175"),
        ([rate("EUR", "USD", "1.10"), rate("USD", "EUR", "0.5")], ("USD", "EUR"), "0.5"),
        ([rate("EUR", "USD", "2"), rate("EUR", "GBP", "0.8")], ("USD", "GBP"), "0.4"),
        ([rate("USD", "EUR", "0.5"), rate("GBP", "EUR", "1.25")], ("USD", "GBP"), "0.4"),
        ([rate("USD", "GBP", "0.7"), rate("EUR", "USD", "2"), rate("EUR", "GBP", "0.8")], ("USD", "GBP"), "0.7"),
        ([rate("USD", "EUR", "0.9", entered=1), rate("USD", "EUR", "0.8", entered=2)], ("USD", "EUR"), "0.8"),
        ([rate("USD", "EUR", "0.8", entered=2), rate("USD", "EUR", "0.9", entered=1)], ("USD", "EUR"), "0.8"),
        ([rate("USD", "EUR", "0.9", day=8, entered=9), rate("USD", "EUR", "0.8", day=9)], ("USD", "EUR"), "0.8"),
        ([rate("USD", "EUR", "0.9", day=3)], ("USD", "EUR"), "0.9"),
        ([rate("USD", "EUR", "0.9", day=3), rate("EUR", "USD", "2", day=9)], ("USD", "EUR"), "0.9"),
        ([rate("EUR", "USD", "3")], ("USD", "EUR"), "0.333333333333"),
        ([rate("EUR", "USD", "1.5")], ("USD", "EUR"), "0.666666666667"),
        ([], ("EUR", "EUR"), "1"),
    ],
)
def test_rate_is_direct_else_inverse_else_through_euro(rows, pair, expected):
    conversion = Rates(rows).conversion(*pair, DAY)

    assert conversion is not None
    assert conversion.rate == Decimal(expected)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [rate("USD", "EUR", "0.9", day=2)],
        [rate("USD", "EUR", "0.9", day=11)],
        [rate("USD", "GBP", "0.9")],
    ],
)
def test_rate_is_unknown_without_a_row_of_the_last_seven_days(rows):
    assert Rates(rows).conversion("USD", "EUR", DAY) is None


def test_stale_direct_pair_gives_way_to_a_fresh_inverse():
    rows = [rate("USD", "EUR", "0.5", day=2), rate("EUR", "USD", "4", day=9)]

    conversion = Rates(rows).conversion("USD", "EUR", DAY)

    assert conversion is not None
    assert (conversion.rate, conversion.legs[0].inverse) == (Decimal("0.25"), True)
