"""Deals join what belongs together."""

from datetime import date

import pytest

from commissions.services.deals import DealRefused
from tests.commissions.conftest import Business

SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30"}


@pytest.mark.parametrize("wrong", ["campaign of another", "plan of another brand", "ends before it starts"])
def test_deal_of_what_does_not_belong_together_is_refused(business, anna, ben, wrong):
    plan, fields = business.plan(SHARE), {}
    match wrong:
        case "campaign of another":
            fields["campaign"] = business.campaign(ben, "bens")
        case "plan of another brand":
            plan = Business("forexco").plan(SHARE)
        case _:
            fields["ends_on"] = date(2025, 12, 31)

    with pytest.raises(DealRefused):
        business.deal(anna, plan, **fields)
