"""Months close once, in order; what comes later becomes adjustments (commissions.md 11)."""

from datetime import UTC, date, datetime

import pytest
from django.db import ProgrammingError, connection

from affiliates.services import create_promo_code, set_status
from commissions import services
from commissions.models import ClosedPeriod, Deal, Entry, Line
from commissions.services import follow_up
from commissions.services.closing import digest_of
from commissions.services.locks import lock_periods
from ingestion.models import NewRates
from tests.commissions.conftest import Business, day_of, deposit, registered
from tests.commissions.services.at_once import at_once
from track360.lib.periods import Period

CPA = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100", "hold_days": 60}
PROFILE = [
    {"sum": "Bets"},
    {"subtract": "Wins"},
    {"subtract": "Bonus"},
    {"subtract": "Chargeback"},
    {"subtract_percent": "2", "of": "Deposit"},
    {"subtract_percent": "1.5", "of": "Withdrawal"},
    {"subtract_percent": "15", "of": "GGR"},
    {"subtract_percent": "18", "of": "GGR"},
]
SHARE = {"name": "Share", "kind": "revshare", "base": "House NGR", "rate": "0.40"}


@pytest.fixture
def january(business, anna):
    """The worked example of commissions.md 6.1, in January, with a customer worth 712.00."""
    with business.open() as brand:
        services.create_profile(brand=brand, name="House NGR", steps=PROFILE, by="test", now=business.now)
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(
        day_of("c1", "2026-01-12", Bets="50000", Wins="46000", GGR="4000", Bonus="600", Chargeback="150"),
        day_of("c1", "2026-01-13", Deposit="6000", Withdrawal="2000"),
    )
    business.settle()
    return business


def test_late_data_becomes_an_adjustment_in_the_earliest_open_month(january):
    january.close("2026-01")
    assert january.earned() == {"2026-01": "712"}

    january.activities(day_of("c1", "2026-01-20", Bonus="300"))
    january.settle()

    assert january.lines() == [
        ("anna", "2026-01", "2026-01", "Share", None, "712", None),
        ("anna", "2026-02", "2026-01", "Share", None, "-120", None),
    ]
    with january.open():
        adjustment = Line.objects.get(period="2026-02")
        original = Line.objects.get(period="2026-01")
    assert adjustment.available_on == date(2026, 2, 28)
    assert adjustment.base_key == original.key != adjustment.key
    assert adjustment.working[-1] == {"step": "adjustment", "wanted": "592", "posted": "712", "amount": "-120"}
    assert january.doubts() == []


def test_adjustments_follow_what_is_wanted_until_they_are_posted(january):
    january.close("2026-01")
    january.activities(day_of("c1", "2026-01-20", Bonus="300"))
    january.settle()
    january.activities(day_of("c1", "2026-01-20"))
    january.settle()
    assert january.earned() == {"2026-01": "712"}

    january.activities(day_of("c1", "2026-01-20", Bonus="300"))
    january.close("2026-02")
    january.activities(day_of("c1", "2026-01-20", Bonus="400"))
    january.settle()

    assert january.earned() == {"2026-01": "712", "2026-02": "-120", "2026-03": "-40"}
    assert january.doubts() == []


def test_adjustment_stays_while_only_later_months_are_computed_again(january):
    january.close("2026-01")
    january.activities(day_of("c1", "2026-01-20", Bonus="300"))
    january.settle()

    january.activities(day_of("c1", "2026-02-10", Bets="100"))
    january.follow_up()

    assert january.earned() == {"2026-01": "712", "2026-02": "-80"}
    assert january.doubts() == []


def test_line_that_is_no_longer_wanted_is_taken_back(business, anna):
    business.deal(anna, business.plan(CPA))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-01-10"))
    business.close("2026-01")

    business.exclude("c1")
    business.settle()

    assert business.earned() == {"2026-01": "100", "2026-02": "-100"}
    with business.open():
        assert Line.objects.get(period="2026-02").available_on == date(2026, 3, 11)
    assert business.doubts() == []


def test_adjustment_of_a_line_that_is_still_held_is_available_with_that_line(business, anna):
    percent = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "percent": "50", "hold_days": 60}
    business.deal(anna, business.plan(percent))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", "100", day="2026-01-10"))
    business.close("2026-01")

    business.activities(deposit("c1", "d1", "120", day="2026-01-10"))
    business.close("2026-02")
    business.activities(deposit("c1", "d1", "120", day="2026-01-10", status="reversed"))
    business.settle()

    with business.open():
        available = dict(Line.objects.values_list("period", "available_on"))
    assert business.earned() == {"2026-01": "50", "2026-02": "10", "2026-03": "-60"}
    assert available == {"2026-01": date(2026, 3, 11), "2026-02": date(2026, 3, 11), "2026-03": date(2026, 3, 31)}
    assert business.doubts() == []


def test_plan_of_which_lines_were_posted_stays_though_nobody_has_it_any_more(january, anna):
    january.close("2026-01")
    with january.open() as brand:
        deal = Deal.objects.get(brand=brand)
        services.delete_deal(deal=deal, by="test", now=january.now)

    with january.open(), pytest.raises(services.PlanInUse):
        services.delete_plan(plan=deal.plan, by="test", now=january.now)


def test_closing_follows_up_what_waits_first(january):
    january.activities(day_of("c1", "2026-01-20", Bonus="300"))

    closed = january.close("2026-01")

    assert closed.entries == 1
    assert january.earned() == {"2026-01": "592"}
    assert [(row[1], str(row[3])) for row in january.entries()] == [("2026-01", "592.00000000")]


def test_months_close_in_order_once_and_when_they_are_over(january):
    january.activities(day_of("c1", "2026-02-20", Bets="10"))
    january.settle()
    with pytest.raises(services.PeriodOutOfOrder, match="Close 2026-01 first"):
        january.close("2026-02")
    january.close("2026-01")
    with pytest.raises(services.PeriodClosed):
        january.close("2026-01")
    january.close("2026-02")
    with pytest.raises(services.PeriodNotOver):
        january.close("2026-03")
    with january.open():
        assert list(ClosedPeriod.objects.order_by("period").values_list("period", "entries")) == [
            ("2026-01", 1),
            ("2026-02", 1),
        ]


def test_month_is_not_closed_before_an_earlier_one_that_waiting_work_begins(business, anna):
    business.deal(anna, business.plan(CPA, effective_from=date(2025, 12, 1)), starts_on=date(2025, 12, 1))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-01-10"))
    business.settle()
    business.customers(registered("c2", "2025-12-30", affiliate_id="anna"))
    business.activities(deposit("c2", "d2", day="2025-12-31"))

    with pytest.raises(services.PeriodOutOfOrder, match="Close 2025-12 first"):
        business.close("2026-01")

    assert [business.close(period).entries for period in ("2025-12", "2026-01")] == [1, 1]
    assert business.doubts() == []


def block_from_the_second_day(business, anna):
    set_status(affiliate=anna, status="blocked", from_day=date(2026, 1, 13), by="test", now=business.now)


def explain_the_promo_code(business, anna):
    create_promo_code(affiliate=anna, code="SPRING", by="test", now=business.now)


@pytest.mark.parametrize(("learn", "earned"), [(block_from_the_second_day, "772"), (explain_the_promo_code, "672")])
def test_closing_takes_in_first_what_was_just_learned_of_affiliates(january, anna, learn, earned):
    january.customers(registered("c2", "2026-01-20", promo_code="SPRING"))
    january.activities(day_of("c2", "2026-01-20", Bonus="100"))
    january.settle()
    with january.open():
        learn(january, anna)

    january.close("2026-01")

    assert january.earned() == {"2026-01": earned}
    january.settle()
    assert january.earned() == {"2026-01": earned}
    assert january.doubts() == []


def test_new_rates_are_left_to_the_closing_that_others_wait_for(january):
    with january.open() as brand:
        NewRates.objects.create(brand=brand, from_day=date(2026, 1, 1), created_at=january.now)

    def close():
        services.close_period(brand=january.brand, period=Period(2026, 1), by="test", now=january.now)

    def compute():
        return follow_up.follow_up(brand=january.brand, now=january.now)

    followed = at_once(january, lambda: lock_periods(brand_id=january.brand.id), compute, then=close)

    assert followed.affiliates == 0
    assert january.earned() == {"2026-01": "712"}


def test_closing_takes_as_many_locks_for_few_affiliates_as_for_many(business):
    plan = business.plan(CPA)
    for number in range(20):
        business.deal(business.affiliate(f"a{number}"), plan)
        business.customers(registered(f"c{number}", "2026-01-02", affiliate_id=f"a{number}"))
        business.activities(deposit(f"c{number}", f"d{number}", day="2026-01-10"))

    with business.open() as brand, connection.cursor() as cursor:
        closed = services.close_period(brand=brand, period=Period(2026, 1), by="test", now=business.now)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        locks = cursor.fetchone()[0]

    assert (closed.entries, locks) == (20, 3)


def test_month_ends_in_the_brands_time_zone(transactional_db):
    business = Business(timezone="America/New_York")
    business.now = datetime(2026, 2, 1, 4, 59, tzinfo=UTC)
    with pytest.raises(services.PeriodNotOver):
        business.close("2026-01")

    business.now = datetime(2026, 2, 1, 5, 0, tzinfo=UTC)

    assert business.close("2026-01").entries == 0


def test_closed_month_keeps_its_entries_and_their_digest(january):
    closed = january.close("2026-01")
    before = january.entries()

    january.activities(day_of("c1", "2026-01-12"), deposit("c1", "d9", day="2026-01-14"))
    january.settle()
    january.close("2026-02")

    assert [entry for entry in january.entries() if entry[1] == "2026-01"] == before
    with january.open() as brand:
        assert digest_of(brand=brand, period=Period(2026, 1)) == closed.sha256


@pytest.mark.parametrize("statement", ["UPDATE commissions_entry SET amount = 0", "DELETE FROM commissions_entry"])
def test_entries_cannot_be_changed_by_the_application(january, statement):
    january.close("2026-01")

    with pytest.raises(ProgrammingError, match="permission denied"), january.open(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_verify_finds_what_was_tampered_with(january):
    january.close("2026-01")
    with january.open() as brand:
        line = Line.objects.get(brand=brand)
        Line.objects.filter(brand=brand).update(amount="700")
        Entry.objects.create(
            brand=brand, key="f" * 32, affiliate=line.affiliate, period="2026-01", source_period="2026-01",
            amount="1", currency="EUR", available_on=line.available_on, posted_at=january.now,
        )  # fmt: skip

    tables = {difference.table for difference in january.doubts()}

    assert tables == {"Line", "ClosedPeriod", "Entry"}
