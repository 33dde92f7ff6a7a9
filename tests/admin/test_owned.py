"""Links, campaigns and promo codes: their pages say whose they are, and what can be changed."""

from datetime import date

import pytest

from affiliates.models import Affiliate, Campaign, PromoCode, TrackingLink
from brands.models import AuditEvent, Brand
from tests.admin.house import posted
from track360.lib.tenancy import tenant


def page_of(house, model, **fields) -> str:
    with tenant(house.brand.pk):
        row = model.objects.get(brand=house.brand, **fields)
    return f"/admin/affiliates/{model._meta.model_name}/{row.pk}/change/"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (TrackingLink, ["Name of 1000 (1000)", "2001 (2001)", "/c/luckyspin-link", "tokens of visitors"]),
        (PromoCode, ["Name of 1000 (1000)", "First day", "Last day", "decisions about customers rest on them"]),
        (Campaign, ["Name of 1000 (1000)", "links, codes and customers rest on them"]),
    ],
)
def test_page_says_whose_it_is_and_why_that_stays(house, owner, model, said):
    markup = owner.get(page_of(house, model)).content.decode()

    assert [text for text in said if text not in markup] == []
    assert "Who changed what" in markup


def test_link_that_leads_nowhere_is_shown_as_such(house, owner):
    Brand.objects.filter(pk=house.brand.pk).update(landing_url="")

    shown = owner.get("/admin/affiliates/trackinglink/").content.decode()
    page = owner.get(page_of(house, TrackingLink)).content.decode()
    with tenant(house.brand.pk):
        affiliate = Affiliate.objects.get(brand=house.brand, code="1000")
    partner = owner.get(f"/admin/affiliates/affiliate/{affiliate.pk}/change/").content.decode()
    found = {
        state: len(owner.get(f"/admin/affiliates/trackinglink/?state={state}").context["cl"].result_list)
        for state in ("works", "off", "nowhere")
    }

    chip = '<span class="chip chip-bad">Leads nowhere</span>'
    assert (chip in shown, chip in page, chip in partner) == (True, True, True)
    assert found == {"works": 0, "off": 0, "nowhere": 1}


def test_link_that_is_switched_off_is_told_so(house, owner):
    page = page_of(house, TrackingLink)

    def told(**fields: str) -> str:
        (message,) = owner.post(page, posted(house.brand, landing_url="", **fields), follow=True).context["messages"]
        return str(message)

    assert [told(), told(), told(is_active="on")] == [
        "luckyspin-link is switched off.",
        "luckyspin-link is stored.",
        "luckyspin-link works again.",
    ]
    assert "Visitors of a link that is switched off are told that there is no such page." in (
        owner.get(page).content.decode()
    )


def test_promo_code_is_ended_and_its_days_stand_in_the_list_and_with_the_affiliate(house, owner):
    page = page_of(house, PromoCode)

    owner.post(page, posted(house.brand, starts_on="2026-01-01", ends_on="2026-03-31"))

    with tenant(house.brand.pk):
        code = PromoCode.objects.get(brand=house.brand)
        event = AuditEvent.objects.get(brand=house.brand, action="promo_code.changed")
    assert (code.starts_on, code.ends_on) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (event.actor_name, event.after) == (
        "owner@luckyspin.example",
        {"starts_on": "2026-01-01", "ends_on": "2026-03-31"},
    )
    shown = owner.get("/admin/affiliates/promocode/").content.decode()
    affiliate = owner.get(f"/admin/affiliates/affiliate/{code.affiliate_id}/change/").content.decode()
    assert ("2026-01-01" in shown, "2026-03-31" in shown, "2026-03-31" in affiliate) == (True, True, True)


@pytest.mark.parametrize(("when", "found"), [("now", ["TODAY", "SPRING"]), ("over", ["OVER"]), ("later", ["LATER"])])
def test_promo_codes_are_found_by_whether_they_are_in_force(house, owner, when, found):
    for code, starts_on, ends_on in [
        ("OVER", "", "2026-03-19"),
        ("TODAY", "2026-03-20", "2026-03-20"),
        ("LATER", "2026-03-21", ""),
    ]:
        owner.post(
            "/admin/affiliates/promocode/add/",
            posted(house.brand, code=code, affiliate="1000", starts_on=starts_on, ends_on=ends_on),
        )

    rows = owner.get(f"/admin/affiliates/promocode/?when={when}").context["cl"].queryset

    with tenant(house.brand.pk):
        assert sorted(rows.values_list("code", flat=True)) == sorted(found)


def test_promo_code_that_somebody_else_has_on_these_days_is_refused(house, owner):
    answer = owner.post(
        "/admin/affiliates/promocode/add/",
        posted(house.brand, code="spring", affiliate="1001", starts_on="2026-05-01", ends_on=""),
    )

    assert answer.status_code == 422
    assert "spring is taken on some of these days" in answer.content.decode()


def test_promo_code_that_ends_before_it_starts_is_refused(house, owner):
    answer = owner.post(page_of(house, PromoCode), posted(house.brand, starts_on="2026-03-02", ends_on="2026-03-01"))

    assert answer.status_code == 422
    assert "A promo code ends on its first day or later." in answer.content.decode()


def test_days_of_a_promo_code_are_for_those_who_look_after_affiliates(house, at_desk):
    browser = at_desk(house.operator("finance", name="counter"))
    page = page_of(house, PromoCode)

    answers = (browser.get(page).status_code, browser.post(page, posted(house.brand, ends_on="2026-01-01")).status_code)

    with tenant(house.brand.pk):
        assert (answers, PromoCode.objects.get(brand=house.brand).ends_on) == ((200, 403), None)
