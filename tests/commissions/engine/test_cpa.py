"""commissions.md 4 and 5, with the figures printed there."""

from datetime import date
from decimal import Decimal

import pytest

from commissions.engine.book import Candidate, Days, Exclusion, ExclusionReason, Owner, Standing
from commissions.engine.compute import compute
from tests.commissions.engine.build import book, by_month, customer, d, deposit, fact, paid, plan, version
from tests.commissions.engine.coarsening import coarsened


def cpa(**terms):
    return {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100", **terms}


def candidate(number=1, happenings=None, history=(), **person):
    first = [deposit("01-05", 50)] if happenings is None else happenings
    return Candidate(customer(number, **person), tuple(first), tuple(history))


def run(terms, *candidates, **more):
    return compute(book(terms, candidates=candidates, **more))


def qualified(count, day="01-05"):
    return [candidate(number, [deposit(day, 50)]) for number in range(1, count + 1)]


BASELINE = {
    "all": [{"measure": "net_deposits", "at_least": "100"}, {"measure": "wagered", "at_least": "200"}],
}
STORY = [
    fact(1, "01-01", "Deposit", 60),
    fact(1, "01-02", "Bets", 150),
    fact(1, "01-05", "Withdrawal", 20),
    fact(1, "01-09", "Deposit", 70),
    fact(1, "01-12", "Bets", 60),
]


def test_customer_qualifies_on_the_day_the_conditions_hold_and_later_withdrawals_change_nothing():
    terms = version(cpa(conditions=BASELINE, within_days=30))
    history = [*STORY, fact(1, "01-15", "Withdrawal", 90)]

    [standing] = run(terms, candidate(happenings=[deposit("01-01", 60)], history=history)).qualifications

    assert (standing.standing, standing.day) == (Standing.QUALIFIED, date(2026, 1, 12))
    assert {step.measure: step.have for step in standing.progress} == {
        "first_deposit": 1,
        "net_deposits": 110,
        "wagered": 210,
    }


def test_earlier_withdrawal_delays_qualifying():
    terms = version(cpa(conditions=BASELINE, within_days=30))
    history = [*STORY, fact(1, "01-10", "Withdrawal", 90)]

    [standing] = run(terms, candidate(happenings=[deposit("01-01", 60)], history=history)).qualifications

    assert (standing.standing, standing.day) == (Standing.PENDING, None)
    assert standing.standing_on(date(2026, 1, 31)) is Standing.PENDING
    assert standing.standing_on(date(2026, 2, 1)) is Standing.EXPIRED


def test_conditions_are_looked_at_once_per_day():
    terms = version(cpa(conditions={"measure": "net_deposits", "at_least": "100"}))
    history = [fact(1, "01-05", "Deposit", 100), fact(1, "01-05", "Withdrawal", 50), fact(1, "01-06", "Deposit", 50)]

    [standing] = run(terms, candidate(happenings=[deposit("01-05", 100)], history=history)).qualifications

    assert standing.day == date(2026, 1, 6)


def test_reversed_first_deposit_makes_the_next_one_the_first():
    outcome = run(version(cpa(amount=None, percent="50")), candidate(happenings=[deposit("05-09", 30)]))

    assert [(line.day, str(line.amount)) for line in outcome.lines] == [(date(2026, 5, 9), "15.00")]


@pytest.mark.parametrize(
    ("happenings", "amount"),
    [
        ([("12:00", "b", 10), ("11:00", "c", 20)], 20),
        ([("12:00", "b", 10), ("12:00", "a", 20)], 20),
        ([("12:00", "a", 10), ("12:00", None, 20)], 20),
        ([("12:00", None, 10), ("12:00", None, 20)], 20),
        ([("12:00", "ä", 10), ("12:00", "z", 20)], 20),
        ([("11:00", None, 0), ("12:00", None, 20)], 20),
    ],
)
def test_first_deposit_is_the_first_by_moment_then_id_then_larger_amount(happenings, amount):
    records = [deposit("01-05", value, at=at, event_id=event_id) for at, event_id, value in happenings]

    for order in (records, records[::-1]):
        [standing] = run(version(cpa()), candidate(happenings=order)).qualifications
        assert standing.trigger_amount == amount


def test_count_cap_leaves_lines_of_zero_with_a_reason():
    outcome = run(version(cpa(amount="150", cap={"count": 20})), *qualified(23))

    assert sum(line.amount for line in outcome.lines) == Decimal("3000.00")
    assert [str(line.amount) for line in outcome.lines if line.reason == "over_cap"] == ["0.00"] * 3


def test_amount_cap_truncates_the_last_line():
    outcome = run(version(cpa(amount="150", cap={"amount": "2000"})), *qualified(23))

    assert paid(outcome.lines)[12:15] == ["150.00", "50.00", "0.00"]
    assert sum(line.amount for line in outcome.lines) == Decimal("2000.00")
    assert [line.reason for line in outcome.lines][13:15] == ["", "over_cap"]


def test_amount_cap_finer_than_the_currency_is_never_exceeded():
    terms = plan(version(cpa(amount="75", cap={"amount": "100.5"})), currency="JPY")

    assert paid(run(terms, *qualified(3)).lines) == ["75", "25", "0"]


def test_caps_are_filled_in_order_of_day_and_customer_id():
    candidates = [
        candidate(1, [deposit("01-06", 50)], key="a"),
        candidate(2, [deposit("01-05", 50)], key="b"),
        candidate(3, [deposit("01-05", 50)], key="B"),
        candidate(4, [deposit("02-01", 50)], key="c"),
    ]

    outcome = run(version(cpa(cap={"count": 1})), *candidates)

    assert [line.customer for line in outcome.lines if not line.reason] == [3, 4]


def test_staged_components_add_up():
    terms = version(
        cpa(name="First", amount="50"),
        cpa(name="Wager", amount="70", conditions={"measure": "wagered", "at_least": "500"}),
        cpa(name="Months", amount="80", conditions={"measure": "active_months", "at_least": "2"}),
    )
    history = [fact(1, "01-05", "Bets", 400), fact(1, "01-20", "Bets", 220)]

    outcome = run(terms, candidate(history=history))

    assert by_month(outcome.lines) == {"2026-01": "120.00"}


@pytest.mark.parametrize(("apply", "total"), [("marginal", "4400.00"), ("whole", "5600.00")])
def test_tiers_by_the_number_qualified(apply, total):
    tiers = {"metric": "qualified", "apply": apply, "bands": [["1", "100"], ["11", "130"], ["31", "160"]]}

    outcome = run(version(cpa(amount=None, tiers=tiers)), *qualified(35))

    assert by_month(outcome.lines) == {"2026-01": total}


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("period", {"2026-01": "30.00", "2026-02": "10.00"}),
        ("previous_period", {"2026-01": "20.00", "2026-02": "15.00"}),
        ("lifetime", {"2026-01": "30.00", "2026-02": "15.00"}),
    ],
)
def test_tiers_look_at_this_month_the_last_or_all(window, expected):
    tiers = {"metric": "qualified", "window": window, "bands": [["1", "10"], ["2", "15"]]}

    outcome = run(version(cpa(amount=None, tiers=tiers)), *qualified(2), candidate(3, [deposit("02-05", 50)]))

    assert by_month(outcome.lines) == expected


@pytest.mark.parametrize(
    ("deposited", "commission"), [(10, "10.00"), (100, "25.00"), (2000, "200.00"), ("44.10", "11.03")]
)
def test_percent_of_the_trigger_is_kept_within_its_bounds(deposited, commission):
    terms = version(cpa(amount=None, percent="25", min="10", max="200"))

    assert paid(run(terms, candidate(happenings=[deposit("01-05", deposited)])).lines) == [commission]


@pytest.mark.parametrize(
    ("country", "commission"), [("DE", "150.00"), ("de", "150.00"), ("FR", "100.00"), ("", "100.00")]
)
def test_amount_may_depend_on_the_country(country, commission):
    terms = version(cpa(by_country={"DE": "150.00"}))

    assert paid(run(terms, candidate(country=country)).lines) == [commission]


def test_registration_is_a_trigger_and_needs_a_day():
    terms = version(cpa(trigger="registration", amount="5"))

    outcome = run(terms, candidate(1, [], registered="02-03"), candidate(2, [], registered=None))

    assert [(line.customer, line.day) for line in outcome.lines] == [(1, date(2026, 2, 3))]


def test_first_record_of_another_kpi_is_a_trigger():
    terms = version(cpa(trigger="first:ChallengePurchase"))
    happenings = [deposit("01-05", 50), deposit("01-07", 200, kpi="ChallengePurchase")]

    assert [line.day for line in run(terms, candidate(happenings=happenings)).lines] == [date(2026, 1, 7)]


@pytest.mark.parametrize(("day", "count"), [("01-31", 1), ("02-01", 0)])
def test_within_days_counts_from_the_registration_day(day, count):
    terms = version(cpa(within_days=30))

    assert len(run(terms, candidate(happenings=[deposit(day, 50)])).lines) == count


def test_facts_before_the_registration_count():
    terms = version(cpa(within_days=0, conditions={"measure": "deposits", "at_least": "20"}))
    history = [fact(1, "01-08", "Deposit", 20)]

    [line] = run(terms, candidate(1, [deposit("01-08", 20)], history, registered="01-10")).lines

    assert line.day == date(2026, 1, 8)


@pytest.mark.parametrize(
    ("measure", "need", "day"),
    [
        ("deposits", "60", "01-06"),
        ("deposit_count", "3", "01-06"),
        ("first_deposit", "20", "01-05"),
        ("sum:Bonus", "5", "01-09"),
        ("count:Bonus", "1", "01-07"),
        ("active_days", "2", "01-10"),
        ("active_months", "2", "02-01"),
        ("wagered", "30", "01-10"),
    ],
)
def test_every_measure_is_reached_on_its_day(measure, need, day):
    history = [
        fact(1, "01-05", "Deposit", 20),
        fact(1, "01-06", "Deposit", 40, positives=2),
        fact(1, "01-07", "Bonus", 4),
        fact(1, "01-08", "Bets", 0),
        fact(1, "01-08", "Trades", 3),
        fact(1, "01-09", "Bonus", 1),
        fact(1, "01-10", "Bets", 30),
        fact(1, "02-01", "Lots", "0.01"),
    ]
    terms = version(cpa(conditions={"measure": measure, "at_least": need}))

    [standing] = run(terms, candidate(happenings=[deposit("01-05", 20)], history=history)).qualifications

    assert standing.day == d(day)


def test_conditions_nest():
    terms = version(
        cpa(
            conditions={
                "any": [
                    {"measure": "wagered", "at_least": "1000"},
                    {"all": [{"measure": "deposits", "at_least": "20"}, {"measure": "active_days", "at_least": "1"}]},
                ]
            }
        )
    )
    history = [fact(1, "01-05", "Deposit", 20), fact(1, "01-06", "Bets", 1)]

    [standing] = run(terms, candidate(happenings=[deposit("01-05", 20)], history=history)).qualifications

    assert standing.day == date(2026, 1, 6)


@pytest.mark.parametrize(
    ("reason", "from_day", "standing"),
    [
        ("self_excluded", "01-05", Standing.EXCLUDED),
        ("self_excluded", "01-06", Standing.QUALIFIED),
        ("duplicate", "12-01", Standing.EXCLUDED),
        ("fraud", "12-01", Standing.EXCLUDED),
    ],
)
def test_exclusions_block_from_their_day(reason, from_day, standing):
    outcome = run(version(cpa()), candidate(exclusions=[Exclusion(ExclusionReason(reason), d(from_day))]))

    assert outcome.qualifications[0].standing is standing
    assert len(outcome.lines) == (standing is Standing.QUALIFIED)


def test_hold_moves_the_day_the_line_is_available():
    [line] = run(version(cpa(hold_days=14)), candidate()).lines

    assert line.available_on == date(2026, 1, 19)


@pytest.mark.parametrize(("anchor", "lines"), [("registration", 1), ("activity", 0)])
def test_transferred_customer_pays_by_the_anchor_day(anchor, lines):
    person = candidate(happenings=[deposit("02-05", 50)], owners=(Owner(1, None, None), Owner(2, None, d("02-01"))))

    assert len(run(version(cpa(anchor=anchor)), person).lines) == lines


@pytest.mark.parametrize(("anchor", "amount"), [("registration", "100.00"), ("activity", "130.00")])
def test_version_is_the_one_of_the_anchor_day(anchor, amount):
    terms = plan(
        version(cpa(anchor=anchor)), version(cpa(anchor=anchor, amount="130"), number=2, effective_from="2026-02-01")
    )

    assert paid(run(terms, candidate(happenings=[deposit("02-05", 50)])).lines) == [amount]


def test_customer_expired_under_one_version_qualifies_under_the_one_of_his_deposit():
    late = cpa(anchor="activity", amount="130")
    terms = plan(version(cpa(anchor="activity", within_days=10)), version(late, number=2, effective_from="2026-02-01"))

    assert paid(run(terms, candidate(happenings=[deposit("02-05", 50)])).lines) == ["130.00"]


def test_nothing_is_paid_for_a_day_the_affiliate_was_blocked():
    outcome = run(version(cpa()), candidate(), earning=[Days(None, d("01-04"))])

    assert outcome.lines == ()
    assert outcome.qualifications[0].earning is False


def test_pending_customer_shows_how_far_he_is():
    terms = version(cpa(conditions={"measure": "deposits", "at_least": "20"}))

    [standing] = run(terms, candidate(history=[fact(1, "01-05", "Deposit", 15)])).qualifications

    assert [(step.measure, step.have, step.need) for step in standing.progress] == [
        ("first_deposit", 1, 1),
        ("deposits", 15, 20),
    ]


def test_standing_customers_count_without_being_judged_again():
    tiers = {"metric": "qualified", "apply": "whole", "bands": [["1", "100"], ["3", "130"]]}
    terms = version(cpa(amount=None, tiers=tiers))
    everybody = qualified(3)
    standing = run(terms, *everybody[:2]).qualifications

    incremental = run(terms, everybody[2], standing=standing)

    assert incremental.lines == run(terms, *everybody).lines


def test_amounts_are_rounded_to_the_minor_unit_of_the_plans_currency():
    for currency, expected in (("JPY", "12"), ("EUR", "12.35"), ("BHD", "12.345")):
        terms = plan(version(cpa(amount=None, percent="10")), currency=currency)
        assert paid(run(terms, candidate(happenings=[deposit("01-05", "123.45")])).lines) == [expected]


def test_lines_keep_their_keys_and_explain_themselves():
    [line] = run(version(cpa(hold_days=3)), candidate()).lines

    assert line.key == run(version(cpa(hold_days=3)), candidate()).lines[0].key
    assert len(line.key) == 32
    assert [note.step for note in line.working] == ["terms", "trigger", "qualified", "amount", "hold", "rounding"]


LIMITED = {"conditions": BASELINE, "within_days": 30}


@pytest.mark.parametrize(
    ("components", "apart"),
    [
        ([cpa(**LIMITED)], False),
        ([cpa(**LIMITED), {**cpa(trigger="first:ChallengePurchase", **LIMITED), "name": "Purchase"}], False),
        ([cpa(**LIMITED), {**cpa(**LIMITED), "name": "Later", "within_days": 60}], True),
        ([cpa(trigger="registration", **LIMITED)], True),
        ([cpa(conditions={"measure": "active_days", "at_least": "2"})], True),
    ],
)
def test_days_before_the_trigger_are_one_sum_unless_a_term_tells_them_apart(components, apart):
    early = [fact(1, "01-02", "Bets", 150), fact(1, "01-03", "Bets", 60)]
    story = book(
        version(*components),
        candidates=[candidate(happenings=[deposit("01-05", 120)], history=[*early, fact(1, "01-05", "Deposit", 120)])],
    )

    coarse = coarsened(story)

    assert [known.kpi for known in coarse.candidates[0].history].count("Bets") == (2 if apart else 1)
    assert compute(coarse) == compute(story)
