"""What pages say is true and in people's words."""

import re
from datetime import date

import pytest
from django import forms

from affiliates.models import Affiliate, Campaign
from brands.desk.forms import OperatorForm
from commissions import services as commissions
from commissions.models import Deal, Line
from commissions.services import StatedComponent
from ingestion.dialects import push
from ingestion.models import Activity
from tests.admin.house import NOW, activity, posted
from track360.lib.problems import Invalid
from track360.lib.tenancy import tenant


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_deal_says_whose_and_of_what_it_is(house, owner):
    with tenant(house.brand.pk):
        deal = Deal.objects.get(brand=house.brand)

    assert "Hybrid for Name of 1000 (1000)" in text(owner.get(f"/admin/commissions/deal/{deal.pk}/change/"))


def test_exclusion_says_who_and_why(house, owner):
    answer = owner.post(
        "/admin/commissions/exclusion/add/",
        posted(house.brand, customer="c1", reason="self_excluded", from_day="2026-03-18"),
        follow=True,
    )

    assert "Exclusion c1 (self-excluded) is stored." in text(answer)


def test_line_that_pays_a_registration_leads_to_it(house, owner):
    with tenant(house.brand.pk):
        affiliate = Affiliate.objects.get(brand=house.brand, code="1000")
        plan = commissions.create_plan(brand=house.brand, name="Leads", currency="EUR", by="test", now=NOW)
        commissions.add_version(
            plan=plan,
            effective_from=date(2026, 1, 1),
            components=(StatedComponent("Lead", "cpa", {"trigger": "registration", "amount": "5"}),),
            by="test",
            now=NOW,
        )
        campaign = Campaign.objects.get(brand=house.brand, code="2001")
        commissions.create_deal(
            affiliate=affiliate, plan=plan, campaign=campaign, starts_on=date(2026, 1, 1), by="test", now=NOW
        )
    house.send(push.CUSTOMERS, {"customerId": "c7", "regtime": "2026-03-10 10:00", "tracking_data": "2001_1000_x"})
    house.drain()
    with tenant(house.brand.pk):
        line = Line.objects.get(component__name="Lead", customer__key="c7")

    for page in ("change", "records"):
        assert "It pays for the registration of" in text(owner.get(f"/admin/commissions/line/{line.pk}/{page}/"))


def test_counts_of_a_record_carry_no_currency(house, owner):
    house.send(push.ACTIVITIES, {**activity("Bets", "b1", "c1", "12.00", "2026-03-06 10:00"), "Games": "7"})
    with tenant(house.brand.pk):
        record = Activity.objects.get(event_id="b1")

    page = text(owner.get(f"/admin/ingestion/activity/{record.pk}/change/"))

    assert '<span class="faint">Games</span> <span class="amount">7</span>' in page
    assert '12.00 <span class="amount-code">EUR</span>' in page


@pytest.mark.parametrize(
    ("where", "goes_on"),
    [("?affiliate=1000", "/admin/affiliates/affiliate/{}/change/"), ("", "/admin/affiliates/campaign/")],
)
def test_who_adds_something_from_an_affiliates_page_goes_back_to_it(house, owner, where, goes_on):
    with tenant(house.brand.pk):
        affiliate = Affiliate.objects.get(brand=house.brand, code="1000")

    answer = owner.post(
        f"/admin/affiliates/campaign/add/{where}", posted(house.brand, affiliate="1000", code="2009", name="Autumn")
    )

    assert answer["Location"] == goes_on.format(affiliate.pk)


def test_audit_log_is_in_words(house, owner):
    page = text(owner.get("/admin/brands/auditevent/"))

    assert "Plan: version added" in page
    assert "brand token t360_" in page


def test_operator_finds_the_way_back_from_his_password(owner):
    assert 'href="/admin/"' in text(owner.get("/accounts/password/change/"))


def test_list_counts_what_is_in_it_and_is_called_what_it_is(house, owner):
    page = text(owner.get("/admin/brands/auditevent/"))

    assert "<h1>Audit log</h1>" in page
    assert re.search(r"\d+ events</span>", page)


def test_seat_can_be_removed_where_there_is_one(house, owner):
    with tenant(house.brand.pk):
        pages = {one.code: f"/admin/affiliates/affiliate/{one.pk}" for one in Affiliate.objects.all()}

    offered = {code: "Remove seat" in text(owner.get(f"{page}/change/")) for code, page in pages.items()}

    assert offered == {"1000": True, "1001": False}
    assert owner.get(f"{pages['1001']}/end-seat/").status_code == 404


@pytest.mark.parametrize(
    ("page", "fields", "told"),
    [
        (
            "affiliates/affiliate/add/",
            {"code": "1000", "name": "Again", "status": "active"},
            {"code": ["The code 1000 is taken. Choose another one."]},
        ),
        (
            "affiliates/campaign/add/",
            {"code": "a b", "affiliate": "1000"},
            {"code": ["A code has 1 to 50 letters, digits, dots, hyphens, underscores or tildes."]},
        ),
        (
            "affiliates/promocode/add/",
            {"code": "spring", "affiliate": "1001"},
            {"code": ["The promo code spring is taken on some of these days. End it there first."]},
        ),
        (
            "affiliates/trackinglink/add/",
            {"code": "x", "affiliate": "1001", "campaign": "2001"},
            {"campaign": ["The campaign belongs to another affiliate. Choose one of his, or none."]},
        ),
        (
            "brands/brandtoken/add/",
            {"label": "Wallet", "expires_at": "2020-01-01T00:00"},
            {"expires_at": ["A token expires in the future. Choose a later moment, or leave it empty."]},
        ),
        ("brands/brandtoken/add/", {"label": ""}, {"label": ["This field is required."]}),
    ],
)
def test_what_a_service_refuses_stands_at_its_field_in_a_sentence(house, owner, page, fields, told):
    answer = owner.post(f"/admin/{page}", posted(house.brand, **fields))

    assert (answer.status_code, answer.context["form"].errors) == (422, told)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("email: use another one.", {"email": ["Use another one."]}),
        ("email: x@example.com is taken.", {"email": ["x@example.com is taken."]}),
        ("code: use another one.", {"__all__": ["Use another one."]}),
        ("Use one of: a, b.", {"__all__": ["Use one of: a, b."]}),
        ("anna@example.com already logs in.", {"__all__": ["anna@example.com already logs in."]}),
    ],
)
def test_refusal_is_a_sentence_and_names_no_setting_that_is_not_in_the_form(detail, told):
    class Letter(OperatorForm):
        email = forms.CharField()

    form = Letter({"email": "x@example.com"})

    form.refuse(Invalid(detail))

    assert form.errors == told
