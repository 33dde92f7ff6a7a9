"""What an affiliate is told of the records behind his lines."""

from datetime import date

import pytest

from attribution.services import transfer
from commissions.models import Line
from portal.queries.explanations import records
from tests.commissions.conftest import Business, day_of, registered

SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30", "anchor": "registration"}


@pytest.fixture
def moved(transactional_db):
    """A customer who is another's from 12 March on, with a share that follows him from his registration."""
    business = Business()
    anna, ben = business.affiliate("anna"), business.affiliate("ben")
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(*(day_of("c1", f"2026-03-{day}", NGR="100") for day in (11, 12, 13)))
    business.settle()
    with business.open() as brand:
        transfer(brand=brand, customer=business.customer("c1"), to=ben, from_day=date(2026, 3, 12), by="test",
                 reason="agreed", now=business.now)  # fmt: skip
    business.settle()
    return business, anna


def test_records_of_days_with_another_count_and_are_not_shown_one_by_one(moved):
    business, anna = moved

    with business.open() as brand:
        line = Line.objects.get(affiliate=anna)
        told = records(brand=brand, affiliate=anna, key=line.key, page=1)

    assert (int(line.amount), told.in_all, told.elsewhere) == (90, 3, 2)
    assert [(kpi, int(amount)) for kpi, amount, _ in told.sums] == [("NGR", 300)]
    assert [row.moment.date() for row in told.rows] == [date(2026, 3, 11)]
