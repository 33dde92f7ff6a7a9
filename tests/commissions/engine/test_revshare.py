"""commissions.md 5 and 6, with the figures printed there."""

from datetime import date
from decimal import Decimal

import pytest

from commissions.engine.book import Aside, Crowd, Days, Deal, Exclusion, ExclusionReason, Owner, Qualification, Standing
from commissions.engine.compute import compute
from tests.commissions.engine.build import book, by_month, customer, d, fact, paid, plan, version
from track360.lib.money import plain
from track360.lib.periods import Period


def share(**terms):
    return {"name": "Share", "kind": "revshare", "base": "NGR", **terms}


def months(*amounts, kpi="NGR", number=1):
    return [fact(number, f"{month:02d}-15", kpi, amount) for month, amount in enumerate(amounts, start=1)]


OLD_AND_NEW = (customer(1, registered="01-01"), customer(2, registered="02-10"))
DOWN_AND_UP = (fact(1, "01-15", "NGR", -4000), fact(1, "03-15", "NGR", 6000))


def run(terms, facts, *, customers=None, **more):
    numbers = sorted({f.customer for f in facts if f.customer is not None})
    return compute(book(terms, customers=customers or [customer(n) for n in numbers], facts=facts, **more))


def set_aside(state):
    """Give what is set aside for the only customer for whom anything is."""
    [component] = state.components
    amounts = [plain(aside.amount) for aside in component.asides]
    return amounts[0] if amounts else None


TAXED = [{"sum": "NGR"}, {"subtract_percent": "10", "of": "running"}]
HOUSE = [
    {"sum": "Bets"},
    {"subtract": "Wins"},
    {"subtract": "Bonus"},
    {"subtract": "Chargeback"},
    {"subtract_percent": "2", "of": "Deposit"},
    {"subtract_percent": "1.5", "of": "Withdrawal"},
    {"subtract_percent": "15", "of": "GGR"},
]
SUMS = {"Bets": 50000, "Wins": 46000, "GGR": 4000, "Bonus": 600, "Chargeback": 150, "Deposit": 6000, "Withdrawal": 2000}


@pytest.mark.parametrize(("of", "commission"), [("GGR", "712.00"), ("running", "820.00")])
def test_profile_takes_percentages_of_ggr_or_of_what_is_left(of, commission):
    profile = [*HOUSE, {"subtract_percent": "18", "of": of}]
    terms = version(share(base="House NGR", rate="0.40"), profiles={"House NGR": profile})

    outcome = run(terms, [fact(1, "03-10", kpi, amount) for kpi, amount in SUMS.items()])

    assert paid(outcome.lines) == [commission]


def test_profile_is_explained_step_by_step():
    profile = [*HOUSE, {"subtract_percent": "18", "of": "running"}]
    terms = version(share(base="House NGR", rate="0.40"), profiles={"House NGR": profile})

    [line] = run(terms, [fact(1, "03-10", kpi, amount) for kpi, amount in SUMS.items()]).lines

    running = [dict(note.figures)["running"] for note in line.working if note.step == "profile"]
    assert running == ["50000", "4000", "3400", "3250", "3130", "3100", "2500", "2050"]


@pytest.mark.parametrize(("signed", "commission"), [(True, "-410.00"), (False, "-500.00")])
def test_percentages_of_negative_ggr_are_nothing_unless_signed(signed, commission):
    profile = [{"sum": "GGR"}, {"subtract_percent": "18", "of": "GGR", "signed": signed}]
    terms = version(share(base="P", rate="0.50", negative="allow"), profiles={"P": profile})

    assert paid(run(terms, [fact(1, "03-10", "GGR", -1000)]).lines) == [commission]


def test_difference_of_two_kpis_is_a_base():
    terms = version(share(base="Deposit - Withdrawal", rate="0.25"))

    outcome = run(terms, [fact(1, "03-10", "Deposit", 500), fact(2, "03-11", "Withdrawal", 120)])

    assert paid(outcome.lines) == ["95.00"]


@pytest.mark.parametrize(
    ("negative", "expected"),
    [
        ("none", {"2026-02": "450.00", "2026-03": "1800.00"}),
        ("full", {"2026-03": "1050.00"}),
        ("allow", {"2026-01": "-1200.00", "2026-02": "450.00", "2026-03": "1800.00"}),
        ({"expiring": 1}, {"2026-03": "1800.00"}),
        ({"expiring": 2}, {"2026-03": "1050.00"}),
        ({"capped": "1500"}, {"2026-03": "1800.00"}),
        ({"capped": "2000"}, {"2026-03": "1650.00"}),
    ],
)
def test_negative_months_are_carried_as_the_terms_say(negative, expected):
    terms = version(share(rate="0.30", negative=negative))

    assert by_month(run(terms, months(-4000, 1500, 6000)).lines) == expected


@pytest.mark.parametrize(
    ("carry", "expected", "left"),
    [("base", {}, ["-2000"]), ("commission", {"2026-02": "700.00"}, [])],
)
def test_carry_is_of_the_base_or_of_the_commission(carry, expected, left):
    tiers = {"metric": "base", "bands": [["0", "0.25"], ["8000", "0.40"]]}
    terms = version(share(tiers=tiers, negative="full", carry=carry))

    outcome = run(terms, months(-10000, 8000), months=("2026-01", "2026-02"))

    assert by_month(outcome.lines) == expected
    [component] = outcome.states[-1].components
    assert [plain(deficit.amount) for deficit in component.deficits] == left


def test_carry_of_commission_is_capped_in_commission():
    terms = version(share(rate="0.30", negative={"capped": "1000"}, carry="commission"))

    outcome = run(terms, months(-10000, 15000))

    assert by_month(outcome.lines) == {"2026-02": "3500.00"}


def test_deficit_expires_in_months_without_facts():
    terms = version(share(rate="0.30", negative={"expiring": 2}))
    facts = [fact(1, "01-15", "NGR", -1000), fact(1, "04-15", "NGR", 1000)]

    assert by_month(run(terms, facts).lines) == {"2026-04": "300.00"}


def test_oldest_deficit_is_made_good_first():
    terms = version(share(rate="1", negative={"expiring": 2}))

    outcome = run(terms, months(-100, -50, 120, 60))

    assert by_month(outcome.lines) == {"2026-04": "30.00"}


def test_ring_fence_sets_high_rollers_losses_aside():
    terms = version(share(rate="0.30", negative="full", ring_fence="5000"))
    facts = [
        *(fact(n, "01-10", "NGR", amount) for n, amount in ((1, -9000), (2, -6000), (3, 8000))),
        *(fact(n, "02-10", "NGR", amount) for n, amount in ((1, 3000), (2, -1000), (3, 2000))),
    ]

    outcome = run(terms, facts, months=("2026-01", "2026-02"))

    assert by_month(outcome.lines) == {"2026-02": "300.00"}
    asides = [component.asides for state in outcome.states for component in state.components]
    assert asides == [(Aside(1, 4200), Aside(2, 2800)), (Aside(1, 1200), Aside(2, 2800))]
    assert [component.deficits for state in outcome.states for component in state.components] == [(), ()]


@pytest.mark.parametrize(
    ("later", "commissions", "asides"),
    [
        # February's 6,000 pay down, and March's of which half are left.
        ([6000, 6000], {"2026-02": "300.00", "2026-03": "1200.00"}, ["9000", "3000", None]),
        # February's loss joins the others' 1,000; nothing more is set aside.
        ([-6000, 9000], {"2026-03": "300.00"}, ["9000", "9000", None]),
        ([-1, 10000], {"2026-02": "299.70", "2026-03": "600.00"}, ["9000", "9000", None]),
    ],
)
def test_what_was_set_aside_is_paid_down_under_a_version_without_a_ring_fence(later, commissions, asides):
    terms = plan(
        version(share(rate="0.30", ring_fence="5000")),
        version(share(rate="0.30"), number=2, effective_from="02-01"),
    )
    facts = [*months(-9000, *later), *months(0, 1000, 1000, number=2)]

    outcome = run(terms, facts, months=("2026-01", "2026-03"))

    assert by_month(outcome.lines) == commissions
    assert [set_aside(state) for state in outcome.states] == asides


def test_what_was_set_aside_goes_on_under_the_next_version_with_a_ring_fence():
    fenced, free = share(rate="0.30", ring_fence="5000"), share(rate="0.30")
    terms = plan(
        version(fenced),
        version(free, number=2, effective_from="01-20"),
        version(fenced, number=3, effective_from="02-10"),
    )
    facts = [fact(1, day, "NGR", amount) for day, amount in (("01-10", -9000), ("01-25", 4000), ("02-15", 6000))]

    [line] = run(terms, facts, months=("2026-01", "2026-02")).lines

    assert (str(line.period), line.version, str(line.amount)) == ("2026-02", 3, "300.00")


def test_line_says_what_was_paid_down_under_a_version_without_a_ring_fence():
    terms = plan(
        version(share(base="House", rate="0.30", ring_fence="5000"), profiles={"House": TAXED}),
        version(share(base="House", rate="0.30"), number=2, effective_from="02-01", profiles={"House": TAXED}),
    )
    facts = [fact(1, "01-10", "NGR", -9000), fact(1, "02-10", "NGR", 5000), fact(2, "02-10", "NGR", 1000)]

    [line] = run(terms, facts, months=("2026-01", "2026-02")).lines

    said = {step.step: dict(step.figures) for step in line.working}
    assert said["profile"]["running"] == "5400"
    assert said["ring_fence"] == {
        "customer": "1", "base": "4500", "opening": "9000", "paid_down": "4500", "set_aside": "0", "closing": "4500"
    }  # fmt: skip
    assert said["netting"]["base"] == "900"


def test_ring_fence_does_nothing_while_the_affiliate_is_above_zero():
    terms = version(share(rate="0.30", ring_fence="5000"))
    facts = [fact(1, "01-10", "NGR", -9000), fact(2, "01-10", "NGR", 10000)]

    outcome = run(terms, facts, months=("2026-01", "2026-01"))

    assert paid(outcome.lines) == ["300.00"]
    assert outcome.states[0].components[0].asides == ()


@pytest.mark.parametrize(
    ("base", "apply", "commission"),
    [
        ("25000", "marginal", "7250.00"),
        ("25000", "whole", "8750.00"),
        ("19999", "whole", "5999.70"),
        ("20000", "whole", "7000.00"),
    ],
)
def test_tiers_pay_the_whole_or_slice_by_slice(base, apply, commission):
    bands = [["0", "0.25"], ["10000", "0.30"], ["20000", "0.35"]]
    terms = version(share(tiers={"metric": "base", "apply": apply, "bands": bands}))

    assert paid(run(terms, months(base)).lines) == [commission]


def test_figure_below_the_lowest_band_pays_nothing_unless_revenue_is_negative():
    terms = version(share(tiers={"bands": [["1000", "0.20"], ["5000", "0.30"]]}, negative="allow"))

    assert by_month(run(terms, months(999, -500)).lines) == {"2026-02": "-100.00"}


@pytest.mark.parametrize(
    ("bases", "expected"),
    [((600, -100), []), ((900, 200, -100), ["225.00", "50.00", "-25.00"]), ((600, -700), ["150.00", "-175.00"])],
)
def test_band_of_a_month_is_one_for_all_customers(bases, expected):
    terms = version(share(netting="customer", negative="allow", tiers={"bands": [["1000", "0.25"]]}))
    facts = [fact(number, "01-15", "NGR", base) for number, base in enumerate(bases, start=1)]

    assert paid(run(terms, facts).lines) == expected


def test_previous_period_decides_the_tier_and_the_first_month_has_the_lowest():
    bands = [["0", "0.10"], ["1000", "0.20"], ["5000", "0.30"]]
    terms = version(share(tiers={"window": "previous_period", "bands": bands}))

    outcome = run(terms, months(6000, 100, 100))

    assert by_month(outcome.lines) == {"2026-01": "600.00", "2026-02": "30.00", "2026-03": "10.00"}


def test_previous_period_without_facts_is_zero_and_may_pay_nothing():
    terms = version(share(tiers={"window": "previous_period", "bands": [["1", "0.10"], ["1000", "0.20"]]}))
    facts = [fact(1, "01-15", "NGR", 1000), fact(1, "03-15", "NGR", 1000)]

    assert by_month(run(terms, facts).lines) == {"2026-01": "100.00"}


def test_lifetime_tiers_look_from_the_beginning_to_the_months_end():
    terms = version(share(tiers={"window": "lifetime", "bands": [["0", "0.10"], ["1500", "0.20"]]}))

    assert by_month(run(terms, months(1000, 1000)).lines) == {"2026-01": "100.00", "2026-02": "200.00"}


@pytest.mark.parametrize(("metric", "bound"), [("sum:Deposit", "700"), ("count:Deposit", "2")])
def test_tiers_look_at_sums_and_counts_of_other_kpis(metric, bound):
    terms = version(share(tiers={"metric": metric, "bands": [["0", "0.10"], [bound, "0.20"]]}))
    facts = [*months(1000, 1000), *(fact(1, day, "Deposit", 350) for day in ("01-03", "02-03", "02-04"))]

    assert by_month(run(terms, facts).lines) == {"2026-01": "100.00", "2026-02": "200.00"}


@pytest.mark.parametrize(
    ("metric", "window", "expected"),
    [
        ("first_deposits", "period", ["100.00", "200.00", "100.00"]),
        ("first_deposits", "previous_period", ["100.00", "100.00", "200.00"]),
        ("first_deposits", "lifetime", ["100.00", "200.00", "200.00"]),
        ("active_customers", "period", ["200.00", "100.00", "200.00"]),
        ("active_customers", "lifetime", ["200.00", "200.00", "200.00"]),
        ("qualified", "period", ["100.00", "200.00", "100.00"]),
        ("qualified", "lifetime", ["100.00", "200.00", "200.00"]),
    ],
)
def test_tiers_count_customers(metric, window, expected):
    terms = version(share(tiers={"metric": metric, "window": window, "bands": [["0", "0.10"], ["2", "0.20"]]}))
    crowd = [
        Crowd(Period(2026, 1), first_deposits=1, active=2, newly_active=2),
        Crowd(Period(2026, 2), first_deposits=2, active=1, newly_active=1),
        Crowd(Period(2026, 3), first_deposits=0, active=3, newly_active=0),
    ]
    standing = [
        Qualification(n, f"c{n}", "", component, 1, Standing.QUALIFIED, d(day))
        for n, component, day in ((1, "A", "01-05"), (1, "B", "02-05"), (2, "A", "02-05"), (3, "A", "03-09"))
    ]

    outcome = run(terms, months(1000, 1000, 1000), crowd=crowd, standing=standing)

    assert paid(outcome.lines) == expected


def test_customer_netting_pays_each_customer_on_his_own():
    terms = version(share(rate="0.30", netting="customer", negative="full"))
    facts = [*months(-100, 300, number=1), *months(200, 50, number=2)]

    outcome = run(terms, facts)

    assert [(str(line.period), line.customer, str(line.amount)) for line in outcome.lines] == [
        ("2026-01", 2, "60.00"),
        ("2026-02", 1, "60.00"),
        ("2026-02", 2, "15.00"),
    ]


def test_customer_netting_reaches_tiers_with_the_sum_of_all_customers():
    terms = version(share(netting="customer", tiers={"bands": [["0", "0.10"], ["1000", "0.20"]]}))

    outcome = run(terms, [*months(700, number=1), *months(300, number=2), *months(-100, number=3)])

    assert paid(outcome.lines) == ["70.00", "30.00"]


@pytest.mark.parametrize(
    ("products", "commission"),
    [(["Casino"], "10.00"), (["Casino", "none"], "30.00"), (None, "70.00"), (["Sports"], "40.00")],
)
def test_products_limit_what_a_share_sees(products, commission):
    terms = version(share(rate="0.10", **({} if products is None else {"products": products})))
    facts = [
        fact(1, "01-02", "NGR", 100, product="Casino"),
        fact(1, "01-02", "NGR", 200),
        fact(1, "01-02", "NGR", 400, product="Sports"),
    ]

    assert paid(run(terms, facts).lines) == [commission]


@pytest.mark.parametrize(
    ("listed", "sent"),
    [("casino", "Casino"), ("Casino", "CASINO"), ("Live-Casino", "live_casino"), ("Keno", "keno"), ("None", "")],
)
def test_products_match_in_any_spelling(listed, sent):
    terms = version(share(rate="0.10", products=[listed]))
    facts = [fact(1, "01-02", "NGR", 100, product=sent), fact(1, "01-02", "NGR", 400, product="Sports")]

    assert paid(run(terms, facts).lines) == ["10.00"]


def test_share_ends_some_months_after_the_registration():
    terms = version(share(rate="1", months=1))
    facts = [fact(1, day, "NGR", amount) for day, amount in (("02-27", 1), ("02-28", 10), ("03-01", 100))]

    assert paid(run(terms, facts, customers=[customer(1, registered="01-31")]).lines) == ["1.00"]


@pytest.mark.parametrize(
    ("applies_to", "expected"),
    [
        ("new_customers", {"2026-05": "300.00", "2026-07": "550.00"}),
        ("all", {"2026-05": "300.00", "2026-07": "500.00"}),
    ],
)
def test_new_versions_apply_from_their_day_to_whom_they_say(applies_to, expected):
    terms = [
        version(share(rate="0.30")),
        version(share(rate="0.25"), number=2, effective_from="2026-06-01", applies_to=applies_to),
    ]
    customers = [customer(1, registered="05-10"), customer(2, registered="06-03")]
    facts = [fact(1, "05-20", "NGR", 1000), fact(1, "07-20", "NGR", 1000), fact(2, "07-20", "NGR", 1000)]

    assert by_month(run(plan(*terms), facts, customers=customers).lines) == expected


@pytest.mark.parametrize(
    ("begins", "terms"),
    [
        ({"applies_to": "new_customers"}, {"negative": "none"}),
        ({"applies_to": "new_customers"}, {"negative": "allow"}),
        ({"applies_to": "new_customers"}, {"negative": {"capped": "100"}}),
        ({"applies_to": "all"}, {"negative": "none", "anchor": "registration"}),
    ],
)
def test_version_that_sees_nothing_forgives_nobodys_deficit(begins, terms):
    versions = plan(
        version(share(rate="0.30", negative="full", anchor=terms.get("anchor"))),
        version(share(rate="0.30", **terms), number=2, effective_from="2026-02-01", **begins),
    )

    outcome = run(versions, DOWN_AND_UP, customers=OLD_AND_NEW)

    assert by_month(outcome.lines) == {"2026-03": "600.00"}


def test_version_that_forgets_leaves_the_deficits_of_newer_versions_while_it_sees_nothing():
    versions = plan(
        version(share(rate="0.30")),
        version(share(rate="0.30", negative="full"), number=2, effective_from="2026-02-01", applies_to="new_customers"),
    )
    facts = [fact(2, "02-15", "NGR", -4000), fact(2, "04-15", "NGR", 6000)]

    assert by_month(run(versions, facts, customers=OLD_AND_NEW).lines) == {"2026-04": "600.00"}


@pytest.mark.parametrize(("netting", "paid_in_march"), [("affiliate", "1800.00"), ("customer", "600.00")])
def test_facts_of_new_customers_settle_what_they_are_netted_with(netting, paid_in_march):
    versions = plan(
        version(share(rate="0.30", negative="full", netting=netting)),
        version(share(rate="0.30", netting=netting), number=2, effective_from="2026-02-01", applies_to="new_customers"),
    )
    facts = [*DOWN_AND_UP, fact(2, "02-15", "NGR", -1)]

    outcome = run(versions, facts, customers=OLD_AND_NEW)

    assert by_month(outcome.lines) == {"2026-03": paid_in_march}


@pytest.mark.parametrize(
    ("first", "then", "paid_in_may"),
    [("full", "none", "1800.00"), ("full", {"capped": "1000"}, "1500.00"), ({"expiring": 2}, "full", "600.00")],
)
def test_version_for_all_settles_what_it_takes_over_though_it_begins_in_a_month_without_facts(first, then, paid_in_may):
    versions = plan(
        version(share(rate="0.30", negative=first)),
        version(share(rate="0.30", negative=then), number=2, effective_from="2026-02-01"),
        version(share(rate="0.30", negative="full"), number=3, effective_from="2026-03-01"),
    )
    facts = [fact(1, "01-15", "NGR", -4000), fact(1, "05-15", "NGR", 6000)]

    assert by_month(run(versions, facts).lines) == {"2026-05": paid_in_may}


def test_deficits_expire_while_a_version_for_new_customers_sees_nothing():
    versions = plan(
        version(share(rate="0.30", negative={"expiring": 2}, netting="customer")),
        version(
            share(rate="0.30", negative="full", netting="customer"),
            number=2,
            effective_from="2026-02-01",
            applies_to="new_customers",
        ),
    )

    outcome = run(versions, DOWN_AND_UP[:1], customers=OLD_AND_NEW)

    assert [bool(state.components[0].deficits) for state in outcome.states[:4]] == [True, True, False, False]


def test_change_in_mid_month_splits_the_month_and_hands_the_carry_on():

    terms = plan(
        version(share(rate="0.30", negative="full")),
        version(share(rate="0.20", negative="full"), number=2, effective_from="2026-01-16"),
    )

    outcome = run(terms, [fact(1, "01-15", "NGR", -1000), fact(1, "01-16", "NGR", 1500)])

    assert [(line.version, str(line.amount)) for line in outcome.lines] == [(2, "100.00")]


def test_carry_ends_with_the_plan():
    terms = version(share(rate="0.30", negative="full"))
    deals = [Deal(1, None, d("01-01"), d("01-31")), Deal(1, None, d("03-01"), None)]
    facts = [fact(1, "01-15", "NGR", -1000), fact(1, "03-15", "NGR", 1000)]

    assert by_month(run(terms, facts, deals=deals).lines) == {"2026-03": "300.00"}


@pytest.mark.parametrize(("anchor", "commission"), [("activity", "10.00"), ("registration", "30.00")])
def test_transferred_customer_counts_by_the_anchor_day(anchor, commission):
    terms = version(share(rate="0.10", anchor=anchor))
    owners = (Owner(1, None, None), Owner(2, None, d("02-01")))
    facts = [fact(1, "01-31", "NGR", 100), fact(1, "02-01", "NGR", 200)]

    outcome = run(terms, facts, customers=[customer(1, owners=owners)], months=("2026-01", "2026-12"))

    assert sum(line.amount for line in outcome.lines) == Decimal(commission)


def test_campaigns_deal_beats_the_general_one_and_the_default_plan_is_last():
    terms = version(share(rate="0.10"))
    customers = [customer(1, owners=[Owner(1, 7, None)]), customer(2), customer(3, owners=[Owner(1, 8, None)])]
    facts = [fact(n, day, "NGR", 100 * n) for n in (1, 2, 3) for day in ("01-10", "02-10")]
    deals = [Deal(9, 7, d("01-01"), None), Deal(9, None, d("02-01"), None), Deal(1, 8, d("02-01"), None)]

    outcome = run(terms, facts, customers=customers, deals=deals, default_plan=1)

    assert by_month(outcome.lines) == {"2026-01": "50.00", "2026-02": "30.00"}


def test_nothing_is_earned_without_any_deal():
    outcome = run(version(share(rate="0.10")), months(100), deals=[])

    assert outcome.lines == ()


@pytest.mark.parametrize(("anchor", "commission"), [("activity", []), ("registration", ["2026-03 5.00"])])
def test_deficit_ends_with_the_plan_which_goes_on_for_those_registered_under_it(anchor, commission):
    deals = [Deal(plan=1, campaign=None, starts_on=d("01-01"), ends_on=d("01-31"))]
    terms = version(share(rate="0.10", negative="full", anchor=anchor))

    outcome = run(terms, months(-100, 0, 150), deals=deals, customers=[customer(1, registered="01-10")])

    assert [f"{line.period} {line.amount}" for line in outcome.lines] == commission
    assert bool(outcome.states[1].components[0].deficits) == (anchor == "registration")


def test_deficit_of_those_registered_under_an_ended_plan_outlives_months_without_facts():
    deals = [Deal(plan=1, campaign=None, starts_on=d("01-01"), ends_on=d("01-31"))]
    facts = [fact(1, "01-15", "NGR", -100), fact(1, "04-15", "NGR", 150)]
    terms = version(share(rate="0.10", negative="full", anchor="registration"))

    outcome = run(terms, facts, deals=deals, customers=[customer(1, registered="01-10")])

    assert paid(outcome.lines) == ["5.00"]


def test_deficit_does_not_expire_between_two_versions_of_one_month():
    terms = share(rate="0.10", negative={"expiring": 1})
    versions = plan(version(terms), version(terms, number=2, effective_from="02-10"))
    facts = [fact(1, "01-15", "NGR", -100), fact(1, "02-05", "NGR", 30), fact(1, "02-15", "NGR", 80)]

    assert paid(run(versions, facts).lines) == ["1.00"]


def test_versions_of_one_month_are_computed_in_the_order_of_their_days():
    terms = share(rate="0.30", negative="full")
    entered_last_begins_first = plan(
        version(terms),
        version(terms, number=2, effective_from="03-20"),
        version(terms, number=3, effective_from="03-10"),
    )
    facts = [fact(1, "03-12", "NGR", 100), fact(1, "03-22", "NGR", -100), fact(1, "04-01", "NGR", 150)]

    lines = run(entered_last_begins_first, facts).lines

    assert [(line.version, str(line.amount)) for line in lines] == [(3, "30.00"), (2, "15.00")]


def test_kpi_that_only_a_later_versions_tiers_look_at_changes_no_month_before():
    tiers = {"metric": "active_customers", "window": "previous_period", "bands": [["1", "0.10"]]}
    first = version(share(tiers=tiers))
    second = version(share(tiers={"metric": "sum:Deposit", "bands": [["0", "0.20"]]}), number=2, effective_from="06-01")
    facts = [fact(1, "01-15", "Deposit", 50), fact(1, "02-15", "NGR", 100)]

    assert paid(run(plan(first), facts).lines) == paid(run(plan(first, second), facts).lines) == ["10.00"]


@pytest.mark.parametrize(("reason", "commission"), [("self_excluded", ["10.00"]), ("fraud", []), ("duplicate", [])])
def test_excluded_customers_earn_nothing_from_their_day(reason, commission):
    exclusion = Exclusion(ExclusionReason(reason), d("01-10"))
    facts = [fact(1, "01-09", "NGR", 100), fact(1, "01-10", "NGR", 200)]

    outcome = run(version(share(rate="0.10")), facts, customers=[customer(1, exclusions=[exclusion])])

    assert paid(outcome.lines) == commission


def test_blocked_days_earn_nothing():
    facts = [fact(1, f"01-{day}", "NGR", 100) for day in ("09", "10", "20", "21")]

    outcome = run(version(share(rate="0.10")), facts, earning=[Days(None, d("01-09")), Days(d("01-21"), None)])

    assert paid(outcome.lines) == ["20.00"]


def test_line_is_available_after_the_periods_end_and_the_hold():
    [line] = run(version(share(rate="0.10", hold_days=5)), months(100)).lines

    assert (line.day, line.available_on) == (date(2026, 1, 31), date(2026, 2, 5))


def test_additive_components_do_not_touch_each_other():
    terms = version(
        share(rate="0.25", products=["Casino"], negative="full"),
        {**share(rate="0.20", products=["Sports"], negative="full"), "name": "Sports"},
    )
    facts = [fact(1, "01-02", "NGR", -1000, product="Casino"), fact(1, "01-02", "NGR", 500, product="Sports")]

    assert [(line.component, str(line.amount)) for line in run(terms, facts).lines] == [("Sports", "100.00")]
