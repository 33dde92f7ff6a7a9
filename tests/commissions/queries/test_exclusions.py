"""Of whom the exclusions are read."""

from datetime import date

import pytest

from attribution.services import transfer
from commissions.queries import exclusions
from commissions.queries.exclusions import exclusions_under
from tests.commissions.conftest import registered


@pytest.mark.parametrize(("few", "others"), [(5, set()), (6, {"bens", "nobodys"})])
def test_exclusions_are_read_of_all_who_ever_were_the_affiliates_and_of_others_only_where_there_are_few(
    business, anna, ben, few, others, monkeypatch
):
    monkeypatch.setattr(exclusions, "FEW", few)
    business.customers(
        registered("annas", affiliate_id="anna"),
        registered("lifted", affiliate_id="anna"),
        registered("moved", affiliate_id="anna"),
        registered("bens", affiliate_id="ben"),
        registered("nobodys"),
    )
    business.settle()
    with business.open() as brand:
        transfer(brand=brand, customer=business.customer("moved"), to=ben, from_day=date(2026, 3, 15), by="test",
                 reason="agreed", now=business.now)  # fmt: skip
    for key in ("annas", "moved", "bens", "nobodys"):
        business.exclude(key, "self_excluded", date(2026, 3, 12))
    business.exclude("annas", "fraud")

    with business.open() as brand:
        found = exclusions_under(brand_id=brand.id, affiliates=[anna.id])

    assert {business.customer(key).id for key in ("annas", "moved", *others)} == found.by_customer.keys()


def test_exclusions_travel_with_the_first_day_of_each_customer(business, anna):
    business.customers(registered("c1", affiliate_id="anna"))
    business.exclude("c1", "self_excluded", date(2026, 3, 12))
    number = business.customer("c1").id

    with business.open() as brand:
        alone = exclusions_under(brand_id=brand.id, affiliates=[anna.id]).columns()
    business.exclude("c1", "fraud")
    with business.open() as brand:
        both = exclusions_under(brand_id=brand.id, affiliates=[anna.id]).columns()

    assert alone == {"excluded": f"{{{number}}}", "excluded_from": "{2026-03-12}"}
    assert both == {"excluded": f"{{{number}}}", "excluded_from": "{0001-01-01}"}
