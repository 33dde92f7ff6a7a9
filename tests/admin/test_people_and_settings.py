"""The brand's settings, the people who work for it, and the front page."""

import re

import pytest
from django.conf import settings
from django.test import Client

from affiliates.models import Affiliate, AffiliateStatus, Seat, TrackingLink
from attribution.models import Attribution
from brands.models import AuditEvent, Brand, Membership, User
from commissions.models import Exclusion
from ingestion.models import Customer
from tests.admin.house import posted
from track360.lib.tenancy import tenant

SETTINGS = {
    "name": "Lucky Spin",
    "state": "active",
    "reporting_currency": "usd",
    "timezone": "Europe/Malta",
    "default_currency": "",
    "requests_per_minute": "600",
    "unknown_customer": "park",
    "landing_url": "https://luckyspin.example/hello",
    "landing_hosts": "shop.luckyspin.example\n\n  play.luckyspin.example ",
    "tracking": "lenient",
    "tracking_patterns": "{affiliate}-{click}",
    "attribution_window_days": "30",
}


def actions(brand: Brand) -> list[str]:
    with tenant(brand.pk):
        return list(AuditEvent.objects.filter(brand=brand).order_by("pk").values_list("action", flat=True))


def page_of(brand: Brand) -> str:
    return f"/admin/brands/brand/{brand.pk}/change/"


def test_settings_are_stored_in_the_brand(bare, at_desk):
    browser = at_desk(bare.operator("owner"))

    browser.post(page_of(bare.brand), posted(bare.brand, **SETTINGS | {"timezone": "Europe/Oslo"}))

    bare.brand.refresh_from_db()
    assert bare.brand.name == "Lucky Spin"
    assert (bare.brand.reporting_currency, bare.brand.timezone) == ("USD", "Europe/Oslo")
    assert bare.brand.landing_hosts == ["shop.luckyspin.example", "play.luckyspin.example"]
    assert bare.brand.tracking_patterns == ["{affiliate}-{click}"]
    assert (bare.brand.attribution_window_days, bare.brand.default_currency) == (30, None)


def test_settings_that_decide_what_records_mean_are_locked_once_records_exist(house, owner):
    text = owner.get(page_of(house.brand)).content.decode()

    owner.post(page_of(house.brand), posted(house.brand, **SETTINGS | {"timezone": "UTC", "default_currency": "USD"}))

    house.brand.refresh_from_db()
    assert text.count("Locked: records exist, and it decides what they mean.") == 2
    assert (house.brand.name, house.brand.timezone, house.brand.default_currency) == (
        "Lucky Spin",
        "Europe/Malta",
        None,
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"landing_hosts": "https://shop.example"}, "landing_hosts"),
        ({"reporting_currency": "XXX"}, "reporting_currency"),
        ({"landing_url": "http://plain.example"}, "landing_url"),
        ({"name": ""}, "name"),
        ({"tracking_patterns": "{affiliate}_{whatever}"}, "tracking_patterns"),
        ({"tracking_patterns": "{click}"}, "tracking_patterns"),
        ({"attribution_window_days": "0"}, "attribution_window_days"),
        ({"requests_per_minute": "0"}, "requests_per_minute"),
    ],
)
def test_setting_that_cannot_be_is_marked(bare, at_desk, changes, field):
    browser = at_desk(bare.operator("owner"))

    answer = browser.post(page_of(bare.brand), posted(bare.brand, **SETTINGS | changes))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_landing_page_stays_while_links_lead_to_it(house, owner):
    refused = owner.post(page_of(house.brand), posted(house.brand, **SETTINGS | {"landing_url": ""}))
    with tenant(house.brand.pk):
        TrackingLink.objects.update(is_active=False)
    stored = owner.post(page_of(house.brand), posted(house.brand, **SETTINGS | {"landing_url": ""}))
    with tenant(house.brand.pk):
        TrackingLink.objects.update(is_active=True)
    renamed = owner.post(page_of(house.brand), posted(house.brand, **SETTINGS | {"landing_url": "", "name": "New"}))

    assert (refused.status_code, stored.status_code, renamed.status_code) == (422, 302, 302)
    assert refused.context["form"].errors["landing_url"] == [
        "1 link leads to it and would lead nowhere. Give each a landing page of its own or switch it off first."
    ]


def test_brand_is_created_by_a_superuser_who_goes_on_in_it(db, at_desk):
    browser = at_desk(User.objects.create_superuser("root@example.com", "a long enough word"))
    fields = {
        "name": "North FX",
        "slug": "northfx",
        "vertical": "forex",
        "reporting_currency": "USD",
        "timezone": "UTC",
    }

    first = browser.get("/admin/").content.decode()
    answer = browser.post("/admin/brands/new/", fields, follow=True)

    assert "No brand yet" in first
    assert "North FX" in answer.content.decode()
    assert "Issue a brand token" in answer.content.decode()
    assert Brand.objects.get().vertical == "forex"


def test_brand_with_a_taken_slug_is_refused(house, at_desk):
    browser = at_desk(User.objects.create_superuser("root@example.com", "a long enough word"))
    fields = {"name": "Again", "slug": "luckyspin", "vertical": "forex", "reporting_currency": "USD", "timezone": "UTC"}

    answer = browser.post("/admin/brands/new/", fields)

    assert answer.status_code == 422
    assert Brand.objects.count() == 1


def test_brand_is_created_by_nobody_else(house, owner):
    assert owner.get("/admin/brands/new/").status_code == 403
    assert owner.post("/admin/brands/new/", {"slug": "mine"}).status_code == 403


def test_operator_is_added_changed_and_removed(house, owner):
    person = User.objects.create_user("risk@example.com", "a long enough word")

    owner.post("/admin/brands/membership/add/", posted(house.brand, email="RISK@example.com", role="risk"))
    membership = Membership.objects.get(user=person)
    owner.post(f"/admin/brands/membership/{membership.pk}/change/", posted(house.brand, role="finance"))
    changed = Membership.objects.get(user=person).role
    owner.post(f"/admin/brands/membership/{membership.pk}/delete/", posted(house.brand))

    assert (membership.role, changed) == ("risk", "finance")
    assert not Membership.objects.filter(user=person).exists()


def test_operator_without_an_account_gets_one_and_sets_his_own_password(
    house, owner, mailoutbox, django_capture_on_commit_callbacks
):
    fields = {"email": "fresh@example.com", "name": "Fresh", "password": "chosen by another", "role": "manager"}

    with django_capture_on_commit_callbacks(execute=True):
        owner.post("/admin/brands/membership/add/", posted(house.brand, **fields))
    person = User.objects.get(email="fresh@example.com")
    before = (person.name, person.is_staff, person.has_usable_password())
    (letter,) = mailoutbox
    link = re.search(r"http\S+", letter.body)[0].removeprefix(settings.BASE_URL)
    browser = Client()
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": "a long enough word", "password2": "a long enough word"})
    entered = browser.post("/accounts/login/", {"login": "fresh@example.com", "password": "a long enough word"})

    assert before == ("Fresh", True, False)
    assert (letter.to, letter.subject) == (["fresh@example.com"], "You can now sign in for The luckyspin")
    assert (entered.status_code, entered["Location"]) == (302, "/admin/")
    assert Membership.objects.get(user=person).role == "manager"
    assert actions(house.brand)[-2:] == ["account.opened", "membership.granted"]


def test_operator_whose_role_nobody_chose_is_not_added(house, owner):
    shown = owner.get("/admin/brands/membership/add/").content.decode()

    answer = owner.post("/admin/brands/membership/add/", posted(house.brand, email="fresh@example.com", role=""))

    assert '<option value="" selected>Choose a role</option>' in shown
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["role"])
    assert not User.objects.filter(email="fresh@example.com").exists()


def test_account_that_exists_stays_as_it_is_and_is_told(house, owner, mailoutbox, django_capture_on_commit_callbacks):
    person = User.objects.create_user("risk@example.com", "a long enough word")
    fields = {"email": "RISK@example.com", "name": "Other", "role": "risk"}

    with django_capture_on_commit_callbacks(execute=True):
        owner.post("/admin/brands/membership/add/", posted(house.brand, **fields))

    person.refresh_from_db()
    assert (person.name, person.check_password("a long enough word")) == ("", True)
    (letter,) = mailoutbox
    assert letter.to == ["risk@example.com"]
    assert f"{settings.BASE_URL}/accounts/login/" in letter.body


def test_letter_that_cannot_be_delivered_undoes_nothing(
    house, owner, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def no_server(*_, **__):
        raise ConnectionRefusedError("fresh@example.com")

    monkeypatch.setattr("brands.invitations.send_mail", no_server)

    with django_capture_on_commit_callbacks(execute=True):
        owner.post("/admin/brands/membership/add/", posted(house.brand, email="fresh@example.com", role="risk"))

    assert Membership.objects.filter(user__email="fresh@example.com").exists()
    assert ("invitation_not_sent" in caplog.text, "fresh@example.com" in caplog.text) == (True, False)


def test_last_owner_stays(house, owner):
    membership = Membership.objects.get(brand=house.brand, role="owner")

    answer = owner.post(f"/admin/brands/membership/{membership.pk}/delete/", posted(house.brand))

    assert answer.status_code == 422
    assert Membership.objects.filter(pk=membership.pk).exists()


@pytest.mark.parametrize("day", ["0026-03-10", "2062-03-10", "9999-12-31"])
def test_status_from_a_day_of_a_mistyped_year_is_refused_at_its_field(house, owner, day):
    with tenant(house.brand.pk):
        affiliate = Affiliate.objects.get(brand=house.brand, code="1001")

    answer = owner.post(
        f"/admin/affiliates/affiliate/{affiliate.pk}/status/",
        posted(house.brand, status="blocked", from_day=day, reason=""),
    )

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["from_day"])
    assert "Check the year." in answer.context["form"].errors["from_day"][0]


def test_affiliate_is_made_and_everything_about_him_changes_by_its_own_form(house, owner):
    fields = {"code": "77", "name": "Seventy", "email": "s@example.com", "status": "pending", "parent": "1001"}
    owner.post("/admin/affiliates/affiliate/add/", posted(house.brand, **fields))
    with tenant(house.brand.pk):
        affiliate = Affiliate.objects.get(brand=house.brand, code="77")
    page = f"/admin/affiliates/affiliate/{affiliate.pk}"

    owner.post(f"{page}/status/", posted(house.brand, status="active", from_day="2026-03-10", reason="Papers came"))
    owner.post(f"{page}/rename/", posted(house.brand, name="Seventy Seven", email=""))
    owner.post(f"{page}/seat/", posted(house.brand, email="new@example.com", name="N"))
    owner.post(f"{page}/make-default/", posted(house.brand))
    owner.post(
        "/admin/affiliates/trackinglink/add/", posted(house.brand, affiliate="77", code="seventy", landing_url="")
    )

    with tenant(house.brand.pk):
        affiliate.refresh_from_db()
        statuses = list(
            AffiliateStatus.objects.filter(affiliate=affiliate).order_by("pk").values_list("status", flat=True)
        )
        seat = Seat.objects.select_related("user").get(affiliate=affiliate)
        link = TrackingLink.objects.get(brand=house.brand, code="seventy")
    assert (affiliate.name, affiliate.email, affiliate.is_default) == ("Seventy Seven", "", True)
    assert statuses == ["pending", "active"]
    assert (seat.user.email, seat.user.has_usable_password(), seat.user.is_staff) == ("new@example.com", False, False)
    assert link.affiliate_id == affiliate.pk
    text = owner.get(f"{page}/change/").content.decode()
    assert ("Papers came" in text, "/c/seventy" in text, "Name of 1001" in text) == (True, True, True)

    owner.post(f"{page}/end-seat/", posted(house.brand, seat=seat.pk))
    with tenant(house.brand.pk):
        assert not Seat.objects.filter(affiliate=affiliate).exists()


def test_affiliate_cannot_be_his_own_parents_parent(house, owner):
    with tenant(house.brand.pk):
        parent = Affiliate.objects.get(brand=house.brand, code="1001")

    answer = owner.post(f"/admin/affiliates/affiliate/{parent.pk}/parent/", posted(house.brand, parent="1000"))

    assert answer.status_code == 422
    assert "circle" in answer.content.decode()


def test_link_leads_only_to_hosts_of_the_brand(house, owner):
    answer = owner.post(
        "/admin/affiliates/trackinglink/add/",
        posted(house.brand, affiliate="1000", code="evil", landing_url="https://evil.example/"),
    )

    assert answer.status_code == 422
    assert "luckyspin.example" in answer.content.decode()


def test_customer_is_transferred_with_a_reason(house, at_desk):
    browser = at_desk(house.operator("risk"))
    with tenant(house.brand.pk):
        customer = Customer.objects.get(brand=house.brand, key="c1")
    page = f"/admin/ingestion/customer/{customer.pk}"

    browser.post(
        f"{page}/transfer/",
        posted(house.brand, affiliate="1001", campaign="", from_day="2026-03-01", reason="Agreed by mail"),
    )

    text = browser.get(f"{page}/change/").content.decode()
    with tenant(house.brand.pk):
        owners = list(
            Attribution.objects.filter(customer=customer, superseded_at__isnull=True)
            .order_by("pk")
            .values_list("affiliate__code", "rule", "reason", "decided_by__email")
        )
    assert owners[1] == ("1001", "transfer", "Agreed by mail", "risk@luckyspin.example")
    assert ("Agreed by mail" in text, "Tracking data, by pattern" in text, "2001_1000_x" in text) == (True, True, True)


def test_customers_page_tells_whose_he_is_why_and_what_he_brought(house, owner):
    with tenant(house.brand.pk):
        customer = Customer.objects.get(brand=house.brand, key="c1")

    page = owner.get(f"/admin/ingestion/customer/{customer.pk}/change/?day=2026-02-03")

    assert [(one.source, one.value, one.verdict) for one in page.context["candidates"]] == [
        ("Tracking data, by pattern", "2001_1000_x", "Decided")
    ]
    assert [standing.component for _, found in page.context["standings"] for standing in found] == ["Bounty"]
    assert [row.event_id for row, _ in page.context["records"]] == ["d1"]
    assert "Alex" in page.content.decode()


def test_customers_page_says_what_is_in_the_way(house, owner):
    with tenant(house.brand.pk):
        mine = Customer.objects.get(brand=house.brand, key="c1")
        nobodys = Customer.objects.get(brand=house.brand, key="c2")

    def told(customer: Customer, query: str) -> list[str]:
        page = owner.get(f"/admin/ingestion/customer/{customer.pk}/change/{query}")
        return [str(finding.obstacle) for finding, *_ in page.context["findings"]]

    assert (told(mine, ""), told(nobodys, "")) == (["no_fx_rate"], [])
    assert told(mine, "?why=1") == ["parked", "parked", "no_fx_rate"]
    assert told(nobodys, "?why=1") == ["unattributed", "excluded", "no_facts"]


def test_customer_who_is_awaited_names_the_delivery_that_named_him_and_no_record_of_it(house, owner):
    with tenant(house.brand.pk):
        pages = [Customer.objects.get(brand=house.brand, key=key).pk for key in ("ghost", "c2")]

    awaited, reported = (owner.get(f"/admin/ingestion/customer/{pk}/change/").content.decode() for pk in pages)

    assert ("First named by" in awaited, ", record " in awaited) == (True, False)
    assert ("Last changed by" in reported, "</a>, record 1" in reported) == (True, True)


def test_exclusion_is_made_and_lifted(house, at_desk):
    browser = at_desk(house.operator("risk"))

    browser.post(
        "/admin/commissions/exclusion/add/",
        posted(house.brand, customer="c1", reason="duplicate", from_day="2026-02-01"),
    )
    with tenant(house.brand.pk):
        exclusion = Exclusion.objects.get(brand=house.brand, customer__key="c1")
    browser.post(f"/admin/commissions/exclusion/{exclusion.pk}/delete/", posted(house.brand))

    with tenant(house.brand.pk):
        exclusion.refresh_from_db()
    assert (exclusion.reason, exclusion.lifted_at is not None) == ("duplicate", True)
    assert browser.get(f"/admin/commissions/exclusion/{exclusion.pk}/delete/").status_code == 403


def test_front_page_says_what_waits(house, owner):
    now = owner.get("/admin/").context["now"]

    assert (now.parked, now.unattributed, now.missing_rates, now.rejected, now.waiting) == (2, 1, 1, 1, 0)
    assert (str(now.next_close.period), str(now.next_close.closable_on), now.next_close.is_closable) == (
        "2026-03",
        "2026-04-01",
        False,
    )
    assert [(str(total.normalize()), currency) for total, currency in now.earned] == [("13.5", "EUR")]
    assert {one.kpi: (str(one.last_day), one.silent_days) for one in now.kpis}["GGR"] == ("2026-03-06", 14)
    assert [(one.source, one.entity, one.deliveries) for one in now.sources] == [
        ("push", "activities", 1),
        ("push", "customers", 1),
    ]
    assert not now.is_new


def test_front_page_of_a_new_brand_says_how_to_begin(bare, at_desk):
    text = at_desk(bare.operator("owner")).get("/admin/").content.decode()

    assert "To begin with" in text
    assert "Issue a brand token" in text


def test_audit_log_shows_what_was_changed_by_whom(house, owner):
    owner.post(page_of(house.brand), posted(house.brand, **SETTINGS))

    log = owner.get("/admin/brands/auditevent/?action=brand.changed")
    (event,) = log.context["cl"].result_list
    changes = owner.get(f"/admin/brands/auditevent/{event.pk}/change/").context["changes"]

    assert (event.actor_name, ("name", "The luckyspin", "Lucky Spin") in changes) == ("owner@luckyspin.example", True)
    assert owner.post(f"/admin/brands/auditevent/{event.pk}/change/", posted(house.brand)).status_code == 403


def test_pages_carry_no_inline_script_or_style(house, owner):
    pages = ["/admin/", "/admin/commissions/plan/add/", "/admin/commissions/line/", page_of(house.brand)]

    for page in pages:
        answer = owner.get(page)
        text = answer.content.decode()
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert ("<style" in text, " style=" in text, "<script>" in text, " onclick=" in text) == (False,) * 4
