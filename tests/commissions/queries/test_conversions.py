from datetime import date
from decimal import Decimal

import pytest

from commissions.queries.conversions import Conversions
from tests.commissions.conftest import Business

DAY = date(2026, 3, 10)


@pytest.mark.usefixtures("transactional_db")
def test_each_currency_of_a_day_has_its_own_rate():
    business = Business()
    business.rates(("2026-03-10", "EUR", "USD", "1.25"), ("2026-03-10", "EUR", "SEK", "10"))

    with business.open() as brand:
        used = [(base, DAY) for base in ("EUR", "SEK", "NOK")]
        found = Conversions(brand_id=brand.pk).of(quote="USD", used=used)

    assert {base: conversion.rate for (base, _), conversion in found.items()} == {
        "EUR": Decimal("1.25"), "SEK": Decimal("0.125"),
    }  # fmt: skip
