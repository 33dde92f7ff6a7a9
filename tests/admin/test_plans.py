"""Writing plans: one form for a version, read back while it is written, immutable once lines refer to it."""

import re

import pytest

from brands.models import AuditEvent
from commissions.models import Component, Deal, Plan, PlanVersion, RevenueProfile
from ingestion.dialects import push
from ingestion.services import save_alias
from tests.admin.house import NOW, activity, posted
from track360.lib.tenancy import tenant

PLANS = "/admin/commissions/plan/"
VERSION = {
    "effective_from": "2026-04-01",
    "applies_to": "new_customers",
    "c-0-kind": "cpa",
    "c-0-name": "Bounty",
    "c-0-trigger": "first_deposit",
    "c-0-pay": "amount",
    "c-0-amount": "120",
    "c-0-join": "all",
    "c-0-condition-0-level": "0",
    "c-0-condition-0-measure": "net_deposits",
    "c-0-condition-0-at_least": "50",
    "c-1-kind": "revshare",
    "c-1-name": "Share",
    "c-1-base": "NGR",
    "c-1-pay": "rate",
    "c-1-rate": "30",
}


@pytest.fixture
def terms(house):
    """Read what is stored of a plan: name and currency, and each version with its components."""

    def read(name: str):
        with tenant(house.brand.pk):
            plan = Plan.objects.get(brand=house.brand, name=name)
            versions = [
                (
                    version.number,
                    str(version.effective_from),
                    version.applies_to,
                    list(
                        Component.objects.filter(brand=house.brand, version=version)
                        .order_by("position")
                        .values_list("name", "kind", "terms")
                    ),
                )
                for version in PlanVersion.objects.filter(brand=house.brand, plan=plan).order_by("number")
            ]
        return plan, versions

    return read


WRITTEN = [
    (
        "Bounty",
        "cpa",
        {
            "trigger": "first_deposit",
            "amount": "120",
            "conditions": {"all": [{"measure": "net_deposits", "at_least": "50"}]},
        },
    ),
    ("Share", "revshare", {"base": "NGR", "rate": "0.3"}),
]


def test_plan_is_stored_with_its_first_version(house, owner, terms):
    answer = owner.post(f"{PLANS}add/", posted(house.brand, name="Starter", currency="eur", **VERSION))

    plan, versions = terms("Starter")
    assert answer.url == f"{PLANS}{plan.pk}/change/"
    assert plan.currency == "EUR"
    assert versions == [(1, "2026-04-01", "new_customers", WRITTEN)]


def test_plan_that_cannot_be_computed_is_not_stored_at_all(house, owner):
    wrong = VERSION | {"c-1-name": "Bounty"}

    answer = owner.post(f"{PLANS}add/", posted(house.brand, name="Twice", currency="EUR", **wrong))

    assert answer.status_code == 422
    assert "Bounty" in " ".join(answer.context["draft"].errors)
    with tenant(house.brand.pk):
        assert not Plan.objects.filter(brand=house.brand, name="Twice").exists()


def test_plan_in_an_unknown_currency_is_refused(house, owner):
    answer = owner.post(f"{PLANS}add/", posted(house.brand, name="Odd", currency="XYZ", **VERSION))

    assert answer.status_code == 422
    assert "not an ISO 4217 currency" in answer.content.decode()


def test_terms_are_read_back_with_an_example_while_they_are_written(house, owner, terms):
    answer = owner.post(f"{PLANS}add/", posted(house.brand, name="", currency="EUR", **VERSION, _read_back="part"))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Pays once for each customer who makes his first deposit: 120 EUR." in text
    assert "Example" in text
    assert "<html" not in text


def test_products_that_nothing_was_sent_of_are_asked_about_first(house, owner, terms):
    house.send(
        push.ACTIVITIES, {**activity("GGR", "k1", "c1", "5", "2026-03-06 10:00"), "Product": "Live_Keno", "NGR": "1"}
    )
    house.drain()
    with tenant(house.brand.pk):
        save_alias(brand=house.brand, kind="products", alias="slots", target="Casino", by="test", now=NOW)
    fields = {
        "name": "Doubtful",
        "currency": "EUR",
        **VERSION,
        "c-1-products": "casino, livekeno, None, Slotz, Sprots, slots",
    }

    asked = owner.post(f"{PLANS}add/", posted(house.brand, **fields)).content.decode()
    with tenant(house.brand.pk):
        is_stored = Plan.objects.filter(brand=house.brand, name="Doubtful").exists()
    owner.post(f"{PLANS}add/", posted(house.brand, **fields, _confirmed="1"))

    said = [" ".join(sentence.split()) for sentence in re.findall(r"<li>(“[^<]*|No record[^<]*)</li>", asked)]
    assert said == [
        "No record of “Slotz” has come so far: nothing is earned on it until one does.",
        "No record of “Sprots” has come so far: nothing is earned on it until one does. Is Sports meant?",
        "“slots” is taken for Casino when it comes, so terms must name that.",
    ]
    assert (is_stored, terms("Doubtful")[1][0][3][1][2]["products"][0]) == (False, "casino")


def test_products_that_are_known_are_not_asked_about(house, owner, terms):
    fields = {"name": "Known", "currency": "EUR", **VERSION, "c-1-products": "CASINO, sports, none"}

    answer = owner.post(f"{PLANS}add/", posted(house.brand, **fields))

    assert answer.status_code == 302


def test_reading_back_stores_nothing(house, owner):
    owner.post(f"{PLANS}add/", posted(house.brand, name="Draft", currency="EUR", **VERSION, _read_back="1"))

    with tenant(house.brand.pk):
        assert not Plan.objects.filter(brand=house.brand, name="Draft").exists()


def test_new_version_begins_as_a_copy_of_the_newest(house, owner, terms):
    plan, versions = terms("Hybrid")

    text = owner.get(f"/admin/commissions/planversion/of/{plan.pk}/new/").content.decode()

    assert [name for name, *_ in versions[0][3]] == ["Bounty", "Share"]
    assert 'name="c-0-name" value="Bounty"' in text
    assert 'name="c-1-rate" value="30"' in text


def test_new_version_leaves_the_one_before_as_it_was(house, owner, terms):
    plan, before = terms("Hybrid")

    owner.post(f"/admin/commissions/planversion/of/{plan.pk}/new/", posted(house.brand, **VERSION))

    assert terms("Hybrid")[1] == [*before, (2, "2026-04-01", "new_customers", WRITTEN)]


def test_new_version_is_proposed_for_the_month_to_come(house, owner, terms):
    plan, _ = terms("Hybrid")

    text = owner.get(f"/admin/commissions/planversion/of/{plan.pk}/new/").content.decode()

    assert 'name="effective_from" value="2026-04-01"' in text


SAME = {
    "applies_to": "all",
    "c-0-kind": "cpa",
    "c-0-name": "Bounty",
    "c-0-trigger": "first_deposit",
    "c-0-pay": "amount",
    "c-0-amount": "100.00",
    "c-0-join": "all",
    "c-1-kind": "revshare",
    "c-1-name": "Share",
    "c-1-base": "House NGR",
    "c-1-pay": "rate",
    "c-1-rate": "30",
}


@pytest.mark.parametrize("applies_to", ["all", "new_customers"])
def test_version_with_the_terms_of_the_one_before_is_refused(house, owner, terms, applies_to):
    plan, before = terms("Hybrid")
    fields = SAME | {"effective_from": "2026-04-01", "applies_to": applies_to}

    answer = owner.post(f"/admin/commissions/planversion/of/{plan.pk}/new/", posted(house.brand, **fields))

    assert answer.status_code == 422
    assert "Nothing changes: these are the terms that are in force on that day already." in answer.content.decode()
    assert terms("Hybrid")[1] == before


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2026-03-01", ["2026-03 is computed anew; the change begins with 2026-03-01.", "1 affiliate has a deal"]),
        (
            "2026-02-10",
            [
                "2026-02 through 2026-03 are computed anew; the change begins with 2026-02-10.",
                "2026-02 is closed: what was posted stays, and each difference becomes an adjustment in 2026-03.",
                "1 affiliate has a deal for Hybrid on these days.",
                "2 posted lines are earned in closed months from then on.",
            ],
        ),
    ],
)
def test_version_that_changes_months_that_have_begun_is_asked_about_first(house, owner, terms, since, said):
    plan, before = terms("Hybrid")
    page, fields = f"/admin/commissions/planversion/of/{plan.pk}/new/", VERSION | {"effective_from": since}

    asked = owner.post(page, posted(house.brand, **fields)).content.decode()
    unchanged = terms("Hybrid")[1]
    owner.post(page, posted(house.brand, **fields, _confirmed="1"))

    assert [sentence in asked for sentence in said] == [True] * len(said)
    assert 'name="c-1-rate" value="30"' in asked
    assert unchanged == before
    assert [version[1] for version in terms("Hybrid")[1]] == ["2026-01-01", since]


def test_version_that_cannot_be_is_refused_before_anything_is_asked(house, owner, terms):
    plan, _ = terms("Hybrid")
    fields = VERSION | {"effective_from": "2026-01-01"}

    answer = owner.post(f"/admin/commissions/planversion/of/{plan.pk}/new/", posted(house.brand, **fields))

    assert (answer.status_code, "two versions begin on the same day" in answer.content.decode().lower()) == (422, True)


def test_unused_version_that_is_moved_into_a_month_that_runs_is_asked_about_first(house, owner, terms):
    plan, _ = terms("Hybrid")
    owner.post(f"/admin/commissions/planversion/of/{plan.pk}/new/", posted(house.brand, **VERSION))
    with tenant(house.brand.pk):
        version = PlanVersion.objects.get(brand=house.brand, plan=plan, number=2)
    page, fields = f"/admin/commissions/planversion/{version.pk}/change/", VERSION | {"effective_from": "2026-03-10"}

    asked = owner.post(page, posted(house.brand, **fields)).content.decode()
    days = [terms("Hybrid")[1][1][1]]
    owner.post(page, posted(house.brand, **fields, _confirmed="1"))

    assert "2026-03 is computed anew; the change begins with 2026-03-10." in asked
    assert [*days, terms("Hybrid")[1][1][1]] == ["2026-04-01", "2026-03-10"]


def test_deal_that_begins_in_a_closed_month_is_asked_about_first(house, owner):
    fields = {"affiliate": "1001", "plan": "Hybrid", "campaign": "", "starts_on": "2026-02-10", "ends_on": ""}

    def deals() -> int:
        with tenant(house.brand.pk):
            return Deal.objects.filter(brand=house.brand, affiliate__code="1001").count()

    asked = owner.post("/admin/commissions/deal/add/", posted(house.brand, **fields)).content.decode()
    before = deals()
    owner.post("/admin/commissions/deal/add/", posted(house.brand, **fields, _confirmed="1"))

    assert "2026-02 is closed: what was posted stays" in asked
    assert (before, deals()) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "is_asked"),
    [({"ends_on": "2026-02-20"}, True), ({"ends_on": "2026-02-28"}, False), ({"ends_on": "2026-06-30"}, False)],
)
def test_deal_is_asked_about_only_where_closed_months_change(house, owner, changes, is_asked):
    with tenant(house.brand.pk):
        deal = Deal.objects.get(brand=house.brand, affiliate__code="1000")
    fields = {"plan": "Hybrid", "starts_on": "2026-01-01", "ends_on": ""} | changes

    answer = owner.post(f"/admin/commissions/deal/{deal.pk}/change/", posted(house.brand, **fields))

    with tenant(house.brand.pk):
        deal.refresh_from_db()
    assert (answer.status_code, str(deal.ends_on)) == ((200, "None") if is_asked else (302, changes["ends_on"]))


def test_version_that_lines_refer_to_is_shown_and_cannot_be_changed(house, owner, terms):
    plan, before = terms("Hybrid")
    with tenant(house.brand.pk):
        version = PlanVersion.objects.get(brand=house.brand, plan=plan, number=1)
    page = f"/admin/commissions/planversion/{version.pk}/change/"

    statuses = owner.get(page).status_code, owner.post(page, posted(house.brand, **VERSION)).status_code
    removed = owner.post(f"/admin/commissions/planversion/{version.pk}/delete/", posted(house.brand))
    text = owner.get(f"{PLANS}{plan.pk}/change/").content.decode()

    assert statuses == (404, 404)
    assert removed.status_code == 422
    assert terms("Hybrid")[1] == before
    assert ("Lines refer to it" in text, page in text, "Pays once for each customer" in text) == (True, False, True)


def test_version_that_no_line_refers_to_can_be_changed_and_removed(house, owner, terms):
    plan, _ = terms("Hybrid")
    owner.post(f"/admin/commissions/planversion/of/{plan.pk}/new/", posted(house.brand, **VERSION))
    with tenant(house.brand.pk):
        version = PlanVersion.objects.get(brand=house.brand, plan=plan, number=2)

    owner.post(
        f"/admin/commissions/planversion/{version.pk}/change/", posted(house.brand, **VERSION | {"c-0-amount": "90"})
    )
    changed = terms("Hybrid")[1]
    owner.post(f"/admin/commissions/planversion/{version.pk}/delete/", posted(house.brand))

    assert [version[3][0][2]["amount"] for version in changed] == ["100", "90"]
    assert len(terms("Hybrid")[1]) == 1


def test_plan_somebody_has_cannot_be_removed(house, owner, terms):
    plan, _ = terms("Hybrid")

    answer = owner.post(f"{PLANS}{plan.pk}/delete/", posted(house.brand))

    assert answer.status_code == 422
    assert "Deals or lines refer to the plan" in answer.content.decode()


def test_removing_is_offered_only_for_plans_that_can_be_removed(house, owner, terms):
    pages = [
        owner.get(f"{PLANS}{terms(name)[0].pk}/change/").content.decode() for name in ("Hybrid", "Without version")
    ]

    assert ["Remove plan" in page for page in pages] == [False, True]


def test_default_plan_is_made_and_ended(house, owner, terms):
    plan, _ = terms("Hybrid")

    owner.post(f"{PLANS}{plan.pk}/make-default/", posted(house.brand))
    is_default = terms("Hybrid")[0].is_default
    owner.post(f"{PLANS}{plan.pk}/end-default/", posted(house.brand))

    assert (is_default, terms("Hybrid")[0].is_default) == (True, False)


def test_default_plan_and_rates_say_that_closed_months_get_adjustments(house, owner, terms):
    plan, _ = terms("Hybrid")
    pages = [f"{PLANS}{plan.pk}/make-default/", "/admin/ingestion/fxrate/upload/"]

    told = [owner.get(page).content.decode() for page in pages]
    owner.post(pages[0], posted(house.brand))
    told.append(owner.get(f"{PLANS}{plan.pk}/end-default/").content.decode())

    said = "Open months are computed again; closed ones get adjustments."
    assert [said in page for page in told] == [True, True, True]


def test_deal_is_made_by_codes_and_changed(house, owner):
    fields = {"affiliate": "1001", "plan": "Hybrid", "campaign": "", "starts_on": "2026-03-01", "ends_on": ""}

    owner.post("/admin/commissions/deal/add/", posted(house.brand, **fields))
    with tenant(house.brand.pk):
        deal = Deal.objects.get(brand=house.brand, affiliate__code="1001")
    owner.post(
        f"/admin/commissions/deal/{deal.pk}/change/",
        posted(house.brand, plan="Hybrid", starts_on="2026-03-01", ends_on="2026-06-30"),
    )

    with tenant(house.brand.pk):
        deal = Deal.objects.select_related("plan").get(brand=house.brand, pk=deal.pk)
        actions = list(
            AuditEvent.objects.filter(brand=house.brand, object_type="deal", object_id=str(deal.pk))
            .order_by("pk")
            .values_list("action", "actor_name")
        )
    assert (deal.plan.name, str(deal.starts_on), str(deal.ends_on)) == ("Hybrid", "2026-03-01", "2026-06-30")
    assert actions == [("deal.created", "owner@luckyspin.example"), ("deal.changed", "owner@luckyspin.example")]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"affiliate": "9999"}, {"affiliate": ["There is no affiliate “9999” in this brand."]}),
        ({"ends_on": "2026-02-20"}, {"ends_on": ["The last day is before the first one, 2026-03-01."]}),
        ({"campaign": "2001"}, {"campaign": ["2001 is another affiliate’s campaign."]}),
        ({"plan": "No such"}, {"plan": ["There is no plan “No such” in this brand."]}),
        (
            {"affiliate": "1000"},
            {"__all__": ["The affiliate has a deal for the same campaign on some of these days. End that one first."]},
        ),
    ],
)
def test_deal_that_cannot_be_is_refused_at_its_field(house, owner, changes, errors):
    fields = {"affiliate": "1001", "plan": "Hybrid", "starts_on": "2026-03-01"}

    answer = owner.post("/admin/commissions/deal/add/", posted(house.brand, **fields | changes))

    assert (answer.status_code, answer.context["form"].errors) == (422, errors)


def test_profile_is_written_by_steps(house, owner):
    steps = {
        "name": "Net",
        "first": "GGR",
        "step-0-what": "subtract",
        "step-0-of": "Bonus",
        "step-1-what": "subtract_percent",
        "step-1-percent": "18",
        "step-1-of": "running",
        "step-1-signed": "on",
        "step-2-what": "subtract",
        "step-2-of": "",
    }

    owner.post("/admin/commissions/revenueprofile/add/", posted(house.brand, **steps))

    with tenant(house.brand.pk):
        profile = RevenueProfile.objects.get(brand=house.brand, name="Net")
    assert profile.steps == [
        {"sum": "GGR"},
        {"subtract": "Bonus"},
        {"subtract_percent": "18", "of": "running", "signed": True},
    ]
    assert (
        "what is left so far (also when negative)"
        in owner.get(f"/admin/commissions/revenueprofile/{profile.pk}/change/").content.decode()
    )


def test_profile_is_changed_and_removed_while_nothing_was_computed_with_it(house, owner):
    owner.post(
        "/admin/commissions/revenueprofile/add/",
        posted(house.brand, **{"name": "Net", "first": "GGR", "step-0-what": "subtract", "step-0-of": "Bonus"}),
    )
    with tenant(house.brand.pk):
        profile = RevenueProfile.objects.get(brand=house.brand, name="Net")
    page = f"/admin/commissions/revenueprofile/{profile.pk}"

    shown = owner.get(f"{page}/edit/").context["steps"].rows.forms[0]
    owner.post(f"{page}/edit/", posted(house.brand, first="NGR"))
    with tenant(house.brand.pk):
        profile.refresh_from_db()
    owner.post(f"{page}/delete/", posted(house.brand))

    assert (shown["what"].value(), shown["of"].value()) == ("subtract", "Bonus")
    assert profile.steps == [{"sum": "NGR"}]
    with tenant(house.brand.pk):
        assert not RevenueProfile.objects.filter(brand=house.brand, name="Net").exists()


def test_profile_that_lines_were_computed_with_never_changes(house, owner):
    with tenant(house.brand.pk):
        profile = RevenueProfile.objects.get(brand=house.brand, name="House NGR")
    page = f"/admin/commissions/revenueprofile/{profile.pk}"

    assert owner.get(f"{page}/edit/").status_code == 404
    assert owner.post(f"{page}/delete/", posted(house.brand)).status_code == 422
    assert "so it never changes" in owner.get(f"{page}/change/").content.decode()


def test_profile_with_a_wrong_step_marks_it(house, owner):
    steps = {"name": "Net", "first": "GGR", "step-0-what": "subtract_percent", "step-0-percent": "", "step-0-of": "GGR"}

    answer = owner.post("/admin/commissions/revenueprofile/add/", posted(house.brand, **steps))

    assert answer.status_code == 422
    assert list(answer.context["steps"].rows.forms[0].errors) == ["percent"]
