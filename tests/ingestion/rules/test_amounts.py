"""Amounts come from the literal's text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.rules.amounts import amount, shortest
from ingestion.rules.decoding import Number
from ingestion.rules.refusals import Refused


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("250.00", "250"),
        ("250", "250"),
        (Number("250.0"), "250"),
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        (Number("-0.0"), "0"),
        ("0.10", "0.1"),
        ("-45.50", "-45.5"),
        ("100", "100"),
        ("1000000", "1000000"),
        ("123456789012345", "123456789012345"),
        ("123456789012345.00", "123456789012345"),
        ("1234567.12345678", "1234567.12345678"),
        ("0.00000001", "0.00000001"),
    ],
)
def test_amounts_are_read_by_value(sent, read):
    assert amount(sent, "Value") == read


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        *[
            (sent, "invalid_amount")
            for sent in (
                *("NaN", "sNaN", "Infinity", "1e5", "1E+5", "1e999999999", "0e999999999", "1_000", "1,000.00", "١٢٣"),
                *("$250", "+00.5", "+5", ".5", "5.", "00", "01", "−5", "0x10", "1.123456789", "250.00EUR", "2-5", "-"),
            )
        ],
        ("", "invalid_amount"),
        (" 250", "invalid_amount"),
        ("250\n", "invalid_amount"),
        ({}, "invalid_amount"),
        ([], "invalid_amount"),
        (True, "invalid_amount"),
        (None, "invalid_amount"),
        (250.0, "invalid_amount"),
        (Number("1e2"), "invalid_amount"),
        ("9223372036854775808", "too_many_digits"),
        ("1234567890123456", "too_many_digits"),
        ("12345678901234.5678", "too_many_digits"),
        ("-" + "9" * 4000, "too_many_digits"),
    ],
)
def test_anything_else_is_refused(sent, code):
    with pytest.raises(Refused) as refused:
        amount(sent, "Value")

    assert (refused.value.code, refused.value.field) == (code, "Value")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**8), max_value=10**8))
def test_reading_an_amount_loses_nothing(number):
    read = amount(f"{number:f}", "Value")

    assert Decimal(read) == number
    assert shortest(read) == read
    assert not read.startswith("-0") or "." in read


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text):
    try:
        Decimal(amount(text, "Value"))
    except Refused:
        assert shortest(text) is None or len(text) > 15
