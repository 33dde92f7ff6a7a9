import json
import re
from datetime import date

import pytest
from django.test import Client

from attribution.models import AffiliateDay, Attribution
from brands.models import User
from commissions.engine.lines import note
from commissions.engine.storing import working_to_json
from ingestion.models import Customer, Kpi
from portal.references import customer_reference
from track360.lib.tenancy import tenant


@pytest.fixture
def page(visitor, stage, user):
    """Read a page of the portal as the affiliate, its text without markup."""
    stage.seat(user)

    def read(address: str) -> str:
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        return text(answer.content.decode())

    return read


def text(markup: str) -> str:
    without = re.sub(r"<(script|svg|head)\b.*?</\1>|<[^>]+>", " ", markup, flags=re.S)
    return " ".join(without.replace("&amp;", "&").split()).replace(" ,", ",").replace(" .", ".")


def address_of(customer: Customer) -> str:
    return f"/portal/customers/{customer_reference(brand_id=customer.brand_id, customer_id=customer.pk)}/"


# --- front page ---


@pytest.mark.django_db
def test_front_page_leads_everywhere_and_needs_no_account(client: Client):
    answer = client.get("/")

    links = set(re.findall(r'href="(/[^"#]*)"', answer.content.decode()))
    assert answer.status_code == 200
    assert {"/portal/", "/admin/", "/api/docs/", "/readyz"} <= links


@pytest.mark.django_db
def test_front_page_is_for_reading_only(client: Client):
    assert client.post("/").status_code == 405


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
@pytest.mark.django_db
def test_public_page_forbids_browsers_everything_but_our_own(client: Client, address):
    policy = client.get(address)["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


# --- dashboard ---


def test_dashboard_shows_totals_and_the_month_before(page, stage):
    stage.days(
        ("2026-02-10", "Clicks", 40, ""),
        ("2026-03-10", "Clicks", 60, ""),
        ("2026-03-10", "NGR", "-1234.5", "EUR"),
    )
    stage.line(stage.component("Bounty"), "100")
    stage.line(stage.component("Dollar bounty", currency="USD"), "7.5")

    shown = page("/portal/")

    assert "1 Mar 2026 to 20 Mar 2026, against 1 Feb 2026 to 20 Feb 2026. As of 20 Mar 2026, 13:00 CET." in shown
    assert "Clicks 60 +50 % · 40 before" in shown
    assert "Net revenue (NGR) −1,234.50 EUR" in shown
    assert "Commission 100.00 EUR 7.50 USD nothing in all of February 2026" in shown


def test_dashboard_gives_the_chart_strings_and_the_same_figures_as_a_table(visitor, stage, user):
    stage.seat(user)
    stage.days(("2026-03-10", "NGR", "0.3", "EUR"))

    markup = visitor.get("/portal/").content.decode()
    chart = json.loads(re.search(r'<script id="course-figures" type="application/json">(.*?)</script>', markup)[1])

    revenue = next(metric for metric in chart["metrics"] if metric["name"] == "NGR")
    assert revenue["now"][9] == {"value": "0.3", "label": "0.30 EUR"}
    assert chart["days"][9] == "10 Mar"
    assert "10 Mar 2026 0 0 0 0.30 EUR" in text(markup)


def test_dashboard_without_anything_says_what_to_do_next(page):
    shown = page("/portal/")

    assert "Nothing has happened in this period yet" in shown
    assert "Get your links" in shown


@pytest.mark.parametrize("choice", ["2026-04", "never", "2026-13"])
def test_dashboard_of_no_period_does_not_exist(visitor, stage, user, choice):
    stage.seat(user)

    assert visitor.get(f"/portal/?period={choice}").status_code == 404


# --- commissions ---


def test_commissions_are_listed_by_component_and_line(page, stage):
    bounty = stage.component("Bounty")
    customer = stage.customer("12386a7c-0001")
    stage.line(bounty, "100", customer=customer)
    stage.line(bounty, "0", reason="over_cap", customer=stage.customer("12386a7c-0002"))
    stage.line(stage.component("Share", "revshare"), "-120", source_period="2026-02")

    shown = page("/portal/commissions/")

    assert "Bounty Plan in EUR version 1 2 0 100.00 EUR" in shown
    assert "Total in EUR −20.00 EUR" in shown
    assert "Provisional Adjusts February 2026 14 Apr 2026 −120.00 EUR" in shown
    assert "Over the cap 14 Apr 2026 0.00 EUR" in shown
    assert "12386a7c" not in shown


def test_commissions_can_be_narrowed_to_one_component(page, stage):
    bounty, share = stage.component("Bounty"), stage.component("Share", "revshare")
    stage.line(bounty, "100")
    stage.line(share, "55.55")

    shown = page(f"/portal/commissions/?component={share.pk}")

    assert shown.count(" 100.00 EUR") == 1  # in the sums only
    assert shown.count(" 55.55 EUR") == 2


def test_commissions_of_an_empty_month_say_what_to_do_next(page):
    assert "No commission in this month" in page("/portal/commissions/?period=2025-01")


@pytest.mark.parametrize("query", ["period=nonsense", "period=2026-13", "page=0", "page=2", "page=x"])
def test_commissions_of_no_month_or_page_do_not_exist(visitor, stage, user, query):
    stage.seat(user)
    stage.line(stage.component("Bounty"), "1")

    assert visitor.get(f"/portal/commissions/?{query}").status_code == 404


def test_line_tells_its_calculation(page, stage):
    working = working_to_json([note("netting", base=1780), note("rate", of=1780, rate="0.4", commission=712)])
    line = stage.line(stage.component("Share", "revshare"), "712", working=working)

    shown = page(f"/portal/commissions/{line.key}/")

    assert "712.00 EUR Share for March 2026, all your customers together" in shown
    assert "40 % of 1,780.00 EUR 712.00 EUR" in shown


def test_line_that_does_not_exist_is_not_found(visitor, stage, user):
    stage.seat(user)

    assert visitor.get(f"/portal/commissions/{'0' * 32}/").status_code == 404


# --- customers ---


def test_customers_are_pseudonyms_with_their_standing(page, stage):
    bounty = stage.component("Bounty")
    customer = stage.customer("12386a7c-0001")
    stage.did(customer, "2026-03-03", "FirstDeposits", "1", "")
    stage.stands(customer, bounty, "pending", ("net_deposits", 15, 20))

    listed, sheet = page("/portal/customers/"), page(address_of(customer))

    assert (
        "0001 2 Mar 2026 MT 3 Mar 2026 Not there yet First deposit is missing Net deposits 15.00 EUR of 20.00 EUR none"
        in listed
    )
    assert "First deposit not yet Net deposits 15.00 EUR of 20.00 EUR" in sheet
    assert not re.search(r"12386a7c|secret", listed + sheet)


def test_sums_that_are_awaited_are_money_unless_the_brand_counts_them(page, stage):
    with tenant(stage.brand.pk):
        Kpi.objects.create(brand=stage.brand, name="Tickets", unit="count")
    customer = stage.customer("12386a7c-0001")
    stage.stands(customer, stage.component("Bounty"), "pending", ("sum:GGR", 120, 500), ("sum:Tickets", 2, 5))

    for address in ("/portal/customers/", address_of(customer)):
        assert "GGR 120.00 EUR of 500.00 EUR Tickets 2 of 5" in page(address)


@pytest.mark.parametrize(
    ("state", "fields", "label", "said"),
    [
        ("pending", {"last_day": date(2026, 3, 20)}, "Not there yet", "There is time until 20 Mar 2026."),
        ("pending", {"last_day": date(2026, 3, 19)}, "Too late", "The last day to qualify was 19 Mar 2026."),
        ("excluded", {"reason": "duplicate"}, "Excluded", "Nothing is earned on this customer: duplicate account."),
        ("qualified", {"qualified_on": date(2026, 3, 5)}, "Qualified", "Qualified on 5 Mar 2026."),
        (
            "qualified",
            {"qualified_on": date(2026, 3, 5), "is_earning": False},
            "Qualified",
            "your programme did not earn on that day.",
        ),
    ],
)
def test_customer_is_told_apart_by_what_he_can_still_bring(page, stage, state, fields, label, said):
    customer = stage.customer("12386a7c-0001")
    stage.stands(customer, stage.component("Bounty"), state, **fields)

    standing = {"Not there yet": "pending", "Too late": "expired"}.get(label, label.lower())
    sheet, listed = page(address_of(customer)), page(f"/portal/customers/?standing={standing}")

    assert said in sheet
    assert "ending in 0001" in listed


def test_customers_can_be_narrowed_to_a_standing(page, stage):
    bounty = stage.component("Bounty")
    stage.stands(stage.customer("aaaa-aaaa-1111"), bounty, "qualified", qualified_on=date(2026, 3, 5))
    stage.stands(stage.customer("bbbb-bbbb-2222"), bounty, "pending")

    shown = page("/portal/customers/?standing=pending")

    assert ("2222" in shown, "1111" in shown) == (True, False)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("1111", ["1111"]),
        ("11", ["1111"]),
        ("••••1111", ["1111"]),
        ("aaaa-aaaa-1111", ["1111"]),
        ("ef", ["ef"]),
        ("abcdef", ["ef"]),
        ("xyzef", ["ef"]),
        ("cde", []),
        ("zzzz-1111", ["1111"]),
        ("spring", ["2222"]),
        ("3333", []),
        ("%", []),
    ],
)
def test_customers_are_looked_up_by_what_is_shown_of_their_id_or_by_campaign(visitor, stage, user, asked, found):
    stage.seat(user)
    stage.customer("aaaa-aaaa-1111")
    stage.customer("abcdef")
    by_campaign = stage.customer("bbbb-bbbb-2222")
    with tenant(stage.brand.pk):
        Attribution.objects.filter(customer=by_campaign).update(campaign=stage.campaign("cmp_1", "Spring sale"))

    markup = visitor.get("/portal/customers/", {"q": asked}).content.decode()

    assert re.findall(r"ending in </span>(\w+)", markup) == found


def test_somebody_who_is_not_found_leads_back_to_all(page, stage):
    stage.customer("aaaa-aaaa-1111")

    assert "Nobody is called like that" in page("/portal/customers/?q=9999")


def test_navigations_are_told_apart(visitor, stage, user):
    stage.seat(user)
    for number in range(26):
        stage.customer(f"customer-{number:04}")

    labels = re.findall(r'<nav[^>]* aria-label="([^"]+)"', visitor.get("/portal/customers/").content.decode())

    assert labels == ["Pages", "Pages of this list", "Pages"]  # the last stands in place of the first on a telephone


def test_customers_of_a_prop_firm_begin_with_a_purchase(visitor, build, user):
    stage = build(vertical="prop-trading")
    stage.seat(user)
    buyer = stage.customer("12386a7c-0001")
    stage.did(buyer, "2026-03-07", "ChallengePurchase", "99", "USD")
    stage.did(buyer, "2026-03-04", "ChallengePurchase", "-5", "USD")

    pages = [
        text(visitor.get(address).content.decode()) for address in ("/portal/customers/", address_of(buyer), "/portal/")
    ]

    assert "First purchase 7 Mar 2026" in pages[1]
    assert "0001 2 Mar 2026 MT 7 Mar 2026" in pages[0]
    assert ["First deposit" in shown for shown in pages] == [False, False, False]


def test_customers_without_a_registration_day_stand_last(visitor, stage, user):
    stage.seat(user)
    for key in ("dateless", "older", "newer"):
        stage.customer(key)
    with tenant(stage.brand.pk):
        Customer.objects.filter(key="dateless").update(registered_on=None)
        Customer.objects.filter(key="newer").update(registered_on=date(2026, 3, 9))

    listed = visitor.get("/portal/customers/").context["customers"]

    with tenant(stage.brand.pk):
        assert [row.registered_on for row in listed] == [date(2026, 3, 9), date(2026, 3, 2), None]


def test_customers_without_any_say_what_to_do_next(page):
    assert "No customers yet" in page("/portal/customers/")


def test_customer_without_activity_says_so(page, stage):
    assert "No activity yet" in page(address_of(stage.customer("12386a7c-0001")))


@pytest.mark.parametrize("reference", ["7", "x" * 22, "A" * 22])
def test_customer_behind_no_reference_does_not_exist(visitor, stage, user, reference):
    stage.seat(user)

    assert visitor.get(f"/portal/customers/{reference}/").status_code == 404


def test_list_of_customers_costs_as_much_for_many_as_for_one(visitor, stage, user, django_assert_max_num_queries):
    stage.seat(user)
    bounty = stage.component("Bounty")
    for number in range(25):
        customer = stage.customer(f"customer-{number:04}")
        stage.line(bounty, "1", customer=customer)
        stage.stands(customer, bounty, "qualified", qualified_on=date(2026, 3, 5))

    with django_assert_max_num_queries(30):
        visitor.get("/portal/customers/")
    with django_assert_max_num_queries(30):
        visitor.get("/portal/commissions/")


# --- links ---


def test_links_are_whole_addresses_with_their_counts(visitor, stage, user, settings):
    settings.BASE_URL = "https://partners.example"
    stage.seat(user)
    link = stage.link("spring", campaign=stage.campaign("cmp_1", "Spring"))
    stage.promo_code("SPRING25")
    stage.days(
        ("2026-02-10", "Clicks", 99, ""), ("2026-03-10", "Clicks", 60, ""), ("2026-03-10", "Registrations", 1, "")
    )
    with tenant(stage.brand.pk):
        AffiliateDay.objects.update(link=link)

    markup = visitor.get("/portal/links/").content.decode()

    assert 'value="https://partners.example/c/spring"' in markup
    assert 'data-copy="https://partners.example/c/spring"' in markup
    assert 'data-copy="SPRING25"' in markup
    assert "spring Spring 60 clicks · 1 registration · 0 first deposits" in text(markup)
    assert "Leads to https://luckyspin.example/welcome" in text(markup)


def test_links_that_take_nobody_anywhere_say_so(page, stage):
    stage.link("spring")
    stage.link("autumn", is_active=False)
    type(stage.brand).objects.filter(pk=stage.brand.pk).update(landing_url="")

    shown = page("/portal/links/")

    assert "spring Leads nowhere" in shown
    assert "The programme has no page to lead to yet" in shown
    assert "autumn Off" in shown
    assert "Visitors are told that there is no such page. Do not put it on your pages." in shown


def test_links_say_what_becomes_of_sub_ids_and_that_counts_are_by_link(page, stage):
    stage.link("spring")

    shown = page("/portal/links/")

    assert "They go with the visitor to the brand’s page and are kept with the click;" in shown
    assert "The counts above are by link" in shown


def test_promo_codes_say_when_they_count_and_go_when_they_are_over(page, stage):
    stage.promo_code("OVER", ends_on=date(2026, 3, 9))
    stage.promo_code("TODAY", starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))
    stage.promo_code("COMES", starts_on=date(2026, 4, 1))

    shown = page("/portal/links/")

    assert "OVER" not in shown
    assert "For registrations from 2026-03-01 through 2026-03-31" in shown
    assert "For registrations from 2026-04-01" in shown


def test_links_without_any_say_what_to_do_next(page):
    assert "You have no link yet" in page("/portal/links/")


# --- accounts ---


def test_login_leads_to_the_portal(client: Client, stage, user):
    stage.seat(user)

    answer = client.post("/accounts/login/", {"login": "partner@example.com", "password": "a long enough word"})

    assert (answer.status_code, answer["Location"]) == (302, "/portal/")


def test_login_leads_operators_who_are_nobodys_partner_to_their_own_pages(client: Client, user):
    User.objects.filter(pk=user.pk).update(is_staff=True)

    answer = client.post("/accounts/login/", {"login": "partner@example.com", "password": "a long enough word"})

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("address", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x/"])
def test_nobody_changes_the_address_he_is_known_by(client: Client, user, address):
    client.force_login(user)

    added = client.post(address, {"action_add": "", "email": "cfo@other.example"})
    taken = client.post(address, {"action_primary": "", "email": "cfo@other.example"})

    user.refresh_from_db()
    assert (added.status_code, taken.status_code, user.email) == (404, 404, "partner@example.com")


@pytest.mark.django_db
def test_nobody_opens_an_account_for_himself(client: Client):
    page = client.post("/accounts/signup/", {"email": "x@example.com", "password1": "p" * 12, "password2": "p" * 12})

    assert "Accounts are opened for you" in page.content.decode()


def test_reset_does_not_tell_whether_an_address_is_known(client: Client, user, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": "partner@example.com"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)

    assert text(known.content.decode()) == text(unknown.content.decode())
    assert "Look at your e-mail" in text(known.content.decode())
