"""Made-up traffic: the same for the same seed, and shaped like the real thing."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from sandbox.traffic.chance import cents
from sandbox.traffic.history import history
from sandbox.traffic.world import Source, World

FIRST = date(2026, 1, 1)
NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
SOURCES = (
    Source("link", "popular", 60),
    Source("link", "quiet", 8),
    Source("promo_code", "MAX100", 0.8),
    Source("pattern", "2001_1000_", 0.8),
    Source("organic", "", 0.8),
)


def world(vertical="igaming", seed=1, zone="Europe/Malta"):
    return World(slug="spin", vertical=vertical, zone=ZoneInfo(zone), sources=SOURCES, seed=seed)


@pytest.fixture(scope="module")
def casino():
    return list(history(world(), first=FIRST, now=NOON))


@pytest.fixture(scope="module")
def broker():
    return list(history(world("forex"), first=FIRST, now=NOON))


def activities(days):
    return [record for day in days for record in day.activities]


def test_the_same_seed_gives_the_same_traffic(casino):
    assert list(history(world(), first=FIRST, now=NOON)) == casino


def test_another_seed_gives_other_traffic(casino):
    assert list(history(world(seed=2), first=FIRST, now=NOON)) != casino


def test_a_later_run_continues_an_earlier_one(casino):
    later = list(history(world(), first=FIRST, now=NOON + timedelta(days=10)))

    assert later[: len(casino) - 1] == casino[:-1]
    today = casino[-1]
    assert all(record in later[len(casino) - 1].activities for record in today.activities)
    assert all(each in later[len(casino) - 1].registrations for each in today.registrations)


def test_every_day_until_today_is_there_and_nothing_of_the_future(casino):
    assert [day.day for day in casino] == [FIRST + timedelta(days=n) for n in range(74)]
    clock = "2026-03-15 13:00"  # noon, in Malta
    today = casino[-1]
    assert all(visit.at <= NOON for visit in today.visits)
    assert all(each.record["regtime"] <= clock for each in today.registrations)
    assert all(record["createtime"] <= clock for record in today.activities)


def test_customers_are_reported_before_they_do_anything(casino):
    registered = {}
    for day in casino:
        registered |= {each.record["customerId"]: each.record["regtime"] for each in day.registrations}
        for record in day.activities:
            if not record["customerid"].startswith("unreported-") and len(record["createtime"]) > 10:
                assert record["createtime"] >= registered[record["customerid"]], record


def test_amounts_are_written_exactly(casino, broker):
    amount = re.compile(r"-?(0|[1-9]\d*)(\.\d\d)?")
    fields = ("Value", "Bets", "Wins", "GGR", "NGR", "Lots", "Volume", "SpreadRevenue", "Commission", "PnL")

    for record in (*activities(casino), *activities(broker)):
        for field in fields:
            assert record.get(field) in (None, "1.250,00") or amount.fullmatch(record[field]), record


@pytest.mark.parametrize(("amount", "text"), [(0.005, "0.00"), (-0.004, "0.00"), (12.5, "12.50"), (-3.999, "-4.00")])
def test_cents_are_rounded_and_never_minus_nothing(amount, text):
    assert cents(amount) == text


def test_gross_revenue_is_bets_less_wins(casino):
    for record in activities(casino):
        if record["eventname"] == "DailyStats":
            assert Decimal(record["Bets"]) - Decimal(record["Wins"]) - Decimal(record["GGR"]) in (
                Decimal("0.00"),
                Decimal("0.01"),
                Decimal("-0.01"),
            )


def test_a_day_sum_and_an_event_id_stand_once(casino):
    ids = Counter(record["eventid"] for record in activities(casino) if "eventid" in record)
    days = Counter(
        (record["customerid"], record["createtime"]) for record in activities(casino) if "eventid" not in record
    )

    assert max(ids.values()) == max(days.values()) == 1


def test_a_popular_link_brings_more_and_weekends_are_busier_for_players_and_quiet_for_traders(casino, broker):
    by_link = Counter(visit.link for day in casino for visit in day.visits)
    assert by_link["popular"] > 4 * by_link["quiet"]

    def weekend_share(days):
        visits = Counter(day.day.weekday() >= 5 for day in days for _ in day.visits)
        return visits[True] / visits.total()

    assert weekend_share(broker) < 0.15 < 0.28 < weekend_share(casino)


def test_some_players_win_and_a_few_decide_the_month(casino):
    revenue = Counter()
    for record in activities(casino):
        if record["eventname"] == "DailyStats":
            revenue[record["customerid"]] += abs(Decimal(record["NGR"]))

    assert any(Decimal(record.get("NGR", 0)) < 0 for record in activities(casino))
    largest = sum(sorted(revenue.values())[-max(1, len(revenue) // 50) :])
    assert largest > sum(revenue.values()) * Decimal("0.2")


def test_all_ways_of_being_attributed_occur_and_so_does_none(casino):
    registrations = [each for day in casino for each in day.registrations]

    assert any(each.visit for each in registrations)
    assert any(each.record.get("promo_code") == "MAX100" for each in registrations)
    assert any(each.record.get("tracking_data", "").startswith("2001_1000_") for each in registrations)
    assert any(
        each.visit is None and set(each.record).isdisjoint({"promo_code", "tracking_data"}) for each in registrations
    )


def test_real_systems_oddities_occur(casino):
    records = activities(casino)

    assert {"LoyaltyPoints", "Cashback"} & {record["eventname"] for record in records}
    assert any(record.get("status") == "declined" for record in records)
    assert any(record.get("status") == "in_review" for record in records)
    assert any(record.get("Value") == "1.250,00" for record in records)
    assert any(record["eventname"] == "initial_fund" for record in records)
