"""What pages say is true and in people's words."""

from datetime import date

import pytest

from affiliates.models import Affiliate, Campaign
from commissions import services as commissions
from commissions.models import Deal, Line
from commissions.services import StatedComponent
from ingestion.dialects import push
from ingestion.models import Activity
from tests.admin.house import NOW, activity, posted
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
