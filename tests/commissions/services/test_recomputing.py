"""From what a brand sends to lines, and what changes of facts and terms make of them."""

from datetime import date

import pytest

from attribution.services import transfer
from commissions import services
from tests.commissions.conftest import day_of, deposit, registered

CPA = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100"}
SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30", "negative": "full"}


def test_what_customers_do_becomes_lines(business, anna):
    business.deal(anna, business.plan(CPA, SHARE))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(deposit("c1", "d1"), day_of("c1", "2026-03-12", NGR="250.50"))

    business.settle()

    assert business.lines() == [
        ("anna", "2026-03", "2026-03", "Bounty", "c1", "100", None),
        ("anna", "2026-03", "2026-03", "Share", None, "75.15", None),
    ]
    assert business.standings() == {("c1", "Bounty"): "qualified 2026-03-11"}
    assert business.doubts() == []


def test_settling_again_writes_nothing(business, anna):
    business.deal(anna, business.plan(CPA, SHARE))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(deposit("c1", "d1"), day_of("c1", "2026-03-12", NGR="250.50"))
    business.settle()
    before = business.lines()
    business.rates(("2026-01-01", "EUR", "USD", "2"))

    done = business.settle()

    assert done.affiliates == 1
    assert (done.written.lines, done.written.qualifications, done.written.states) == (0, 0, 0)
    assert business.lines() == before


def test_reversed_first_deposit_moves_the_line_to_the_next_one(business, anna):
    business.deal(anna, business.plan({**CPA, "amount": None, "percent": "50"}))
    business.customers(registered("c1", "2026-02-01", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", "50", "2026-02-03"), deposit("c1", "d2", "30", "2026-03-09"))
    business.settle()
    assert business.earned() == {"2026-02": "25"}

    business.activities(deposit("c1", "d1", "50", "2026-02-03", status="reversed"))
    business.settle()

    assert business.earned() == {"2026-03": "15"}
    assert business.doubts() == []


def test_country_that_is_corrected_changes_what_was_earned_before_the_registration(business, anna):
    business.deal(anna, business.plan(CPA | {"by_country": {"FR": "150"}}))
    business.customers(registered("c1", "2026-03-10", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-03-05"))
    business.settle()
    assert business.earned() == {"2026-03": "100"}

    business.customers({**registered("c1", "2026-03-10"), "country": "FR"})
    business.follow_up()

    assert business.earned() == {"2026-03": "150"}
    assert business.doubts() == []


def test_foreign_money_counts_once_a_rate_is_there(business, anna):
    business.deal(anna, business.plan(CPA | {"amount": None, "percent": "10"}, SHARE, currency="USD"))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", "100"), day_of("c1", "2026-03-12", NGR="100"))
    business.settle()
    assert business.lines() == []

    business.rates(("2026-03-10", "EUR", "USD", "1.10"))
    business.settle()

    assert [row[3:6] for row in business.lines()] == [("Bounty", "c1", "11"), ("Share", None, "33")]
    assert business.doubts() == []


def test_rates_that_came_one_after_the_other_count_from_the_earliest_of_their_days(business, anna):
    business.deal(anna, business.plan(SHARE, currency="USD"))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(*(day_of("c1", day, NGR="100") for day in ("2026-01-12", "2026-03-12")))
    business.settle()

    for day in ("2026-01-10", "2026-03-10", "2026-02-10"):
        business.rates((day, "EUR", "USD", "1.10"))
    business.follow_up()

    assert business.earned() == {"2026-01": "33", "2026-03": "33"}
    assert business.doubts() == []


@pytest.mark.parametrize(
    ("terms", "ngr"),
    [((CPA, SHARE), "-10"), ((CPA,), "10"), ((SHARE,), "-10"), ((SHARE | {"negative": "none"},), "10")],
)
def test_deal_that_is_taken_back_takes_its_lines_along(business, anna, terms, ngr):
    deal = business.deal(anna, business.plan(*terms))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(deposit("c1", "d1"), day_of("c1", "2026-03-12", NGR=ngr))
    business.settle()
    assert business.states() != {} or business.lines() != []

    with business.open():
        services.delete_deal(deal=deal, by="test", now=business.now)
    business.settle()

    assert (business.lines(), business.standings(), business.states()) == ([], {}, {})
    assert business.doubts() == []


def test_transfer_moves_what_is_earned_from_its_day_on(business, anna, ben):
    plan = business.plan(SHARE)
    business.deal(anna, plan)
    business.deal(ben, plan)
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"), day_of("c1", "2026-03-15", NGR="200"))
    business.settle()
    with business.open() as brand:
        transfer(brand=brand, customer=business.customer("c1"), to=ben, from_day=date(2026, 3, 15), by="test",
                 reason="agreed", now=business.now)  # fmt: skip
    business.settle()

    assert [(row[0], row[5]) for row in business.lines()] == [("anna", "30"), ("ben", "60")]
    assert business.doubts() == []


def test_exclusion_and_lifting_it_change_what_is_earned(business, anna):
    business.deal(anna, business.plan(CPA, SHARE))
    business.customers(registered("c1", affiliate_id="anna"), registered("c2", affiliate_id="anna"))
    business.activities(
        deposit("c1", "d1"), day_of("c1", "2026-03-12", NGR="100"), day_of("c2", "2026-03-12", NGR="10")
    )
    business.settle()

    exclusion = business.exclude("c1")
    business.settle()

    assert [row[3:6] for row in business.lines()] == [("Share", None, "3")]
    assert business.standings()[("c1", "Bounty")] == "excluded"
    assert business.doubts() == []

    with business.open():
        services.lift_exclusion(exclusion=exclusion, by="test", now=business.now)
    business.settle()

    assert [row[3:6] for row in business.lines()] == [("Bounty", "c1", "100"), ("Share", None, "33")]


def test_deficit_is_carried_from_month_to_month(business, anna):
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", "2026-01-05", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-01-12", NGR="-100"))
    business.settle()
    business.activities(day_of("c1", "2026-03-12", NGR="150"))
    business.settle()

    assert business.earned() == {"2026-03": "15"}
    assert [period for _, period in business.states()] == ["2026-01", "2026-02", "2026-03"]
    assert business.doubts() == []

    business.activities(day_of("c1", "2026-02-12", NGR="-20"))
    business.settle()

    assert business.earned() == {"2026-03": "9"}
    assert business.doubts() == []


def test_new_version_leaves_what_was_earned_before_it(business, anna):
    plan = business.plan(SHARE)
    business.deal(anna, plan)
    business.customers(registered("c1", "2026-01-05", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-02-12", NGR="100"), day_of("c1", "2026-03-12", NGR="100"))
    business.settle()

    business.version(plan, {**SHARE, "rate": "0.20"}, effective_from=date(2026, 3, 1))
    business.settle()

    assert business.earned() == {"2026-02": "30", "2026-03": "20"}
    assert business.doubts() == []


def test_default_plan_pays_who_has_no_deal(business, anna, ben):
    business.deal(ben, business.plan({**SHARE, "rate": "0.50"}, name="Bens"))
    plan = business.plan(SHARE)
    business.customers(registered("c1", affiliate_id="anna"), registered("c2", affiliate_id="ben"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"), day_of("c2", "2026-03-12", NGR="100"))
    with business.open() as brand:
        services.set_default_plan(brand=brand, plan=plan, by="test", now=business.now)

    business.settle()

    assert [(row[0], row[5]) for row in business.lines()] == [("anna", "30"), ("ben", "50")]
    assert business.doubts() == []


def test_default_plan_that_comes_changes_and_goes_reaches_who_has_no_deal(business, anna, ben):
    business.deal(ben, business.plan({**SHARE, "rate": "0.50"}, name="Bens"))
    plan = business.plan(SHARE)
    business.customers(registered("c1", affiliate_id="anna"), registered("c2", affiliate_id="ben"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"), day_of("c2", "2026-03-12", NGR="100"))
    business.settle()

    def earned_with(default):
        with business.open() as brand:
            services.set_default_plan(brand=brand, plan=default, by="test", now=business.now)
        business.follow_up()
        return [(row[0], row[5]) for row in business.lines()]

    assert earned_with(plan) == [("anna", "30"), ("ben", "50")]
    business.version(plan, SHARE | {"rate": "0.40"}, effective_from=date(2026, 3, 1))
    business.follow_up()
    assert [(row[0], row[5]) for row in business.lines()] == [("anna", "40"), ("ben", "50")]
    assert earned_with(None) == [("ben", "50")]
    assert business.doubts() == []


@pytest.mark.parametrize("is_default", [True, False])
def test_profile_that_nothing_was_computed_with_changes_for_whoever_it_pays(business, anna, is_default):
    with business.open() as brand:
        profile = services.create_profile(
            brand=brand, name="House NGR", steps=[{"sum": "GGR"}], by="test", now=business.now
        )
    plan = business.plan(SHARE | {"base": "House NGR"})
    if is_default:
        with business.open() as brand:
            services.set_default_plan(brand=brand, plan=plan, by="test", now=business.now)
    else:
        business.deal(anna, plan)
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"))
    business.settle()
    assert business.earned() == {}

    with business.open():
        services.change_profile(profile=profile, steps=[{"sum": "NGR"}], by="test", now=business.now)
    business.follow_up()

    assert business.earned() == {"2026-03": "30"}


def test_share_that_follows_the_registration_counts_the_days_on_which_the_customer_was_nobodys(business, anna):
    business.deal(anna, business.plan({**SHARE, "anchor": "registration"}))
    business.customers(registered("c1", "2026-02-10"))
    business.activities(day_of("c1", "2026-01-05", NGR="100"), day_of("c1", "2026-02-03", NGR="50"))
    business.settle()

    with business.open() as brand:
        transfer(
            brand=brand,
            customer=business.customer("c1"),
            to=anna,
            from_day=date(2026, 2, 5),
            by="test",
            reason="agreed",
            now=business.now,
        )
    business.settle()

    assert business.earned() == {"2026-01": "30", "2026-02": "15"}
    assert business.doubts() == []


def test_customer_whose_last_day_is_over_may_still_qualify_under_a_later_version(business, anna):
    plan = business.plan({**CPA, "within_days": 10, "anchor": "activity"})
    business.version(plan, {**CPA, "anchor": "activity"}, effective_from=date(2026, 3, 1))
    business.deal(anna, plan)
    business.customers(registered("c1", "2026-01-05", affiliate_id="anna"))
    business.follow_up()
    assert business.standings() == {("c1", "Bounty"): "expired"}

    business.activities(deposit("c1", "d1", day="2026-03-10"))
    business.follow_up()

    assert business.earned() == {"2026-03": "100"}
    assert business.doubts() == []
