"""What a component says of itself, and the example it computes."""

import pytest

from commissions.engine.readback import example, sentences
from commissions.engine.terms import parse_component, parse_profile

PROFILES = {
    "House NGR": parse_profile("House NGR", [{"sum": "GGR"}, {"subtract": "Bonus"},
                                             {"subtract_percent": "18", "of": "GGR"}])
}  # fmt: skip


def read(kind, **terms):
    return parse_component("A", kind, terms, profiles=PROFILES)


def test_cpa_says_what_it_pays_for_whom_and_when():
    terms = read(
        "cpa",
        trigger="first_deposit",
        amount="100",
        by_country={"DE": "150"},
        within_days=30,
        hold_days=14,
        cap={"count": 20},
        conditions={
            "all": [
                {"measure": "net_deposits", "at_least": "50"},
                {"any": [{"measure": "wagered", "at_least": "200"}, {"measure": "active_days", "at_least": "3"}]},
            ]
        },
    )

    assert sentences(terms, "EUR") == [
        "Pays once for each customer who makes his first deposit: 100 EUR.",
        "Instead it pays 150 EUR in Germany.",
        (
            "He qualifies on the first day on which his deposits less withdrawals reached 50 EUR and (his bets reached"
            " 200 EUR or his days with a bet or trade reached 3)."
        ),
        "Each day is looked at once, with all it brought; later withdrawals change nothing, reversals do.",
        "That day is at most 30 days after his registration.",
        "At most 20 customers are paid in a month, the earliest first.",
        "The amount is available 14 days after he qualified.",
        "The terms, and whose customer he is, are those of the day he registered.",
    ]


def test_share_says_of_what_it_is_and_what_becomes_of_losses():
    terms = read(
        "revshare",
        base="House NGR",
        products=["Casino", "None"],
        months=24,
        negative="full",
        ring_fence="5000",
        tiers={"bands": [["0", "0.25"], ["10000", "0.30"]]},
    )

    assert sentences(terms, "EUR") == [
        (
            "Pays a share of House NGR each month: 25 % from 0 EUR, 30 % from 10,000 EUR, by the revenue in the month;"
            " the one reached pays everything."
        ),
        "House NGR is GGR, less Bonus, less 18 % of GGR where that is above zero.",
        "Only Casino and what carries no product count.",
        "A customer counts for 24 months from his registration.",
        "What all customers bring and lose in a month is added up first.",
        "A month below zero pays nothing; its negative revenue is set against later months until made good.",
        (
            "When the month as a whole is below zero, losses of customers who lost 5,000 EUR or more are set aside,"
            " and only these customers' own later revenue pays them back."
        ),
    ]


def test_figures_of_kpis_that_are_no_money_stand_without_a_currency():
    share = read("revshare", base="NGR", tiers={"metric": "sum:Lots", "bands": [["0", "0.25"], ["1000", "0.30"]]})
    conditions = {
        "all": [{"measure": "sum:ChallengePurchase", "at_least": "1500.5"}, {"measure": "sum:Lots", "at_least": "2000"}]
    }
    bounty = read("cpa", trigger="first_deposit", amount="1234.5", conditions=conditions)

    said = [sentences(terms, "USD", counts=["Lots"]) for terms in (share, bounty)]

    assert "25 % from 0, 30 % from 1,000, by Lots in the month" in said[0][0]
    assert said[1][0] == "Pays once for each customer who makes his first deposit: 1,234.50 USD."
    assert "his ChallengePurchase reached 1,500.50 USD and his Lots reached 2,000." in said[1][1]


def test_terms_that_depend_on_how_finely_the_brand_reports_say_so():
    counting = read(
        "cpa", trigger="first_deposit", amount="5", conditions={"measure": "deposit_count", "at_least": "3"}
    )

    assert any(sentence.startswith("How finely the brand reports") for sentence in sentences(counting, "EUR"))


@pytest.mark.parametrize(
    ("kind", "terms", "told"),
    [
        ("cpa", {"trigger": "first_deposit", "percent": "25", "min": "10", "max": "200"},
         "A customer with a first deposit of 100 EUR brings 25 EUR."),
        ("cpa", {"trigger": "registration", "amount": "2.5"}, "A customer who registers brings 2.50 EUR."),
        ("cpa", {"trigger": "first_deposit", "tiers": {"apply": "marginal", "bands": [["1", "100"], ["11", "130"]]}},
         "12 customers with a first deposit of 100 EUR bring 1,260 EUR."),
        ("cpa", {"trigger": "first_deposit", "amount": "80",
                 "conditions": {"measure": "active_months", "at_least": "2"}},
         "A customer who just meets every condition brings 80 EUR."),
        ("cpa", {"trigger": "first_deposit", "percent": "40",
                 "conditions": {"measure": "deposits", "at_least": "50"}},
         "A customer with a first deposit of 50 EUR who just meets every condition brings 20 EUR."),
        ("cpa", {"trigger": "first_deposit", "amount": "80", "anchor": "activity", "within_days": 30,
                 "conditions": {"all": [{"measure": "wagered", "at_least": "500"},
                                        {"measure": "deposit_count", "at_least": "3"}]}},
         "A customer who just meets every condition brings 80 EUR."),
        ("cpa", {"trigger": "first_deposit", "amount": "80", "within_days": 30,
                 "conditions": {"measure": "active_months", "at_least": "3"}},
         "A customer who just meets every condition brings 80 EUR."),
        ("cpa", {"trigger": "first_deposit", "percent": "40",
                 "conditions": {"all": [{"measure": "net_deposits", "at_least": "100"},
                                        {"measure": "sum:Withdrawal", "at_least": "50"}]}},
         "A customer with a first deposit of 150 EUR who just meets every condition brings 60 EUR."),
        ("cpa", {"trigger": "first_deposit", "amount": "80",
                 "conditions": {"all": [{"measure": "sum:Deposit", "at_least": "500"},
                                        {"measure": "count:Bets", "at_least": "2.5"}]}},
         "A customer who just meets every condition brings 80 EUR."),
        ("cpa", {"trigger": "first_deposit", "amount": "80",
                 "conditions": {"measure": "active_days", "at_least": "40"}},
         "A customer who just meets every condition brings 80 EUR."),
        ("cpa", {"trigger": "first_deposit", "tiers": {"metric": "active_customers", "bands": [["1", "100"]]},
                 "conditions": {"measure": "active_months", "at_least": "2"}},
         "A customer who just meets every condition brings 100 EUR."),
        ("revshare", {"base": "House NGR", "rate": "0.40"},
         "A month with GGR 10,000 EUR and Bonus 1,000 EUR makes House NGR 7,200 EUR and pays 2,880 EUR."),
        ("revshare", {"base": "NGR", "products": ["Casino"], "tiers": {"bands": [["0", "0.25"], ["10000", "0.30"]]}},
         "A month with NGR 20,000 EUR pays 6,000 EUR."),
    ],
)  # fmt: skip
def test_examples_are_computed_by_the_engine(kind, terms, told):
    assert example(read(kind, **terms), "EUR") == told


@pytest.mark.parametrize(
    ("within_days", "measure", "at_least"),
    [
        (30, "active_days", "40"),
        (20, "active_months", "3"),
        (None, "active_months", "13"),
        (None, "active_days", "9999"),
    ],
)
def test_what_nobody_can_meet_as_soon_as_that_has_no_example(within_days, measure, at_least):
    conditions = {"measure": measure, "at_least": at_least}
    terms = read("cpa", trigger="first_deposit", amount="80", within_days=within_days, conditions=conditions)

    assert example(terms, "EUR") == ""
