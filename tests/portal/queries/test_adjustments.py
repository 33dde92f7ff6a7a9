"""An amount that is taken back says why, as far as the reader may know."""

from datetime import date

import pytest

from attribution.services import transfer
from commissions import services
from commissions.models import Deal, Line, Plan
from portal.queries.adjustments import is_taken_back, why_taken_back
from portal.wording import Reader
from tests.commissions.conftest import Business, day_of, deposit, registered
from tests.portal.stage import NOW

BOUNTY = {
    "name": "Bounty",
    "kind": "cpa",
    "trigger": "first_deposit",
    "amount": "100",
    "conditions": {"all": [{"measure": "deposits", "at_least": "60"}]},
}
SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.40"}
READER = Reader("EUR", counts=(), names=str)


@pytest.fixture
def business(transactional_db) -> Business:
    return Business()


@pytest.fixture
def anna(business):
    return business.affiliate("anna")


@pytest.fixture
def plan(business, anna):
    plan = business.plan(BOUNTY, SHARE)
    business.deal(anna, plan)
    business.customers(registered("c1", day="2026-02-01", affiliate_id="anna"))
    business.activities(deposit("c1", "e1", "70", day="2026-02-03"), day_of("c1", "2026-02-04", NGR="10"))
    business.settle()
    business.close("2026-02")
    return plan


def excluded(business, reason):
    business.exclude("c1", reason, date(2026, 2, 2))


def moved(business, _):
    ben = business.affiliate("ben")
    customer = business.customer("c1")
    with business.open() as brand:
        transfer(brand=brand, customer=customer, to=ben, from_day=None, reason="Agreed.", by="test", now=NOW)


def shrunk(business, amount):
    record = deposit("c1", "e1", amount, day="2026-02-03")
    business.activities(record)


def reversed_(business, _):
    business.activities(deposit("c1", "e1", "70", day="2026-02-03", status="reversed"))


def other_version(business, _):
    with business.open() as brand:
        plan = Plan.objects.get(brand=brand)
    business.version(plan, BOUNTY, SHARE, effective_from=date(2026, 2, 1))


def other_plan(business, _):
    with business.open() as brand:
        deal = Deal.objects.select_related("affiliate", "plan").get(brand=brand)
        services.change_deal(deal=deal, plan=deal.plan, starts_on=date(2026, 3, 1), ends_on=None, by="test", now=NOW)


REASONS = [
    (excluded, "fraud", "Bounty", "The customer is excluded: fraud."),
    (excluded, "self_excluded", "Bounty", "The customer is excluded from 2 Feb 2026 on: self-excluded."),
    (moved, "", "Bounty", "The customer is another affiliate’s on 1 Feb 2026, the day that decides."),
    (shrunk, "20", "Bounty", "The customer no longer qualifies: Deposits 20.00 EUR of 60.00 EUR."),
    (reversed_, "", "Bounty", "The customer no longer qualifies: no first deposit is known."),
    (other_version, "", "Bounty", "Version 2 of Plan holds now on 1 Feb 2026, no longer 1."),
    (other_version, "", "Share", "Version 2 of Plan holds now in February 2026, no longer 1."),
    (other_plan, "", "Bounty", "Plan no longer holds on 1 Feb 2026: no plan does."),
    (other_plan, "", "Share", "Plan no longer holds in February 2026: no plan does."),
    (moved, "", "Share", "What it came from has been taken back."),
]


@pytest.mark.parametrize(("happens", "how", "component", "said"), REASONS)
def test_amount_that_is_taken_back_says_why(business, plan, happens, how, component, said):
    happens(business, how)
    business.settle()

    with business.open() as brand:
        line = Line.objects.get(
            brand=brand, component__name=component, period="2026-03", affiliate__code="anna", amount__lt=0
        )
        told = why_taken_back(brand=brand, line=line, reader=READER)

    assert (is_taken_back(line), told) == (True, said)


def test_exclusion_of_a_day_with_another_is_not_told_to_the_affiliate(business, plan):
    moved_on = date(2026, 2, 2)
    ben, customer = business.affiliate("ben"), business.customer("c1")
    with business.open() as brand:
        transfer(brand=brand, customer=customer, to=ben, from_day=moved_on, reason="Agreed.", by="test", now=NOW)
    business.exclude("c1", "self_excluded", moved_on)
    business.settle()

    with business.open() as brand:
        line = Line.objects.get(brand=brand, component__name="Bounty", period="2026-03", affiliate__code="anna")
        told = [
            why_taken_back(brand=brand, line=line, reader=READER, tells_affiliate=tells_affiliate)
            for tells_affiliate in (False, True)
        ]

    assert ["excluded" in sentence for sentence in told] == [True, False]
