from datetime import timedelta

import pytest
from django.utils import timezone

from affiliates.models import Affiliate
from brands.models import Brand, User
from commissions.engine.lines import note
from commissions.engine.storing import working_to_json
from tests.browser.reader import DESK, PHONE
from tests.portal.stage import NOW, Stage
from track360.lib.tenancy import tenant

EMAIL, PASSWORD = "partner@example.com", "a long enough word"
PAGES = ["/portal/", "/portal/?period=12-months", "/portal/commissions/", "/portal/customers/", "/portal/links/"]
PUBLIC = ["/", "/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/nowhere/"]


@pytest.fixture
def affiliate(transactional_db) -> Stage:
    """An affiliate with a little of everything, in the present month."""
    brand = Brand.objects.create(
        slug="luckyspin",
        name="Lucky Spin",
        vertical="igaming",
        timezone="Europe/Malta",
        landing_url="https://luckyspin.example/welcome",
        created_at=NOW,
    )
    with tenant(brand.pk):
        stage = Stage(brand, Affiliate.objects.create(brand=brand, code="aff_204", name="Casino Guide", created_at=NOW))
    stage.seat(User.objects.create_user(EMAIL, PASSWORD))
    today = timezone.now().date()
    for ago in range(40):
        day = (today - timedelta(days=ago)).isoformat()
        stage.days((day, "Clicks", 50 + ago, ""), (day, "Registrations", 3, ""), (day, "NGR", "-12.5", "EUR"))
    customer = stage.customer("12386a7c-0001")
    stage.did(customer, today.isoformat(), "Deposit", "60")
    bounty = stage.component("Bounty")
    stage.stands(customer, bounty, "pending", ("net_deposits", 15, 20))
    working = [
        note("trigger", day=today, amount=60),
        note("qualified", day=today),
        note("amount", amount=100),
        note("rounding", exact=100, amount=100, currency="EUR"),
    ]
    stage.line(bounty, "100", customer=customer, period=f"{today:%Y-%m}", working=working_to_json(working))
    stage.link("spring")
    stage.promo_code("SPRING25")
    return stage


@pytest.fixture
def signed_in(affiliate, open_reader):
    def open_one(**options):
        reader = open_reader(**options)
        reader.sign_in(EMAIL, PASSWORD)
        return reader

    return open_one


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_is_accessible_fits_and_stays_at_home(signed_in, viewport, scheme):
    reader = signed_in(viewport=viewport, color_scheme=scheme)
    reader.page.goto("/portal/commissions/")
    line = reader.page.get_by_role("link", name="Why Bounty").get_attribute("href")
    reader.page.goto("/portal/customers/")
    customer = reader.page.get_by_role("link", name="ending in 0001").get_attribute("href")

    found = {}
    for address in [*PAGES, line, customer]:
        reader.page.goto(address)
        found[address] = (reader.barriers(), reader.overflow())

    assert found == {address: ([], 0) for address in [*PAGES, line, customer]}
    assert (reader.complaints, reader.elsewhere) == ([], [])


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.django_db(transaction=True)
def test_public_pages_are_accessible_fit_and_stay_at_home(open_reader, viewport):
    reader = open_reader(viewport=viewport)

    found = {}
    for address in PUBLIC:
        reader.page.goto(address)
        found[address] = (reader.barriers(), reader.overflow())

    assert found == {address: ([], 0) for address in PUBLIC}
    assert reader.elsewhere == []
    assert [said for said in reader.complaints if "404" not in said] == []  # a missing page is reported as such


def test_commission_is_explained_two_presses_from_the_dashboard(signed_in):
    page = signed_in().page

    page.get_by_role("link", name="Commissions", exact=True).first.click()
    page.get_by_role("link", name="Why Bounty").click()

    assert page.get_by_role("heading", level=1).inner_text() == "100.00 EUR"
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == ["What the plan says", "How the customer qualified", "The amount", "The records behind it"]


def test_copy_button_copies_the_whole_address(signed_in):
    reader = signed_in(permissions=["clipboard-read", "clipboard-write"])
    reader.page.goto("/portal/links/")
    address = reader.page.get_by_label("Address of spring").input_value()

    reader.page.get_by_role("button", name="Copy spring", exact=True).click()
    reader.page.get_by_text("Copied").wait_for()

    assert address.endswith("/c/spring")
    assert reader.page.evaluate("navigator.clipboard.readText()") == address


def test_theme_is_switched_remembered_and_followed_by_the_chart(signed_in):
    page = signed_in(color_scheme="light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    curve = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].borderColor"
    light = (page.evaluate(ground), page.evaluate(curve))

    page.get_by_role("button", name="Dark theme").first.click()
    dark = (page.evaluate(ground), page.evaluate(curve))
    page.reload()

    assert light == ("rgb(246, 245, 241)", "rgb(11, 110, 117)")
    assert dark == ("rgb(15, 19, 21)", "rgb(99, 197, 197)")
    assert (page.evaluate(ground), page.evaluate(curve)) == dark
    assert page.get_by_role("button", name="Dark theme").first.get_attribute("aria-pressed") == "true"


def test_chart_shows_the_metric_that_was_pressed(signed_in):
    page = signed_in().page
    label = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].label"
    before = page.evaluate(label)

    page.get_by_role("button", name="Net revenue (NGR)").click()

    assert (before, page.evaluate(label)) == ("Clicks", "Net revenue (NGR)")
    assert page.get_by_role("button", name="Net revenue (NGR)").get_attribute("aria-pressed") == "true"
    assert page.locator("canvas").get_attribute("aria-label").startswith("Net revenue (NGR) over time;")


def test_portal_can_be_used_by_keyboard_alone(affiliate, open_reader):
    page = open_reader().page
    focus = "document.activeElement.textContent.trim() || document.activeElement.name"
    page.goto("/accounts/login/")

    page.get_by_label("Email").focus()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")
    page.keyboard.press("Tab")
    first = page.evaluate(focus)
    page.keyboard.press("Enter")

    assert first == "Skip to content"
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate(focus) == "This month"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?period=last-month")


def test_customers_are_narrowed_without_leaving_the_page(signed_in):
    page = signed_in().page
    page.goto("/portal/customers/")
    page.evaluate("window.stayed = true")

    page.get_by_role("link", name="Excluded").click()
    page.get_by_text("Nobody here").wait_for()

    assert page.evaluate("window.stayed")
    assert page.url.endswith("?standing=excluded")
    assert page.get_by_role("link", name="Excluded").get_attribute("aria-current") == "true"


def test_signing_out_closes_the_portal(signed_in):
    page = signed_in().page

    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/portal/")

    assert "/accounts/login/" in page.url


def test_records_are_shown_without_leaving_the_line(signed_in):
    reader = signed_in()
    reader.page.goto("/portal/commissions/")
    reader.page.get_by_role("link", name="Why Bounty").click()
    line = reader.page.url

    reader.page.get_by_role("link", name="Show the records").click()
    reader.page.get_by_text("No record is behind it").wait_for()

    reader.page.wait_for_function("document.activeElement.id === 'records-head'")
    assert reader.page.url == line
    assert (reader.barriers(), reader.complaints) == ([], [])


def test_who_was_signed_out_meanwhile_signs_in_and_sees_the_records(signed_in):
    reader = signed_in()
    page = reader.page
    page.goto("/portal/commissions/")
    page.get_by_role("link", name="Why Bounty").click()
    reader.context.clear_cookies(name="sessionid")

    page.get_by_role("link", name="Show the records").click()
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/records/")

    assert page.get_by_text("No record is behind it").is_visible()
