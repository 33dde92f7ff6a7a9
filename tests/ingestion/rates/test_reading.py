from datetime import date
from decimal import Decimal

import pytest

from ingestion.rates import ecb
from ingestion.rates.quotes import Quote, RateRefused, read_rate
from ingestion.rates.upload import RatesFileRefused, read_csv
from tests.central_bank import zipped


def test_the_file_of_one_day_is_read():
    file = zipped("Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \n")

    quotes = list(ecb.read(file, since=date(2026, 10, 30)))

    assert quotes == [
        Quote(date(2026, 10, 30), "EUR", "USD", Decimal("1.1172")),
        Quote(date(2026, 10, 30), "EUR", "JPY", Decimal("175.68")),
    ]


def test_days_before_the_first_one_wanted_and_currencies_not_quoted_are_left_out():
    file = zipped("Date,USD,BGN,\n2026-10-30,1.1172,N/A,\n2026-10-29,1.113,1.9558,\n")

    quotes = list(ecb.read(file, since=date(2026, 10, 30)))

    assert quotes == [Quote(date(2026, 10, 30), "EUR", "USD", Decimal("1.1172"))]


def test_the_installed_file_reaches_back_two_years():
    quotes = list(ecb.read(ecb.bundled(), since=date(2024, 7, 1)))

    assert Quote(date(2025, 7, 21), "EUR", "USD", Decimal("1.1667")) in quotes
    assert min(quote.day for quote in quotes) == date(2024, 7, 1)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"<html>maintenance</html>",
        zipped("<html></html>"),
        zipped("Date,USD,\nsoon,1.1,\n"),
        zipped("Date,USD,\n2026-10-30,1e5,\n"),
        zipped("Date,USD,\n2026-10-30,-1.1,\n"),
        zipped("Date,USD,\n2026-10-30,0,\n"),
    ],
)
def test_what_is_not_the_ecbs_file_is_refused_whole(file):
    with pytest.raises(ecb.NotTheEcbsFile):
        list(ecb.read(file, since=date(2026, 1, 1)))


@pytest.mark.parametrize("text", ["1.0850", "175.68", "0.000000000001", "999999999999"])
def test_a_rate_keeps_every_digit(text):
    assert read_rate(text) == Decimal(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "+1", "1e3", "1,085", " 1", "NaN", "01", "1.", "1_0", "١", "1" * 13])
def test_a_rate_that_is_no_plain_number_above_zero_is_refused(text):
    with pytest.raises(RateRefused):
        read_rate(text)


def test_an_uploaded_file_is_read_whatever_wrote_it():
    content = '\ufeffdate,base,quote,rate\r\n2026-01-01, EUR, AED, "4.1"\r\n\r\n2026-01-02,EUR,KWD,0.34\r\n'.encode()

    assert read_csv(content) == [
        Quote(date(2026, 1, 1), "EUR", "AED", Decimal("4.1")),
        Quote(date(2026, 1, 2), "EUR", "KWD", Decimal("0.34")),
    ]


def test_every_wrong_line_of_an_uploaded_file_is_named():
    content = (
        b"date,base,quote,rate\n2026-01-01,EUR,USD,1.1\n01.02.2026,EUR,USD,1\n2026-01-01,EUR,EUR,1\n2026-01-01,EUR\n"
        b"0026-07-03,EUR,USD,1.1\n9999-12-31,EUR,USD,1.1\n"
    )

    with pytest.raises(RatesFileRefused) as refused:
        read_csv(content)

    assert refused.value.lines == [
        "Line 3: The date must be written YYYY-MM-DD.",
        "Line 4: A rate joins two different currencies.",
        "Line 5: There must be four fields: date, base, quote, rate.",
        "Line 6: The date must be from 1970 through 2099. Check the year.",
        "Line 7: The date must be from 1970 through 2099. Check the year.",
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"day,rate\n", b"date,base,quote,rate\n", b"x" * (1024 * 1024 + 1)]
)
def test_a_file_without_a_rate_is_refused(content):
    with pytest.raises(RatesFileRefused):
        read_csv(content)
