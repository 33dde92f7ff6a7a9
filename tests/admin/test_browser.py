"""The operators' pages before a real browser: for everybody, on a phone, in the dark, by keyboard, under the policy."""

import pytest

from affiliates.models import Affiliate
from brands.models import User
from commissions.models import Component
from tests.admin import addresses
from tests.admin.house import House
from tests.browser.reader import DESK, PHONE
from track360.lib.tenancy import tenant


def sign_in(page) -> None:
    page.goto("/accounts/login/?next=/admin/")
    page.get_by_label("Email").fill("owner@luckyspin.example")
    page.get_by_label("Password").fill("a long enough word")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


@pytest.fixture
def signed_in(transactional_db, open_reader):
    house = House("luckyspin").furnish()
    house.operator("owner")

    def open_one(**options):
        reader = open_reader(**options)
        sign_in(reader.page)
        return reader, house

    return open_one


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk in the light", "phone in the dark"]
)
def test_every_page_is_accessible_fits_and_stays_at_home(signed_in, viewport, scheme):
    reader, house = signed_in(viewport=viewport, color_scheme=scheme)
    with tenant(house.brand.pk):
        pages = [
            "/admin/",
            "/admin/brands/",
            "/admin/ingestion/fxrate/missing/",
            "/admin/ingestion/kpi/fields/",
            *addresses.lists(),
            *addresses.objects(house.brand),
            *addresses.writing(house.brand),
        ]

    found = {}
    for page in pages:
        reader.page.goto(page)
        found[page] = (reader.barriers(), reader.overflow())

    assert {page: wrong for page, wrong in found.items() if wrong != ([], 0)} == {}
    assert (reader.complaints, reader.elsewhere) == ([], [])


def test_plan_is_written_row_by_row_and_read_back_while_one_writes(signed_in):
    reader, house = signed_in()
    page = reader.page
    page.goto("/admin/commissions/plan/add/")
    page.get_by_label("Name").fill("Starter")

    page.get_by_role("button", name="Add CPA").click()
    page.locator("[name=c-0-amount]").fill("120")
    page.get_by_role("button", name="Add condition or group").click()
    page.locator("[name=c-0-condition-0-measure]").select_option("net_deposits")
    page.locator("[name=c-0-condition-0-at_least]").fill("50")
    page.get_by_role("button", name="Add revenue share").click()
    page.locator("[name=c-1-rate]").fill("30")
    page.get_by_text("Pays once for each customer who makes his first deposit: 120 EUR.").wait_for()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/change/")

    with tenant(house.brand.pk):
        stored = Component.objects.filter(brand=house.brand, version__plan__name="Starter").order_by("position")
        assert list(stored.values_list("kind", "terms")) == [
            (
                "cpa",
                {
                    "trigger": "first_deposit",
                    "amount": "120",
                    "conditions": {"all": [{"measure": "net_deposits", "at_least": "50"}]},
                },
            ),
            ("revshare", {"base": stored[1].terms["base"], "rate": "0.3"}),
        ]
    assert (reader.complaints, reader.elsewhere) == ([], [])


def test_plan_survives_the_end_of_the_session_it_was_begun_in(signed_in):
    reader, house = signed_in()
    page = reader.page
    page.goto("/admin/commissions/plan/add/")
    page.get_by_label("Name").fill("Starter")
    page.get_by_role("button", name="Add CPA").click()

    reader.context.clear_cookies(name="sessionid")
    page.locator("[name=c-0-amount]").fill("120")
    page.get_by_text("You were signed out. Sign in in another tab, then go on.").wait_for()
    sign_in(reader.context.new_page())
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_text("Pays once for each customer who makes his first deposit: 120 EUR.").wait_for()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/change/")

    with tenant(house.brand.pk):
        (stored,) = Component.objects.filter(brand=house.brand, version__plan__name="Starter")
    assert stored.terms == {"trigger": "first_deposit", "amount": "120"}


def test_plan_that_is_written_says_so_when_another_tab_changes_the_brand(signed_in):
    reader, _ = signed_in()
    other = House("other").brand
    with tenant(other.pk):
        other.memberships.create(user=User.objects.get(email="owner@luckyspin.example"), role="owner")
    page, tab = reader.page, reader.context.new_page()
    page.goto("/admin/commissions/plan/add/")
    page.get_by_role("button", name="Add CPA").click()

    tab.goto("/admin/brands/")
    tab.get_by_role("button", name="Work in The other").click()
    page.locator("[name=c-0-amount]").fill("120")
    page.get_by_text("Change back to this one in another tab, then go on.").wait_for()
    tab.goto("/admin/brands/")
    tab.get_by_role("button", name="Work in The luckyspin").click()
    page.evaluate("window.dispatchEvent(new Event('focus'))")

    page.get_by_text("Pays once for each customer who makes his first deposit: 120 EUR.").wait_for()


def test_token_is_copied_with_its_button(signed_in):
    reader, _ = signed_in(permissions=["clipboard-read", "clipboard-write"])
    page = reader.page
    page.goto("/admin/brands/brandtoken/add/")
    page.get_by_label("Label").fill("Wallet")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("button", name="Copy x-api-key").click()
    page.get_by_text("Copied").wait_for()

    secret = page.get_by_label("x-api-key").input_value()
    assert secret.startswith("t360_")
    assert page.evaluate("navigator.clipboard.readText()") == secret


def test_what_the_clipboard_refuses_is_copied_by_hand(signed_in):
    reader, house = signed_in(permissions=["clipboard-read"])
    page = reader.page
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))")
    with tenant(house.brand.pk):
        affiliate = Affiliate.objects.get(brand=house.brand, code="1000")

    def copied(name: str) -> str:
        page.get_by_role("button", name=name).click()
        page.get_by_text("Press Ctrl+C").wait_for()
        page.keyboard.press("Control+c")
        return page.evaluate("navigator.clipboard.readText()")

    page.goto("/admin/brands/brandtoken/add/")
    page.get_by_label("Label").fill("Wallet")
    page.get_by_role("button", name="Save").click()
    secret = copied("Copy x-api-key")
    shown = page.get_by_label("x-api-key").input_value()
    page.goto(f"/admin/affiliates/affiliate/{affiliate.pk}/change/")

    assert secret == shown
    assert copied("/c/luckyspin-link").endswith("/c/luckyspin-link")
    assert reader.complaints == []


def test_menus_open_and_close_by_keyboard(signed_in):
    reader, _ = signed_in()
    page = reader.page
    page.goto("/admin/commissions/line/")
    period = page.locator("summary", has_text="Period: All")

    period.focus()
    page.keyboard.press("Enter")
    choice = page.locator(".filter").get_by_role("link", name="2026-02", exact=True)
    choice.wait_for()
    page.keyboard.press("Escape")

    assert choice.is_hidden()
    assert period.evaluate("summary => summary === document.activeElement")


def test_form_that_was_refused_is_read_first_and_leads_to_what_is_marked(signed_in):
    reader, _ = signed_in()
    page = reader.page
    page.goto("/admin/affiliates/affiliate/add/")

    page.get_by_role("button", name="Save").click()
    alert = page.evaluate("document.activeElement.getAttribute('role')")
    said = page.evaluate("document.activeElement.innerText")
    page.get_by_role("alert").get_by_role("link", name="Name").click()

    assert alert == "alert"
    assert "Code: This field is required." in said
    assert page.evaluate("document.activeElement.name") == "name"
    assert (reader.barriers(), reader.overflow()) == ([], 0)


def test_sign_in_that_was_refused_is_read_first(transactional_db, open_reader):
    reader = open_reader()
    reader.page.goto("/accounts/login/")
    reader.page.get_by_label("Email").fill("nobody@example.com")
    reader.page.get_by_label("Password").fill("nothing of the kind")

    reader.page.get_by_role("button", name="Sign in").click()
    reader.page.get_by_role("alert").wait_for()

    assert reader.page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_address_of_a_link_is_whole_on_a_phone_and_so_is_what_is_chosen_at_a_desk(signed_in):
    reader, house = signed_in(viewport=PHONE)
    page = reader.page
    page.goto("/admin/affiliates/trackinglink/")
    box = page.get_by_text("/c/luckyspin-link").bounding_box()

    page.set_viewport_size(DESK)
    page.goto(f"/admin/brands/brand/{house.brand.pk}/change/")
    cut = page.evaluate(
        """() => [...document.querySelectorAll("select")].filter(one => {
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = getComputedStyle(one).font;
          return pen.measureText(one.selectedOptions[0].text).width > one.clientWidth - 40;
        }).map(one => one.name)"""
    )

    assert (box["x"] >= 0, box["x"] + box["width"] <= PHONE["width"] - 16) == (True, True)
    assert cut == []
