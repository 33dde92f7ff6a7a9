"""Every fact that is left out for want of a rate is reported, on whose days ever."""

from datetime import date

import pytest

from attribution.services import transfer
from commissions import services
from commissions.queries.rates_missing import missing_rates
from tests.commissions.conftest import day_of, deposit, registered

CPA = {
    "name": "Bounty",
    "kind": "cpa",
    "trigger": "first:Bets",
    "amount": "100",
    "anchor": "activity",
    "conditions": {"measure": "deposits", "at_least": "60"},
}
SHARE = {"name": "Share", "kind": "revshare", "base": "Deposit", "rate": "0.30"}


@pytest.mark.parametrize(
    ("component", "missing"),
    [
        (CPA, {(date(2026, 3, 2), 1), (date(2026, 3, 6), 1)}),
        (SHARE | {"anchor": "registration"}, {(date(2026, 3, 2), 1), (date(2026, 3, 6), 1)}),
        (SHARE, {(date(2026, 3, 6), 1)}),
    ],
)
@pytest.mark.parametrize("before", ["ben", None])
@pytest.mark.parametrize("is_default", [False, True])
def test_rate_is_missing_for_days_before_a_transfer_that_terms_look_at(
    business, anna, ben, component, missing, before, is_default
):
    if is_default and before == "ben" and component is SHARE:
        missing = {(date(2026, 3, 2), 1), (date(2026, 3, 6), 1)}  # ben's own are looked at for himself
    plan = business.plan(component)
    if is_default:
        with business.open() as brand:
            services.set_default_plan(brand=brand, plan=plan, by="test", now=business.now)
    else:
        business.deal(anna, plan)
    evidence = {"affiliate_id": before} if before else {}
    business.customers(registered("c1", "2026-03-01", **evidence), registered("others", "2026-03-01", **evidence))
    business.activities(
        {**deposit("c1", "d1", "100", day="2026-03-02"), "Currency": "USD"},
        {**deposit("c1", "d2", "100", day="2026-03-06"), "Currency": "USD"},
        day_of("c1", "2026-03-10", Bets="10"),
    )
    if not is_default:
        business.activities({**deposit("others", "d3", "100", day="2026-03-03"), "Currency": "USD"})
    business.settle()
    with business.open() as brand:
        transfer(brand=brand, customer=business.customer("c1"), to=anna, from_day=date(2026, 3, 5), by="test",
                 reason="agreed", now=business.now)  # fmt: skip
    business.settle()

    with business.open() as brand:
        found = missing_rates(brand=brand)

    assert {(one.day, one.records) for one in found} == missing
    assert {(one.plan, one.currency, one.into) for one in found} == {("Plan", "USD", "EUR")}
