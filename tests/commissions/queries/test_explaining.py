"""A line is explained down to the bytes, and every obstacle has a sentence."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from attribution.services import transfer
from commissions import services
from commissions.models import Deal, Line, Plan
from commissions.queries import behind
from commissions.queries.behind import Difference
from commissions.queries.explaining import explain, record_text
from commissions.queries.rates_missing import missing_rates
from commissions.queries.why_not import Obstacle, why_not
from commissions.serializers import explanation_as_json
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


@pytest.mark.parametrize(("looked_at", "is_complete", "in_all"), [(2, True, 2), (1, False, 1)])
def test_explanation_says_whether_all_records_were_looked_at(
    business, anna, monkeypatch, looked_at, is_complete, in_all
):
    monkeypatch.setattr(behind, "LOOKED_AT", looked_at)
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(*(day_of("c1", f"2026-03-{day}", NGR="10") for day in (12, 13)))
    business.settle()

    with business.open() as brand:
        told = explain(brand=brand, line=Line.objects.get(brand=brand))

    assert (told.is_complete, told.records_in_all) == (is_complete, in_all)


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


def test_what_is_wrong_with_records_and_conditions_has_its_sentence(business, anna):
    business.deal(anna, business.plan(CPA))
    business.customers(
        registered("idle", affiliate_id="anna"),
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
        (Obstacle.PARKED, "1 record of Mystery waits: unknown event."),
        (Obstacle.NOT_APPROVED, "1 record is pending; only approved ones earn."),
        (Obstacle.TOO_LATE, "The last day to qualify was 2026-03-15."),
        (Obstacle.CONDITION_SHORT, "deposits: 15 of 60, 45 missing."),
    ]
    assert (Obstacle.TOO_LATE, "The last day to qualify was 2026-03-06.") in obstacles(business, "late")
    assert obstacles(business, "idle") == [
        (Obstacle.NO_FACTS, "There is no approved fact of this customer."),
        (Obstacle.TOO_LATE, "The last day to qualify was 2026-03-15."),
        (Obstacle.NOT_TRIGGERED, "There is no first deposit yet."),
        (Obstacle.CONDITION_SHORT, "deposits: 0 of 60, 60 missing."),
    ]
    assert obstacles(business, "nobodys")[0][0] is Obstacle.UNATTRIBUTED
    assert obstacles(business, "awaited")[0][0] is Obstacle.NOT_REPORTED
    assert obstacles(business, "fraud")[0] == (
        Obstacle.EXCLUDED,
        "Excluded as fraud: nothing is earned from the beginning.",
    )
    assert (
        Obstacle.NO_FX_RATE,
        "1 fact in USD on 2026-03-11 has no rate into EUR of at most seven days.",
    ) in obstacles(business, "foreign")
    with business.open() as brand:
        [missing] = missing_rates(brand=brand)
    assert (missing.plan, missing.currency, missing.day, missing.records) == ("Plan", "USD", date(2026, 3, 11), 1)


LIFE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30", "months": 1}


@pytest.mark.parametrize(
    ("deal", "version", "told"),
    [
        (
            {"starts_on": date(2026, 3, 11)},
            {},
            [(Obstacle.NO_PLAN, "anna had no deal on 2026-03-10, when he registered, and there is no default plan.")],
        ),
        (
            {"ends_on": date(2026, 3, 9)},
            {},
            [
                (Obstacle.NO_PLAN, f"anna had no deal on {day}, when he {what}, and there is no default plan.")
                for day, what in (("2026-03-10", "registered"), ("2026-03-12", "was last active"))
            ],
        ),
        (
            {"starts_on": date(2026, 1, 1)},
            {"effective_from": date(2026, 3, 11)},
            [(Obstacle.NO_VERSION, "Plan has no terms before 2026-03-11; he registered on 2026-03-10.")],
        ),
        (
            {},
            {"effective_from": date(2026, 3, 11), "applies_to": "new_customers"},
            [
                (Obstacle.NO_VERSION, "Plan has no terms before 2026-03-11; he registered on 2026-03-10."),
                (
                    Obstacle.NO_VERSION,
                    "Plan is for customers registered from 2026-03-11 on; he registered on 2026-03-10.",
                ),
            ],
        ),
        ({}, {}, []),
    ],
)
def test_what_is_missing_on_the_day_that_decides_has_its_sentence(business, anna, deal, version, told):
    business.deal(anna, business.plan({**CPA, "conditions": None}, SHARE, **version), **deal)
    business.customers(registered("c1", "2026-03-10", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", "50", "2026-03-12"))
    business.settle()

    assert obstacles(business, "c1") == told


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 3, 15), {Obstacle.NOT_TRIGGERED}),
        (date(2026, 3, 16), {Obstacle.NOT_TRIGGERED, Obstacle.TOO_LATE}),
        (date(2026, 4, 9), {Obstacle.NOT_TRIGGERED, Obstacle.TOO_LATE}),
        (date(2026, 4, 10), {Obstacle.NOT_TRIGGERED, Obstacle.TOO_LATE, Obstacle.SHARE_ENDED}),
    ],
)
def test_time_is_over_on_the_day_after_the_last(business, anna, today, told):
    business.deal(anna, business.plan({**CPA, "conditions": None}, SHARE | {"months": 1}))
    business.customers(registered("c1", "2026-03-10", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", NGR="10"))
    business.now = datetime(2026, 3, 14, 12, tzinfo=UTC)
    business.settle()

    with business.open() as brand:
        found = why_not(brand=brand, customer=business.customer("c1"), today=today)

    assert {finding.obstacle for finding in found} == told


def test_what_is_wrong_with_owner_plan_and_status_has_its_sentence(business, anna, ben):
    carl = business.affiliate("carl", status="pending")
    business.deal(anna, business.plan(CPA, LIFE))
    business.customers(
        registered("moved", "2026-01-05", affiliate_id="ben"),
        registered("unpaid", affiliate_id="ben"),
        {**registered("unknown", affiliate_id="anna"), "regtime": None},
    )
    business.settle()
    with business.open() as brand:
        for key, to in (("moved", anna), ("unpaid", carl)):
            transfer(brand=brand, customer=business.customer(key), to=to, from_day=date(2026, 3, 15), by="test",
                     reason="agreed", now=business.now)  # fmt: skip
    business.settle()

    assert (Obstacle.NO_PLAN, "ben has no deal, and there is no default plan.") in obstacles(business, "unpaid")
    assert (
        Obstacle.AFFILIATE_NOT_EARNING,
        "carl has never been in a status that earns.",
    ) in obstacles(business, "unpaid")
    assert obstacles(business, "moved")[2:] == [
        (
            Obstacle.NOT_HIS,
            "He was not anna's on 2026-01-05, when he registered: what goes by that day is not earned.",
        ),
        (Obstacle.SHARE_ENDED, "Share looked at him for 1 months, until before 2026-02-05."),
    ]
    assert obstacles(business, "unknown")[0] == (
        Obstacle.NOT_REGISTERED,
        "There is neither a registration time nor an approved fact.",
    )


@pytest.mark.parametrize(
    ("metric", "kpi"), [("first_deposits", "Deposit"), ("active_customers", "Bets"), ("sum:Bonus", "Bonus")]
)
def test_rate_is_missing_for_what_only_tiers_look_at(business, anna, metric, kpi):
    tiers = {"metric": metric, "bands": [["0", "0.1"], ["1", "0.2"]]}
    business.deal(anna, business.plan({"name": "Share", "kind": "revshare", "base": "NGR", "tiers": tiers}))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities({**day_of("c1", "2026-03-12", **{kpi: "5"}), "Currency": "USD"})
    business.settle()

    with business.open() as brand:
        missing = [(rate.currency, rate.day) for rate in missing_rates(brand=brand)]

    assert missing == [("USD", date(2026, 3, 12))]
    assert [obstacle for obstacle, _ in obstacles(business, "c1")] == [Obstacle.NO_FX_RATE]


@pytest.fixture
def january(business, anna):
    """Ten days into February: January is closed with 30.00 on an NGR of 100."""
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-01-12", NGR="100"))
    business.settle()
    business.now = business.clock
    business.close("2026-01")
    business.now += timedelta(minutes=1)
    business.clock = business.now
    return business


def posted(business, period="2026-01"):
    with business.open() as brand:
        line = Line.objects.select_related("affiliate", "plan", "version", "component").get(period=period)
        return explain(brand=brand, line=line)


CHANGED = "Since this was posted, what goes into it has changed; the difference is in its adjustments."


def test_posted_line_is_explained_by_what_went_into_it(january):
    before = posted(january)
    january.activities(day_of("c1", "2026-01-20", NGR="50"), day_of("c1", "2026-01-12", NGR="70"))
    january.settle()

    told, adjusted = posted(january), posted(january, period="2026-02")

    assert (before.sums, before.notices, before.since) == ({"NGR": Decimal(100)}, (), ())
    assert told.sums == {"NGR": Decimal(100)}
    assert [(r.amount, r.has_changed, '"100"' in r.text) for r in told.records] == [(Decimal(100), True, True)]
    assert [(r.day.day, r.amount) for r in told.since] == [(12, Decimal(70)), (20, Decimal(50))]
    assert (told.since_in_all, told.notices, told.differences) == (2, (CHANGED,), ())
    assert (adjusted.sums, adjusted.as_of, adjusted.notices) == ({"NGR": Decimal(120)}, None, ())


def test_posted_line_is_explained_after_its_deal_is_taken_back(january):
    with january.open() as brand:
        services.delete_deal(deal=Deal.objects.get(brand=brand), by="test", now=january.now)
    january.settle()

    told = posted(january)

    assert (told.sums, told.notices, told.differences) == ({"NGR": Decimal(100)}, (CHANGED,), ())
    assert [r.has_changed for r in told.records] == [True]


def test_posted_line_is_explained_by_who_was_whose_and_what_held_then(january, ben):
    january.exclude("c1")
    with january.open() as brand:
        plan = Plan.objects.get(brand=brand)
        transfer(brand=brand, customer=january.customer("c1"), to=ben, from_day=None, by="test", reason="agreed",
                 now=january.now)  # fmt: skip
    january.version(plan, {**SHARE, "rate": "0.5"}, effective_from=date(2026, 1, 10))
    january.settle()

    told = posted(january)

    assert (told.sums, told.notices, told.since) == ({"NGR": Decimal(100)}, (CHANGED,), ())


def test_posted_line_is_explained_at_the_rate_of_then(business, anna):
    business.deal(anna, business.plan(SHARE))
    business.rates(("2026-01-12", "EUR", "USD", "2"))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities({**day_of("c1", "2026-01-12", NGR="100"), "Currency": "USD"})
    business.settle()
    business.now = business.clock
    business.close("2026-01")
    business.now += timedelta(minutes=1)
    business.rates(("2026-01-12", "EUR", "USD", "4"))
    business.settle()

    told = posted(business)

    assert told.sums == {"NGR": Decimal(50)}
    assert [(r.counted, r.has_changed) for r in told.records] == [(Decimal(50), True)]
    assert [r.counted for r in told.since] == [Decimal(25)]


def test_posted_bounty_is_explained_by_its_deposit_after_it_was_reversed(business, anna):
    business.deal(anna, business.plan(CPA))
    business.customers(registered("c1", "2026-01-08", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", "70", "2026-01-09"))
    business.settle()
    business.now = business.clock
    business.close("2026-01")
    business.now += timedelta(minutes=1)
    business.clock = business.now
    business.activities(deposit("c1", "d1", "70", "2026-01-09", status="reversed"))
    business.settle()

    told = posted(business)

    assert [(r.event_id, r.amount, r.has_changed) for r in told.records] == [("d1", Decimal(70), True)]
    assert (told.notices, told.since) == ((CHANGED,), ())


def test_figures_that_the_records_do_not_add_up_to_are_told(january):
    january.clock -= timedelta(hours=1)  # of a process whose clock is behind that of whoever closed
    january.activities(day_of("c1", "2026-01-20", NGR="50"))
    january.settle()

    told = posted(january)

    assert told.sums == {"NGR": Decimal(150)}
    assert told.differences == (Difference("NGR", Decimal(100), Decimal(150)),)
    changed, differing = told.notices
    assert changed == CHANGED
    assert differing == (
        "The amount was computed from NGR 100; the records here add up to 150, because terms, rates or owners have"
        " changed in a way that is not kept."
    )


def test_amount_that_waits_to_be_computed_again_says_so(business, anna):
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"))
    business.settle()
    business.activities(day_of("c1", "2026-03-13", NGR="50"))

    [notice] = explained(business, "Share").notices

    assert notice == (
        "The amount was computed from NGR 100; the records here add up to 150, because some have just come or changed,"
        " and it is being computed again."
    )


def test_api_tells_what_came_since(january):
    january.activities(day_of("c1", "2026-01-20", NGR="50"))
    january.settle()

    answer = explanation_as_json(posted(january), page=1, per_page=50)

    assert (answer["sums"], answer["notices"], answer["differences"]) == ({"NGR": "100"}, [CHANGED], [])
    assert [record["has_changed"] for record in answer["records"]["data"]] == [False]
    assert [record["counted"] for record in answer["since"]["data"]] == ["50"]
    assert (answer["since"]["total"], answer["as_of"][:16]) == (1, "2026-03-20T12:00")
