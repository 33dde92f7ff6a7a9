import re
from datetime import date

import pytest

from commissions.models import Component, Deal, Plan, PlanVersion
from portal.queries.terms import terms_today
from tests.portal.stage import NOW
from tests.portal.views.test_pages import text
from track360.lib.tenancy import tenant

TODAY = date(2026, 3, 20)


@pytest.fixture
def plan(stage):
    """Make a plan with versions from these days on."""

    def make(name: str, *days: date, **fields) -> Plan:
        with tenant(stage.brand.pk):
            plan = Plan.objects.create(brand=stage.brand, name=name, currency="EUR", created_at=NOW, **fields)
            for number, day in enumerate(days, start=1):
                PlanVersion.objects.create(
                    brand=stage.brand, plan=plan, number=number, effective_from=day, created_at=NOW
                )
        return plan

    return make


@pytest.fixture
def deal(stage):
    def make(plan: Plan, starts_on: date, ends_on: date | None = None, campaign=None) -> None:
        with tenant(stage.brand.pk):
            Deal.objects.create(
                brand=stage.brand,
                affiliate=stage.affiliate,
                plan=plan,
                campaign=campaign,
                starts_on=starts_on,
                ends_on=ends_on,
                created_at=NOW,
            )

    return make


def in_force(stage):
    with tenant(stage.brand.pk):
        found = terms_today(brand=stage.brand, affiliate=stage.affiliate, today=TODAY)
    return [(one.plan, one.version, one.campaign) for one in found]


def test_terms_are_the_newest_version_that_has_begun(stage, plan, deal):
    deal(plan("House", date(2026, 1, 1), date(2026, 3, 20), date(2026, 3, 21)), date(2026, 1, 1))

    assert in_force(stage) == [("House", 2, "")]


def test_versions_for_new_customers_stand_before_the_one_for_all_others(stage, user, visitor, plan, deal):
    house = plan("House", date(2025, 7, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
    with tenant(stage.brand.pk):
        house.versions.filter(number__in=[3, 4, 5]).update(applies_to="new_customers")
    deal(house, date(2026, 1, 1))
    stage.seat(user)

    with tenant(stage.brand.pk):
        found = terms_today(brand=stage.brand, affiliate=stage.affiliate, today=TODAY)
    page = text(visitor.get("/portal/commissions/").content.decode())

    assert [(one.version, one.registered_from, one.registered_through) for one in found] == [
        (4, date(2026, 3, 1), None),
        (3, date(2026, 2, 1), date(2026, 2, 28)),
        (2, None, date(2026, 1, 31)),
    ]
    assert re.findall(r"version (\d).*?(For all your customers[^,]*),", page) == [
        ("4", "For all your customers registered from 1 Mar 2026 on"),
        ("3", "For all your customers registered from 1 Feb 2026 through 28 Feb 2026"),
        ("2", "For all your customers registered through 31 Jan 2026"),
    ]


def test_terms_of_a_deal_hold_through_its_last_day(stage, plan, deal):
    deal(plan("Old", date(2026, 1, 1)), date(2026, 1, 1), date(2026, 3, 19))
    deal(plan("New", date(2026, 1, 1)), date(2026, 3, 20), date(2026, 3, 20))

    assert in_force(stage) == [("New", 1, "")]


def test_terms_without_a_deal_are_the_default_plans(stage, plan):
    plan("Default", date(2026, 1, 1), is_default=True)

    assert in_force(stage) == [("Default", 1, "")]


def test_terms_of_a_campaign_stand_beside_the_general_ones(stage, plan, deal):
    plan("Default", date(2026, 1, 1), is_default=True)
    deal(plan("Spring", date(2026, 1, 1)), date(2026, 1, 1), campaign=stage.campaign("cmp_1", "Spring campaign"))

    assert in_force(stage) == [("Default", 1, ""), ("Spring", 1, "Spring campaign")]


def test_terms_that_have_not_begun_are_none(stage, plan, deal):
    deal(plan("Later", date(2026, 4, 1)), date(2026, 1, 1))

    assert in_force(stage) == []


def test_affiliate_without_terms_is_told_that_nothing_is_earned(stage, user, visitor):
    stage.seat(user)

    pages = [visitor.get(address).content.decode() for address in ("/portal/", "/portal/commissions/")]

    assert ["No plan is in force for you today" in page for page in pages] == [True, True]


def test_terms_in_force_are_read_back_in_sentences(stage, user, visitor, plan, deal):
    stage.seat(user)
    house = plan("House", date(2026, 1, 1))
    with tenant(stage.brand.pk):
        Component.objects.create(
            brand=stage.brand,
            version=house.versions.get(),
            name="Bounty",
            kind="cpa",
            position=0,
            terms={"trigger": "first_deposit", "amount": "120.00"},
        )
    deal(house, date(2026, 1, 1))

    page = visitor.get("/portal/commissions/").content.decode()

    assert "House" in page
    assert "120 EUR" in page
    assert "No plan is in force" not in page
