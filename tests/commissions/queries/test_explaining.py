"""A line is explained down to the bytes, and every obstacle has a sentence."""

from datetime import date
from decimal import Decimal

import pytest

from commissions.models import Line
from commissions.queries.explaining import explain, record_text
from commissions.queries.rates_missing import missing_rates
from commissions.queries.why_not import Obstacle, why_not
from tests.commissions.conftest import day_of, deposit, registered

CPA = {
    "name": "Bounty",
    "kind": "cpa",
    "trigger": "first_deposit",
    "amount": "100",
    "conditions": {"measure": "deposits", "at_least": "60"},
    "within_days": 5,
}
SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30"}
TODAY = date(2026, 3, 20)


def explained(business, component):
    with business.open() as brand:
        line = Line.objects.select_related("plan", "version", "component").get(component__name=component)
        return explain(brand=brand, line=line)


def obstacles(business, key):
    with business.open() as brand:
        return [
            (finding.obstacle, finding.sentence)
            for finding in why_not(brand=brand, customer=business.customer(key), today=TODAY)
        ]


def test_share_is_explained_down_to_the_bytes(business, anna, ben):
    plan = business.plan(SHARE)
    business.deal(anna, plan)
    business.deal(ben, plan)
    business.rates(("2026-03-12", "EUR", "USD", "2"))
    business.customers(registered("c1", affiliate_id="anna"), registered("c2", affiliate_id="ben"))
    business.activities(
        day_of("c1", "2026-03-12", NGR="100.50", Bets="7"),
        day_of("c2", "2026-03-12", NGR="5"),
        {**day_of("c1", "2026-03-13", NGR="80"), "Currency": "USD"},
        deposit("c1", "d1"),
    )
    business.settle()

    with business.open() as brand:
        line = Line.objects.select_related("plan", "version", "component").get(affiliate=anna)
        told = explain(brand=brand, line=line)

    assert told.sums == {"NGR": Decimal("140.50")}
    assert [(r.customer, r.kpi, r.amount, r.currency, r.counted, r.index) for r in told.records] == [
        ("c1", "NGR", Decimal("100.50"), "EUR", Decimal("100.50"), 0),
        ("c1", "NGR", Decimal("80"), "USD", Decimal("40"), 2),
    ]
    assert told.records[0].text == (
        '{"eventname": "DailyStats", "customerid": "c1", "createtime": "2026-03-12", "Currency": "EUR",'
        ' "NGR": "100.50", "Bets": "7"}'
    )
    [leg] = told.records[1].conversion.legs
    assert (leg.rate.base, leg.rate.quote, leg.inverse) == ("EUR", "USD", True)
    assert told.sentences[0] == "Pays 30 % of NGR each month."
    assert [step["step"] for step in told.working][-1] == "rounding"


def test_bounty_is_explained_by_the_records_up_to_its_day(business, anna):
    business.deal(anna, business.plan(CPA))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(
        deposit("c1", "d1", "50", "2026-03-11"),
        deposit("c1", "d2", "20", "2026-03-12"),
        deposit("c1", "d3", "99", "2026-03-13"),
    )
    business.settle()

    told = explained(business, "Bounty")

    assert [(r.event_id, r.day) for r in told.records] == [("d1", date(2026, 3, 11)), ("d2", date(2026, 3, 12))]
    assert {"step": "condition", "measure": "deposits", "have": "70", "need": "60"} in told.working


@pytest.mark.parametrize(
    ("body", "index", "text"),
    [
        ('[{"a": 1.50}, {"b": "[,]"}]', 0, '{"a": 1.50}'),
        ('[{"a": 1.50}, {"b": "[,]"}]', 1, '{"b": "[,]"}'),
        ('\n [ {"a":1} ,\t{"b":2}\n]', 1, '{"b":2}'),
        ('{"a": 1}', 0, '{"a": 1}'),
    ],
)
def test_record_is_cut_out_of_its_body_byte_for_byte(body, index, text):
    assert record_text(body.encode(), index) == text


def test_every_obstacle_has_its_sentence(business, anna):
    business.deal(anna, business.plan(CPA))
    business.customers(
        registered("short", affiliate_id="anna"),
        registered("late", "2026-03-01", affiliate_id="anna"),
        registered("nobodys"),
        registered("fraud", affiliate_id="anna"),
        registered("foreign", affiliate_id="anna"),
    )
    business.activities(
        deposit("short", "d1", "15", "2026-03-12"),
        deposit("late", "d2", "15", "2026-03-18"),
        deposit("foreign", "d3", "500", "2026-03-11", Currency="USD"),
        deposit("awaited", "d4"),
        deposit("short", "d5", "9", status="pending"),
        {**deposit("short", "d6"), "eventname": "Mystery"},
    )
    business.settle()
    business.exclude("fraud")
    business.settle()

    assert obstacles(business, "short") == [
        (Obstacle.PARKED, "1 records of Mystery wait: unknown event."),
        (Obstacle.NOT_APPROVED, "1 records are pending; only approved ones earn."),
        (Obstacle.TOO_LATE, "The last day to qualify was 2026-03-15."),
        (Obstacle.CONDITION_SHORT, "deposits: 15 of 60, 45 missing."),
    ]
    assert (Obstacle.TOO_LATE, "The last day to qualify was 2026-03-06.") in obstacles(business, "late")
    assert obstacles(business, "nobodys")[0][0] is Obstacle.UNATTRIBUTED
    assert obstacles(business, "awaited")[0][0] is Obstacle.NOT_REPORTED
    assert obstacles(business, "fraud")[0] == (
        Obstacle.EXCLUDED,
        "Excluded as fraud: nothing is earned from the beginning.",
    )
    assert (
        Obstacle.NO_FX_RATE,
        "1 facts in USD on 2026-03-11 have no rate into EUR of at most seven days.",
    ) in obstacles(business, "foreign")
    with business.open() as brand:
        [missing] = missing_rates(brand=brand)
    assert (missing.plan, missing.currency, missing.day, missing.records) == ("Plan", "USD", date(2026, 3, 11), 1)
