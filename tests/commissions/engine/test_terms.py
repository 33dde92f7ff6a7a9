"""commissions.md 14: what is read, what is refused and where."""

from decimal import Decimal

import pytest

from commissions.engine.plan import Band, Hybrid, Plan, Profile, Subtract, SubtractPercent, Sum
from commissions.engine.terms import (
    TermsRefused,
    check_plan,
    parse_component,
    parse_profile,
    render_component,
    render_profile,
)
from tests.commissions.engine.build import plan, version

CPA = {"trigger": "first_deposit", "amount": "100.00"}
SHARE = {"base": "NGR", "rate": "0.30"}
BANDS = [["1", "100"], ["11", "130"]]
KPIS = ["Deposit", "Withdrawal", "NGR", "GGR", "Bonus", "ChallengePurchase"]
PROFILE = Profile("House NGR", (Sum("GGR"), Subtract("Bonus"), SubtractPercent(Decimal(18), "running")))

ACCEPTED = [
    ("cpa", CPA),
    ("cpa", {**CPA, "by_country": {"DE": "150", "FR": "120.5"}, "within_days": 30, "hold_days": 14}),
    ("cpa", {**CPA, "cap": {"count": 20}}),
    ("cpa", {"trigger": "registration", "amount": "5", "anchor": "activity", "cap": {"amount": "2000"}}),
    ("cpa", {"trigger": "first:ChallengePurchase", "percent": "25", "min": "10", "max": "200"}),
    ("cpa", {"trigger": "first_deposit", "tiers": {"metric": "qualified", "apply": "marginal", "bands": BANDS}}),
    ("cpa", {"trigger": "first_deposit",
             "tiers": {"metric": "active_customers", "window": "lifetime", "bands": BANDS}}),
    ("cpa", {**CPA, "conditions": {"all": [{"measure": "net_deposits", "at_least": "50"},
                                           {"any": [{"measure": "sum:Bonus", "at_least": 1},
                                                    {"measure": "active_days", "at_least": "3"}]}]}}),
    ("revshare", SHARE),
    ("revshare", {"base": "Deposit - Withdrawal", "rate": "0.25", "negative": "full", "carry": "commission"}),
    ("revshare", {**SHARE, "products": ["Casino", "none"], "months": 24, "ring_fence": "5000", "hold_days": 5}),
    ("revshare", {**SHARE, "negative": {"capped": "1000"}, "anchor": "registration"}),
    ("revshare", {**SHARE, "negative": {"expiring": 3}, "netting": "customer"}),
    ("revshare", {"base": "NGR", "negative": "allow",
                  "tiers": {"metric": "sum:Deposit", "window": "previous_period",
                            "bands": [["0", "0.25"], ["10000", "0.30"]]}}),
    ("revshare", {"base": "House NGR", "tiers": {"apply": "marginal", "bands": [["0", "0.25"]]}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "document"), ACCEPTED)
def test_component_survives_being_written_and_read_again(kind, document):
    component = parse_component("A", kind, document, profiles={"House NGR": PROFILE}, kpis=KPIS)

    again = parse_component("A", kind, render_component(component), profiles={"House NGR": PROFILE}, kpis=KPIS)

    assert again == component


@pytest.mark.parametrize(
    ("kind", "document", "path"),
    [
        ("cpa", {}, "trigger"),
        ("cpa", {"trigger": "first_deposit"}, ""),
        ("cpa", {**CPA, "trigger": "second_deposit"}, "trigger"),
        ("cpa", {**CPA, "trigger": "first:"}, "trigger"),
        ("cpa", {**CPA, "trigger": "first:Nothing"}, "trigger"),
        ("cpa", {**CPA, "percent": "25"}, "percent"),
        ("cpa", {**CPA, "min": "5"}, "min"),
        ("cpa", {"trigger": "first_deposit", "percent": "1000.01"}, "percent"),
        ("cpa", {"trigger": "first_deposit", "percent": "25", "by_country": {"DE": "1"}}, "by_country"),
        ("cpa", {"trigger": "first_deposit", "percent": "25", "min": "5", "max": "4"}, "max"),
        ("cpa", {"trigger": "registration", "percent": "25"}, "percent"),
        ("cpa", {**CPA, "by_country": {False: "1"}}, "by_country.False"),
        ("cpa", {**CPA, "by_country": {"DE": 1.5}}, "by_country.DE"),
        ("cpa", {**CPA, "amount": 0.1}, "amount"),
        ("cpa", {**CPA, "amount": "-1"}, "amount"),
        ("cpa", {**CPA, "amount": "1e3"}, "amount"),
        ("cpa", {**CPA, "amount": "1 000"}, "amount"),
        ("cpa", {**CPA, "amount": "٣"}, "amount"),
        ("cpa", {**CPA, "amount": True}, "amount"),
        ("cpa", {**CPA, "within_days": -1}, "within_days"),
        ("cpa", {**CPA, "within_days": True}, "within_days"),
        ("cpa", {**CPA, "hold_days": "1.5"}, "hold_days"),
        ("cpa", {**CPA, "cap": {"count": 1, "amount": "5"}}, "cap.amount"),
        ("cpa", {**CPA, "cap": {}}, "cap"),
        ("cpa", {**CPA, "cap": {"count": 0}}, "cap.count"),
        ("cpa", {**CPA, "cap": {"count": 1, "per": "day"}}, "cap.per"),
        ("cpa", {**CPA, "rate": "0.30"}, "rate"),
        ("cpa", {**CPA, "conditions": []}, "conditions"),
        ("cpa", {**CPA, "conditions": {"all": []}}, "conditions.all"),
        ("cpa", {**CPA, "conditions": {"all": [{"measure": "luck", "at_least": "1"}]}}, "conditions.all[0].measure"),
        ("cpa", {**CPA, "conditions": {"measure": "sum:Nothing", "at_least": "1"}}, "conditions.measure"),
        ("cpa", {**CPA, "conditions": {"measure": "deposits"}}, "conditions.at_least"),
        ("cpa", {**CPA, "conditions": {"measure": "deposits", "at_least": "1", "at_most": "2"}}, "conditions.at_most"),
        ("cpa", {"trigger": "first_deposit", "tiers": {"metric": "base", "bands": BANDS}}, "tiers.metric"),
        ("cpa", {"trigger": "first_deposit", "tiers": {"metric": "qualified", "bands": []}}, "tiers.bands"),
        ("cpa", {"trigger": "first_deposit", "tiers": {"bands": BANDS[::-1]}}, "tiers.bands[1][0]"),
        ("cpa", {"trigger": "first_deposit", "tiers": {"bands": [["1"]]}}, "tiers.bands[0]"),
        ("revshare", {"rate": "0.30"}, "base"),
        ("revshare", {"base": "NGR"}, ""),
        ("revshare", {**SHARE, "rate": "30"}, "rate"),
        ("revshare", {**SHARE, "base": "Luck"}, "base"),
        ("revshare", {**SHARE, "base": "Deposit - Luck"}, "base"),
        ("revshare", {**SHARE, "netting": "customer", "ring_fence": "5000"}, "ring_fence"),
        ("revshare", {"base": "NGR", "netting": "customer", "tiers": {"apply": "marginal", "bands": [["0", "0.2"]]}},
         "tiers.apply"),
        ("revshare", {"base": "NGR", "tiers": {"metric": "sum:GGR", "apply": "marginal", "bands": [["0", "0.2"]]}},
         "tiers.apply"),
        ("revshare", {"base": "NGR", "tiers": {"window": "lifetime", "apply": "marginal", "bands": [["0", "0.2"]]}},
         "tiers.window"),
        ("revshare", {"base": "NGR", "tiers": {"metric": "sum", "bands": [["0", "0.2"]]}}, "tiers.metric"),
        ("revshare", {**SHARE, "products": []}, "products"),
        ("revshare", {**SHARE, "products": ["Casino", "Casino"]}, "products[1]"),
        ("revshare", {**SHARE, "products": ["Live-Casino", "Casino", "live_casino"]}, "products[2]"),
        ("revshare", {**SHARE, "products": ["none", "None"]}, "products[1]"),
        ("revshare", {**SHARE, "months": 0}, "months"),
        ("revshare", {**SHARE, "negative": "some"}, "negative"),
        ("revshare", {**SHARE, "negative": {"capped": "1", "expiring": 1}}, "negative.expiring"),
        ("revshare", {**SHARE, "carry": "all"}, "carry"),
        ("per_unit", {"kpi": "Lots", "rate": "7"}, "kind"),
        ("lottery", {}, "kind"),
        ("cpa", [], ""),
    ],
)  # fmt: skip
def test_terms_are_refused_with_the_path_of_what_is_wrong(kind, document, path):
    with pytest.raises(TermsRefused) as refused:
        parse_component("A", kind, document, kpis=KPIS)

    assert refused.value.path == path


def test_product_stored_in_two_spellings_is_one():
    component = parse_component("A", "revshare", {**SHARE, "products": ["Casino", "casino", "None"]})

    assert component.products == ("Casino", "none")


def test_kinds_of_later_releases_are_named():
    with pytest.raises(TermsRefused, match="sale is not available yet in this release"):
        parse_component("A", "sale", {})


def test_profile_is_read_and_written():
    steps = [{"sum": "GGR"}, {"subtract": "Bonus"}, {"subtract_percent": "18", "of": "GGR", "signed": False}]

    profile = parse_profile("House", steps, kpis=KPIS)

    assert profile.steps == (Sum("GGR"), Subtract("Bonus"), SubtractPercent(18, "GGR"))
    assert render_profile(profile) == steps


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([], "steps"),
        ([{"subtract": "GGR"}], "steps[0].subtract"),
        ([{"sum": "GGR"}, {"sum": "NGR"}], "steps[1].sum"),
        ([{"sum": "GGR"}, {"subtract_percent": "1001", "of": "GGR"}], "steps[1].subtract_percent"),
        ([{"sum": "GGR"}, {"subtract_percent": "18"}], "steps[1].of"),
        ([{"sum": "GGR"}, {"subtract_percent": "18", "of": "Luck"}], "steps[1].of"),
        ([{"sum": "GGR"}, {"subtract_percent": "18", "of": "GGR", "signed": "no"}], "steps[1].signed"),
        ([{"sum": "Luck"}], "steps[0].sum"),
    ],
)
def test_profile_is_refused_with_its_path(steps, path):
    with pytest.raises(TermsRefused) as refused:
        parse_profile("House", steps, kpis=KPIS)

    assert refused.value.path == path


def share(name="Share", **terms):
    return {"name": name, "kind": "revshare", **SHARE, **terms}


def bounty(**terms):
    return {"name": "Bounty", "kind": "cpa", **CPA, **terms}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (plan(version(share()), currency="XAU"), "currency"),
        (Plan(1, "P", "EUR", (version(share()),), hybrid=Hybrid.ADVANCE), "hybrid"),
        (Plan(1, "P", "EUR", (version(share()),), offset_cpa=True), "offset_cpa"),
        (plan(), "versions"),
        (plan(version()), "versions[0].components"),
        (plan(version(share(), share())), "versions[0].components"),
        (plan(version(share()), version(share(), number=2)), "versions"),
        (plan(version(share()), version(share(carry="commission"), number=2, effective_from="2026-01-01")),
         "versions[1].components"),
        (plan(version(share()), version(share(anchor="registration"), number=2, effective_from="2026-01-01")),
         "versions[1].components"),
        (plan(version(bounty()), version(bounty(anchor="activity"), number=2, effective_from="2026-01-01")),
         "versions[1].components"),
        (plan(version(bounty(anchor="activity")), version(share(), number=2, effective_from="2026-01-01"),
              version(bounty(anchor="activity", trigger="first:Bets"), number=3, effective_from="2026-02-01")),
         "versions[2].components"),
        (plan(version(share()),
              version({"name": "Share", "kind": "cpa", **CPA}, number=2, effective_from="2026-01-01")),
         "versions[1].components"),
    ],
)  # fmt: skip
def test_plan_whose_parts_do_not_fit_is_refused(wrong, path):
    with pytest.raises(TermsRefused) as refused:
        check_plan(wrong)

    assert refused.value.path == path


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (bounty(), bounty(trigger="first:Bets")),
        (bounty(anchor="activity"), bounty(anchor="activity", trigger="first:Deposit")),
        (bounty(trigger="registration"), bounty(trigger="registration", anchor="activity")),
    ],
)
def test_later_version_may_change_what_leaves_the_day_that_decides(earlier, later):
    check_plan(plan(version(earlier), version(later, number=2, effective_from="2026-01-01")))


def test_bands_are_numbers():
    document = {"trigger": "first_deposit", "tiers": {"bands": [[0, 100], ["11", "130.5"]]}}

    component = parse_component("A", "cpa", document)

    assert component.pay.bands == (Band(Decimal(0), Decimal(100)), Band(Decimal(11), Decimal("130.5")))
