"""What is written in the fields and what the parser of terms reads are the same, both ways."""

from string import ascii_uppercase

import pytest

from commissions.admin.terms import KINDS
from commissions.admin.terms.conditions import rows_of
from commissions.admin.terms.draft import Draft
from commissions.admin.terms.vocabulary import Vocabulary
from commissions.engine.terms import parse_component, parse_profile, render_component
from commissions.services import StatedComponent

WORDS = Vocabulary(
    kpis=("Bets", "ChallengePurchase", "Deposit", "GGR", "NGR", "Withdrawal"),
    profiles={"House NGR": parse_profile("House NGR", [{"sum": "GGR"}, {"subtract_percent": "18", "of": "GGR"}])},
    products=("Casino", "Sports"),
)
COUNTRIES = [first + second for first in ascii_uppercase for second in ascii_uppercase]
MANY_BANDS = [[str(bound), "0.1"] for bound in range(1100)]
BANDS = [["0", "0.25"], ["10000", "0.3"]]
ALL_THAT_CAN_BE_SAID = [
    ("cpa", {"trigger": "first_deposit", "amount": "100"}),
    ("cpa", {"trigger": "registration", "amount": "3.5", "by_country": {"DE": "5", "MT": "4"}}),
    ("cpa", {"trigger": "first:ChallengePurchase", "percent": "25", "min": "10", "max": "200"}),
    ("cpa", {"trigger": "first_deposit", "percent": "25"}),
    (
        "cpa",
        {
            "trigger": "first_deposit",
            "amount": "100",
            "conditions": {
                "all": [
                    {"measure": "net_deposits", "at_least": "50"},
                    {"any": [
                        {"measure": "wagered", "at_least": "200"},
                        {"all": [
                            {"measure": "sum:GGR", "at_least": "1.5"},
                            {"measure": "count:Bets", "at_least": "3"},
                        ]},
                    ]},
                    {"measure": "active_days", "at_least": "2"},
                ]
            },
            "within_days": 30,
            "hold_days": 14,
            "cap": {"count": 20},
            "anchor": "activity",
        },
    ),
    (
        "cpa",
        {"trigger": "first_deposit", "amount": "1", "conditions": {"any": [{"measure": "deposits", "at_least": "1"}]}},
    ),
    ("cpa", {"trigger": "first_deposit", "amount": "1", "cap": {"amount": "2000"}, "within_days": 0}),
    (
        "cpa",
        {
            "trigger": "first_deposit",
            "tiers": {
                "metric": "qualified", "window": "period", "apply": "marginal", "bands": [["1", "100"], ["11", "130"]],
            },
        },
    ),
    ("revshare", {"base": "NGR", "rate": "0.3"}),
    ("revshare", {"base": "House NGR", "rate": "0.125", "negative": "full", "carry": "commission"}),
    ("revshare", {"base": "Deposit - Withdrawal", "rate": "1", "negative": "allow", "netting": "customer"}),
    ("revshare", {"base": "GGR", "rate": "0", "negative": {"capped": "1000"}, "ring_fence": "5000", "hold_days": 5}),
    ("revshare", {"base": "GGR", "rate": "0.2", "negative": {"expiring": 3}, "months": 24, "anchor": "registration"}),
    ("revshare", {"base": "NGR", "rate": "0.2", "products": ["Casino", "none"]}),
    (
        "revshare",
        {"base": "NGR", "tiers": {"metric": "base", "window": "period", "apply": "marginal", "bands": BANDS}},
    ),
    (
        "revshare",
        {"base": "NGR", "tiers": {"metric": "sum:Bets", "window": "lifetime", "apply": "whole", "bands": BANDS}},
    ),
    (
        "revshare",
        {
            "base": "NGR",
            "tiers": {"metric": "first_deposits", "window": "previous_period", "apply": "whole", "bands": BANDS},
        },
    ),
    ("cpa", {"trigger": "first_deposit", "amount": "1", "by_country": dict.fromkeys(COUNTRIES, "2")}),
    (
        "revshare",
        {"base": "NGR", "tiers": {"metric": "base", "window": "period", "apply": "whole", "bands": MANY_BANDS}},
    ),
]  # fmt: skip


def sent_by(part) -> dict[str, str]:
    """Return what a browser sends for a part as it is shown."""
    sent = {f"{part.prefix}-kind": part.kind}
    rows = [*part.tiers.bands, *getattr(part, "countries", ()), *getattr(part, "conditions", ())]
    for form in (part, part.tiers, *rows):
        for field in form:
            value = field.value()
            sent[field.html_name] = "" if value is None else str(value)
    return sent


def draft_of(kind: str, terms: dict, **changes: str) -> Draft:
    shown = Draft(words=WORDS, stored=[StatedComponent("A", kind, terms)])
    data = {"effective_from": "2026-01-01", "applies_to": "all", **sent_by(shown.parts[0])}
    return Draft(words=WORDS, data=data | {f"c-0-{name}": value for name, value in changes.items()})


def errors_of(draft: Draft) -> dict[str, list[str]]:
    """Return every field that is marked, by the name the browser knows, with its messages."""
    part = draft.parts[0]
    rows = [*part.tiers.bands, *getattr(part, "countries", ()), *getattr(part, "conditions", ())]
    return {
        form[name].html_name if name in form.fields else name: list(messages)
        for form in (part, part.tiers, *rows)
        for name, messages in form.errors.items()
    }


@pytest.mark.parametrize(("kind", "terms"), ALL_THAT_CAN_BE_SAID)
def test_terms_come_back_from_the_form_as_they_went_in(kind, terms):
    draft = draft_of(kind, terms)

    parsed = draft.parsed()

    assert errors_of(draft) == {}
    assert [render_component(component) for component in parsed] == [terms]
    assert parsed == [parse_component("A", kind, terms, profiles=WORDS.profiles)]


@pytest.mark.parametrize(
    ("kind", "terms", "changes", "marked"),
    [
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"amount": ""}, "c-0-amount"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"amount": "1,5"}, "c-0-amount"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"amount": "-1"}, "c-0-amount"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"trigger": "first"}, "c-0-trigger_kpi"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"cap_of": "count"}, "c-0-cap"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"within_days": "soon"}, "c-0-within_days"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"hold_days": "-3"}, "c-0-hold_days"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"pay": "percent"}, "c-0-percent"),
        ("cpa", ALL_THAT_CAN_BE_SAID[0][1], {"name": ""}, "c-0-name"),
        ("cpa", ALL_THAT_CAN_BE_SAID[1][1], {"country-1-amount": "x"}, "c-0-country-1-amount"),
        ("cpa", ALL_THAT_CAN_BE_SAID[1][1], {"country-1-country": "M"}, "c-0-country-1-country"),
        ("cpa", ALL_THAT_CAN_BE_SAID[1][1], {"country-1-country": "de"}, "c-0-country-1-country"),
        ("cpa", ALL_THAT_CAN_BE_SAID[2][1], {"max": "1"}, "c-0-max"),
        ("cpa", ALL_THAT_CAN_BE_SAID[4][1], {"condition-0-at_least": ""}, "c-0-condition-0-at_least"),
        ("cpa", ALL_THAT_CAN_BE_SAID[4][1], {"condition-5-at_least": "many"}, "c-0-condition-5-at_least"),
        ("cpa", ALL_THAT_CAN_BE_SAID[4][1], {"condition-4-kpi": ""}, "c-0-condition-4-kpi"),
        ("cpa", ALL_THAT_CAN_BE_SAID[4][1], {"condition-0-measure": ""}, "c-0-condition-0-measure"),
        ("cpa", ALL_THAT_CAN_BE_SAID[4][1], {"condition-4-level": "1", "condition-5-level": "1"},
         "c-0-condition-3-measure"),
        ("cpa", ALL_THAT_CAN_BE_SAID[7][1], {"band-1-bound": "0"}, "c-0-band-1-bound"),
        ("cpa", ALL_THAT_CAN_BE_SAID[7][1], {"band-1-value": ""}, "c-0-band-1-value"),
        ("cpa", ALL_THAT_CAN_BE_SAID[7][1], {"tier_window": "lifetime"}, "c-0-tier_window"),
        ("revshare", ALL_THAT_CAN_BE_SAID[8][1], {"rate": "130"}, "c-0-rate"),
        ("revshare", ALL_THAT_CAN_BE_SAID[8][1], {"rate": ""}, "c-0-rate"),
        ("revshare", ALL_THAT_CAN_BE_SAID[8][1], {"rate": "1e1"}, "c-0-rate"),
        ("revshare", ALL_THAT_CAN_BE_SAID[8][1], {"negative": "capped"}, "c-0-negative_by"),
        ("revshare", ALL_THAT_CAN_BE_SAID[8][1], {"months": "0"}, "c-0-months"),
        ("revshare", ALL_THAT_CAN_BE_SAID[8][1], {"base": "- difference -", "base_plus": "GGR"}, "c-0-base_minus"),
        ("revshare", ALL_THAT_CAN_BE_SAID[8][1], {"products": "Casino, Casino"}, "c-0-products"),
        ("revshare", ALL_THAT_CAN_BE_SAID[11][1], {"netting": "customer"}, "c-0-ring_fence"),
        ("revshare", ALL_THAT_CAN_BE_SAID[14][1], {"tier_metric": "sum"}, "c-0-tier_kpi"),
        ("revshare", ALL_THAT_CAN_BE_SAID[14][1], {"netting": "customer"}, "c-0-tier_apply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_marked_at_its_field(kind, terms, changes, marked):
    draft = draft_of(kind, terms, **changes)

    assert draft.parsed() is None
    assert list(errors_of(draft)) == [marked]


@pytest.mark.parametrize(
    ("kind", "terms", "changes", "told"),
    [
        (
            "cpa",
            ALL_THAT_CAN_BE_SAID[4][1],
            {"amount": "", "within_days": "soon", "cap": "", "condition-0-at_least": "", "condition-4-kpi": ""},
            {
                "c-0-amount": ["Write an amount."],
                "c-0-within_days": ["Write a number, such as 100 or 12.50, without spaces or commas."],
                "c-0-cap": ["Write how many, or how much."],
                "c-0-condition-0-at_least": ["Write how much is needed."],
                "c-0-condition-4-kpi": ["Choose a KPI."],
            },
        ),
        (
            "revshare",
            ALL_THAT_CAN_BE_SAID[8][1],
            {"base": "", "rate": "", "ring_fence": "-5", "negative": "capped"},
            {
                "c-0-base": ["Choose of what."],
                "c-0-rate": ["Write a percentage."],
                "c-0-ring_fence": ["Must be at least 0."],
                "c-0-negative_by": ["Write a limit."],
            },
        ),
        (
            "revshare",
            ALL_THAT_CAN_BE_SAID[14][1],
            {"tier_metric": "sum", "band-0-value": "", "band-1-bound": "ten"},
            {
                "c-0-tier_kpi": ["Choose a KPI."],
                "c-0-band-0-value": ["Write a percentage."],
                "c-0-band-1-bound": ["Write a number, such as 100 or 12.50, without spaces or commas."],
            },
        ),
    ],
)
def test_all_mistakes_are_told_at_once_in_words_of_the_form(kind, terms, changes, told):
    draft = draft_of(kind, terms, **changes)

    assert draft.parsed() is None
    assert errors_of(draft) == told


def test_what_stands_in_fields_that_do_not_count_is_no_mistake():
    draft = draft_of("cpa", ALL_THAT_CAN_BE_SAID[3][1], amount="wrong", cap="wrong")

    assert (errors_of(draft), draft.parsed() is not None) == ({}, True)


@pytest.mark.parametrize(
    ("written", "stored"), [("Germany", "DE"), ("malta", "MT"), ("fr", "FR"), ("Germny", None), ("Ger", None)]
)
def test_country_is_named_or_coded_and_never_cut(written, stored):
    draft = draft_of("cpa", {**ALL_THAT_CAN_BE_SAID[0][1], "by_country": {"XX": "5"}}, **{"country-0-country": written})

    parsed = draft.parsed()

    if stored is None:
        assert errors_of(draft) == {
            "c-0-country-0-country": [f"There is no country “{written}”. Choose one that is suggested."]
        }
    else:
        assert render_component(parsed[0])["by_country"] == {stored: "5"}


def test_share_begins_without_a_base_where_the_usual_one_is_no_kpi():
    forex = Vocabulary(kpis=("Adjustment", "Lots"), profiles={}, products=())

    first, *_ = Draft(words=forex, data={"_add": "component:revshare"}).parts[0].fields["base"].choices

    assert first == ("", "–")


@pytest.mark.parametrize("kind", KINDS)
def test_row_more_or_less_is_given_without_scripts_and_without_errors(kind):
    terms = dict(ALL_THAT_CAN_BE_SAID[7 if kind == "cpa" else 14][1])
    shown = draft_of(kind, terms, amount="wrong", rate="wrong")
    data = dict(shown.head.data)

    more = Draft(words=WORDS, data=data | {"_add": "c-0-band"})
    fewer = Draft(words=WORDS, data=data | {"_remove": "c-0-band-0"})

    assert [len(draft.parts[0].tiers.bands) for draft in (shown, more, fewer)] == [2, 3, 1]
    assert (more.is_unchecked, errors_of(more), errors_of(fewer)) == (True, {}, {})


def test_component_is_added_and_taken_away_without_scripts():
    data = dict(draft_of("cpa", ALL_THAT_CAN_BE_SAID[0][1]).head.data)

    more = Draft(words=WORDS, data=data | {"_add": "component:revshare"})
    none = Draft(words=WORDS, data=data | {"_remove": "c-0"})

    assert [part.kind for part in more.parts] == ["cpa", "revshare"]
    assert none.parts == []


def test_version_without_components_is_refused():
    draft = Draft(words=WORDS, data={"effective_from": "2026-01-01", "applies_to": "all"})

    assert draft.parsed() is None
    assert draft.errors == ["A version has at least one component. Add a CPA or a revenue share."]


def test_condition_that_stands_alone_becomes_the_only_one_of_all():
    assert rows_of({"measure": "deposits", "at_least": "5"}) == (
        "all",
        [{"level": 0, "measure": "deposits", "kpi": "", "at_least": "5"}],
    )
