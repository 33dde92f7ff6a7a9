"""Who qualified and brings nothing all the same is told why."""

from datetime import date
from decimal import Decimal

import pytest

from commissions.queries.why_not import Obstacle, why_not
from tests.commissions.conftest import deposit, registered

CPA = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit"}


def tiers(**terms):
    return CPA | {"tiers": {"metric": "qualified", "bands": [["3", "100"]], **terms}}


def findings(business, key):
    with business.open() as brand:
        found = why_not(brand=brand, customer=business.customer(key), today=date(2026, 3, 20))
    return [(one.obstacle, one.sentence, one.component, one.have, one.need) for one in found]


@pytest.fixture
def qualified(business, anna):
    """Give c1 and c2 a first deposit of January each, under these terms."""

    def qualify(component, *, closed_before=""):
        business.deal(anna, business.plan(component))
        business.customers(*(registered(key, "2026-01-02", affiliate_id="anna") for key in ("c1", "c2")))
        business.activities(deposit("c1", "d1", day="2026-01-10"))
        business.settle()
        if closed_before:
            business.close("2026-01")
        business.activities(deposit("c2", "d2", day="2026-01-20"))
        business.settle()
        return business

    return qualify


@pytest.mark.parametrize(
    ("terms", "sentence", "have"),
    [
        ({}, "Customers who qualified in 2026-01: 2. The lowest band begins at 3.", 2),
        (
            {"apply": "marginal"},
            "His place among those who qualified in 2026-01: 2. The lowest band begins at 3.",
            2,
        ),
        (
            {"metric": "first_deposits", "window": "lifetime"},
            "First deposits to the end of 2026-01: 2. The lowest band begins at 3.",
            2,
        ),
        (
            {"bands": [["0", "0"], ["3", "100"]]},
            "Customers who qualified in 2026-01: 2. The lowest band that pays begins at 3.",
            2,
        ),
    ],
)
def test_figure_below_the_lowest_band_is_told(qualified, terms, sentence, have):
    business = qualified(tiers(**terms))

    assert business.lines() == []
    assert findings(business, "c2") == [(Obstacle.BELOW_BANDS, sentence, "Bounty", Decimal(have), Decimal(3))]


@pytest.mark.parametrize("closed_before", ["", "2026-01"])
@pytest.mark.parametrize(("cap", "used"), [({"count": 1}, "1 in number"), ({"amount": "100"}, "100 EUR")])
def test_who_is_over_the_cap_is_told_so_though_his_month_is_closed(qualified, cap, used, closed_before):
    business = qualified(CPA | {"amount": "100", "cap": cap}, closed_before=closed_before)

    assert findings(business, "c1") == []
    assert findings(business, "c2") == [
        (
            Obstacle.OVER_CAP,
            f"The cap of 2026-01, {used}, was used up before his 100 EUR.",
            "Bounty",
            None,
            None,
        )
    ]


def test_who_is_paid_has_nothing_in_the_way(qualified):
    business = qualified(tiers(bands=[["1", "50"], ["9", "100"]]))

    assert (findings(business, "c1"), findings(business, "c2")) == ([], [])
