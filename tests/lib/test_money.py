from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from track360.lib.money import EXACT, WITHDRAWN, UnknownCurrency, is_currency, minor_digits, plain, rounded, significant


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("1.0049999", "EUR", "1.00"),
        ("-0.004", "EUR", "0.00"),
        ("0", "EUR", "0.00"),
        ("0.5", "JPY", "1"),
        ("-0.5", "JPY", "-1"),
        ("44.115", "BHD", "44.115"),
        ("44.1155", "BHD", "44.116"),
        ("123456789012345.005", "EUR", "123456789012345.01"),
    ],
)
def test_rounding_is_half_away_from_zero_to_the_minor_unit(amount, currency, expected):
    assert str(rounded(Decimal(amount), currency)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12))
def test_rounding_is_symmetric_and_never_further_than_half_a_cent(amount):
    result = rounded(amount, "EUR")

    assert rounded(-amount, "EUR") == -result
    assert abs(EXACT.subtract(result, amount)) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("BGN", 2), ("HRK", 2), ("BYR", 0)]
)
def test_minor_units_are_those_of_iso_4217(currency, digits):
    assert minor_digits(currency) == digits


def test_a_withdrawn_currency_is_in_no_present_table_and_still_one():
    present = {currency.value for currency in Currency}

    assert sorted(WITHDRAWN.keys() & present) == []
    assert all(is_currency(code) for code in WITHDRAWN)


@pytest.mark.parametrize("code", ["eur", "EURO", "", "XAU", "XXX", "ZZZ", "€"])
def test_what_is_no_currency_is_refused(code):
    assert is_currency(code) is False
    with pytest.raises(UnknownCurrency):
        minor_digits(code)


@pytest.mark.parametrize(
    ("number", "expected"),
    [("0.3333333333333333", "0.333333333333"), ("12345678901.25", "12345678901.3"), ("2", "2")],
)
def test_significant_digits_round_half_up(number, expected):
    assert str(significant(Decimal(number), 12)) == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [("1.50", "1.5"), ("100", "100"), ("1E+3", "1000"), ("-0.00", "0"), ("0.00000001", "0.00000001")],
)
def test_plain_text_is_by_value(number, text):
    assert plain(Decimal(number)) == text
