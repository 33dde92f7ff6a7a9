"""Of whom the exclusions are read."""

from datetime import date

from attribution.services import transfer
from commissions.queries.exclusions import exclusions_under
from tests.commissions.conftest import registered


def test_exclusions_are_read_of_all_who_ever_were_the_affiliates_and_nobody_else(business, anna, ben):
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

    annas, moved = business.customer("annas").id, business.customer("moved").id
    assert found.by_customer.keys() == {annas, moved}
    assert found.columns() == {"excluded": f"{{{annas},{moved}}}", "excluded_from": "{0001-01-01,2026-03-12}"}
