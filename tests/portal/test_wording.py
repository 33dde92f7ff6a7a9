from datetime import date
from decimal import Decimal

import pytest

from commissions.engine.lines import note
from commissions.engine.storing import working_to_json
from portal.wording import Reader, Weight, chapters, measure_label, missing, with_left_out

READER = Reader("EUR", counts=["Lots"], names=lambda number: f"no. {number}")


def told(*notes):
    """Give each chapter's rows as (text, amount, note)."""
    return {
        chapter.title: [(part.text, part.amount, part.note) for part in chapter.parts]
        for chapter in chapters(working_to_json(notes), reader=READER)
    }


def test_bounty_is_told_from_the_trigger_to_the_hold():
    rows = told(
        note("terms", plan="Casino hybrid", version=1, component="Bounty", kind="cpa"),
        note("trigger", day=date(2026, 3, 1), amount=Decimal(60)),
        note("condition", measure="net_deposits", have=Decimal(110), need=Decimal(100)),
        note("condition", measure="active_days", have=Decimal(4), need=Decimal(3)),
        note("qualified", day=date(2026, 3, 12)),
        note("amount", amount=Decimal(150), country="DE"),
        note("cap", full=Decimal(150), paid=Decimal(50), amount=Decimal(2000)),
        note("hold", day=date(2026, 3, 12), days=14, available_on=date(2026, 3, 26)),
        note("rounding", exact=Decimal(150), amount=Decimal(50), currency="EUR"),
    )

    assert rows == {
        "How the customer qualified": [
            ("First qualifying event on 1 Mar 2026", Decimal(60), ""),
            ("Net deposits: 110.00 EUR, at least 100.00 EUR needed", None, ""),
            ("Active days: 4, at least 3 needed", None, ""),
            ("Qualified on 12 Mar 2026", None, ""),
        ],
        "The amount": [
            ("Agreed amount, customers from DE", Decimal(150), ""),
            ("Cap of the month: 2,000.00 EUR", Decimal(50), "without it 150.00 EUR"),
            ("Commission", Decimal(50), ""),
        ],
        "When it is available": [("Available from 26 Mar 2026", None, "14 days after 12 Mar 2026")],
    }


def test_revenue_share_is_told_from_gross_to_the_rounded_amount():
    rows = told(
        note("input", kpi="GGR", amount=Decimal(4000)),
        note("profile", sum="GGR", effect=Decimal(4000), running=Decimal(4000)),
        note("profile", subtract="Bonus", effect=Decimal(-600), running=Decimal(3400)),
        note("profile", subtract_percent=Decimal(15), of="running", effect=Decimal(-510), running=Decimal(2890)),
        note("netting", base=Decimal(2890)),
        note("tier", metric="base", window="period", apply="whole", figure=Decimal(2890), rate=Decimal("0.333")),
        note(
            "carry",
            unit="base",
            amount=Decimal(2890),
            opening=Decimal(-890),
            payable=Decimal(2000),
            closing=Decimal(0),
        ),
        note("rate", of=Decimal(2000), rate=Decimal("0.333"), commission=Decimal("666.0005")),
        note("rounding", exact=Decimal("666.0005"), amount=Decimal("666.00"), currency="EUR"),
    )

    assert rows == {
        "What went in": [("GGR, as reported", Decimal(4000), "")],
        "From gross to net": [
            ("GGR", Decimal(4000), ""),
            ("less Bonus", Decimal(-600), "leaves 3,400.00 EUR"),
            ("less 15 % of the figure so far", Decimal(-510), "leaves 2,890.00 EUR"),
            ("Net revenue", Decimal(2890), ""),
        ],
        "The amount": [
            ("Net revenue, this month: 2,890.00 EUR", None, "the band reached pays 33.3 %"),
            ("Carried in from earlier months", Decimal(-890), ""),
            ("Net revenue after carry-over", Decimal(2000), ""),
            ("33.3 % of 2,000.00 EUR", Decimal("666.0005"), ""),
            ("Commission", Decimal("666"), "rounded from 666.0005"),
        ],
    }


@pytest.mark.parametrize(
    ("step", "row"),
    [
        (
            note("percent", of=Decimal(40), percent=Decimal(25), share=Decimal(10), amount=Decimal(20)),
            ("25 % of 40.00 EUR", Decimal(20), "10.00 EUR, brought to the agreed bound"),
        ),
        (
            note("tier", metric="qualified", window="period", place=Decimal(12), amount=Decimal(130)),
            ("Number 12 to qualify, this month", Decimal(130), "the band of that place pays"),
        ),
        (
            note("tier", metric="first_deposits", window="previous_period", figure=Decimal(35), amount=Decimal(160)),
            ("First deposits, the month before: 35", Decimal(160), "the band reached pays for everything"),
        ),
        (
            note("tier", metric="sum:Deposit", window="period", figure=Decimal(900), rate=Decimal("0.3")),
            ("Deposit, this month: 900.00 EUR", None, "the band reached pays 30 %"),
        ),
        (
            note("tier", metric="sum:Lots", window="period", figure=Decimal("12.45"), rate=Decimal("0.3")),
            ("Lots, this month: 12.45", None, "the band reached pays 30 %"),
        ),
        (
            note("rate", of=Decimal(25000), bands="0: 0.25; 10000: 0.3", commission=Decimal(7250)),
            ("25,000.00 EUR, slice by slice", Decimal(7250), "from 0.00 EUR: 25 %; from 10,000.00 EUR: 30 %"),
        ),
        (
            note("cap", full=Decimal(150), paid=Decimal(0), count=20),
            ("Cap of the month: 20 customers", Decimal(0), "without it 150.00 EUR"),
        ),
        (note("new_idea", some_figure=Decimal(5)), ("New idea", None, "some figure 5")),
    ],
)
def test_steps_of_the_amount_have_their_words(step, row):
    assert told(step) == {"The amount": [row]}


def test_deficit_without_anything_payable_says_what_is_carried_on():
    carry = note(
        "carry", unit="base", amount=Decimal(-7000), opening=Decimal(0), payable=Decimal(0), closing=Decimal(-7000)
    )

    assert told(carry) == {
        "The amount": [("Net revenue after carry-over", Decimal(0), "−7,000.00 EUR is carried to the next month")]
    }


def test_ring_fenced_customer_is_called_as_the_reader_may_call_him():
    fence = note(
        "ring_fence",
        customer=7,
        threshold=Decimal(5000),
        base=Decimal(-9000),
        opening=Decimal(0),
        paid_down=Decimal(0),
        set_aside=Decimal(4200),
        closing=Decimal(4200),
    )

    assert told(fence) == {
        "Set aside for single customers": [
            (
                "Customer no. 7",
                None,
                "his own base −9,000.00 EUR, newly set aside 4,200.00 EUR, set aside now 4,200.00 EUR",
            )
        ]
    }


def test_sum_of_a_kpi_is_money_unless_the_brand_counts_it():
    rows = told(
        note("condition", measure="sum:GGR", have=Decimal(120), need=Decimal(500)),
        note("condition", measure="sum:Lots", have=Decimal("1.5"), need=Decimal(2)),
        note("condition", measure="count:GGR", have=Decimal(1), need=Decimal(2)),
        note("input", kpi="Lots", amount=Decimal("1.5")),
    )

    assert rows == {
        "How the customer qualified": [
            ("GGR: 120.00 EUR, at least 500.00 EUR needed", None, ""),
            ("Lots: 1.5, at least 2 needed", None, ""),
            ("GGR, number of records: 1, at least 2 needed", None, ""),
        ],
        "What went in": [("Lots, as reported: 1.5", None, "")],
    }


def test_base_of_one_kpi_is_told_once():
    rows = told(
        note("input", kpi="NGR", amount=Decimal(1780)),
        note("profile", sum="NGR", effect=Decimal(1780), running=Decimal(1780)),
        note("netting", base=Decimal(1780)),
    )

    assert rows == {"What went in": [("NGR, as reported", Decimal(1780), ""), ("Net revenue", Decimal(1780), "")]}


def test_result_is_the_heaviest_part():
    weights = [
        part.weight
        for chapter in chapters(
            working_to_json([note("netting", base=Decimal(1)), note("rounding", exact=1, amount=1, currency="EUR")]),
            reader=READER,
        )
        for part in chapter.parts
    ]

    assert weights == [Weight.SUM, Weight.RESULT]


@pytest.mark.parametrize(
    ("measure", "label"),
    [
        ("net_deposits", "Net deposits"),
        ("sum:Lots", "Lots"),
        ("count:Deposit", "Deposit, number of records"),
        ("first:ChallengePurchase", "First ChallengePurchase"),
        ("base", "Net revenue"),
    ],
)
def test_measures_have_names(measure, label):
    assert measure_label(measure) == label


def test_what_is_left_out_stands_under_what_went_in_even_where_nothing_did():
    with_input = chapters(working_to_json([note("input", kpi="GGR", amount=Decimal(4))]), reader=READER)
    without = chapters(working_to_json([note("netting", base=Decimal(0))]), reader=READER)

    told = [
        [(chapter.title, chapter.left_out) for chapter in with_left_out(one, ["Left."])]
        for one in (with_input, without)
    ]

    assert told == [
        [("What went in", ("Left.",))],
        [("What went in", ("Left.",)), ("From gross to net", ())],
    ]


@pytest.mark.parametrize(
    ("measure", "have", "need", "said"),
    [
        ("sum:ChallengePurchase", 20, 50, "ChallengePurchase 20.00 USD of 50.00 USD, 30.00 USD missing."),
        ("sum:Lots", "1.5", 2000, "Lots 1.5 of 2,000, 0.5 missing."),
        ("active_days", 1, 3, "Active days 1 of 3, 2 missing."),
        ("first_deposit", 5, 20, "First deposit 5.00 USD of 20.00 USD, 15.00 USD missing."),
        ("first_deposit", 0, 1, "There is no first deposit yet."),
        ("first:ChallengePurchase", 0, 1, "There is no first ChallengePurchase yet."),
        ("registration", 0, 1, "There is no registration yet."),
    ],
)
def test_what_a_condition_lacks_is_told_in_figures_people_read(measure, have, need, said):
    told = missing(measure, have=Decimal(have), need=Decimal(need), currency="USD", counts=["Lots"])

    assert told == said.replace("0.5 missing", "1,998.5 missing")
