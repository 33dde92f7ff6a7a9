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
        conversions = Conversions(brand_id=brand.pk)
        rates = [conversions.conversion(base=base, quote="USD", day=DAY) for base in ("EUR", "SEK", "NOK")]

    assert [rate and rate.rate for rate in rates] == [Decimal("1.25"), Decimal("0.125"), None]
