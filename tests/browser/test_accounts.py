"""Pages that nobody designs last: what went wrong, and the second factor, in the light, in the dark and on a phone."""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import OperationalError

from affiliates.models import Affiliate
from brands.models import Brand, User
from portal.views import dashboard
from tests.browser.reader import DESK, PHONE, Reader
from tests.portal.stage import NOW, Stage
from track360.lib.tenancy import tenant

EMAIL, PASSWORD = "partner@example.com", "a long enough word"
APPEARANCES = [(viewport, scheme) for viewport in (DESK, PHONE) for scheme in ("light", "dark")]


@pytest.fixture
def reader(transactional_db, open_reader) -> Reader:
    """Somebody of an affiliate, signed in to his portal."""
    brand = Brand.objects.create(slug="luckyspin", name="Lucky Spin", vertical="igaming", created_at=NOW)
    with tenant(brand.pk):
        stage = Stage(brand, Affiliate.objects.create(brand=brand, code="aff_204", name="Casino Guide", created_at=NOW))
    stage.seat(User.objects.create_user(EMAIL, PASSWORD))
    opened = open_reader()
    opened.sign_in(EMAIL, PASSWORD)
    return opened


def flaws(reader: Reader) -> list[tuple[int, str, list[str], int]]:
    """Look at the page as it is in every appearance; return those in which something is wrong."""
    found = []
    for viewport, scheme in APPEARANCES:
        reader.page.set_viewport_size(viewport)
        reader.page.emulate_media(color_scheme=scheme)
        reader.page.evaluate("document.getAnimations().forEach(fade => fade.finish())")  # colours fade
        found.append((viewport["width"], scheme, reader.barriers(), reader.overflow()))
    reader.page.set_viewport_size(DESK)
    return [one for one in found if one[2:] != ([], 0)]


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.mark.parametrize(
    ("error", "address", "heading"),
    [
        (None, "/admin/", "This page is not open to you"),
        (None, "/portal/customers/nobody/", "There is no such page"),
        (ZeroDivisionError(), "/portal/", "Something broke on our side"),
        (OperationalError("the connection is closed"), "/portal/", "Back in a moment"),
    ],
    ids=["403", "404", "500", "503"],
)
def test_page_that_says_what_went_wrong_is_accessible_and_fits(reader, monkeypatch, error, address, heading):
    def break_down(**_):
        raise error

    if error is not None:
        monkeypatch.setattr(dashboard, "performance", break_down)

    reader.page.goto(address)

    assert reader.page.get_by_role("heading", name=heading).is_visible()
    assert flaws(reader) == []
    assert reader.elsewhere == []
    assert [said for said in reader.complaints if "Failed to load resource" not in said] == []


def test_second_factor_is_set_up_asked_for_and_turned_off(reader):
    page = reader.page
    seen = {}

    def look(name: str) -> None:
        seen[name] = flaws(reader)

    page.get_by_role("link", name="Second factor").first.click()
    look("nothing set up")
    page.get_by_role("link", name="Set up an app").click()
    look("password once more")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    look("scan")
    page.emulate_media(color_scheme="dark")
    ground = page.locator(".qr").evaluate("image => getComputedStyle(image).backgroundColor")
    page.get_by_label("Authenticator code").fill("nonsense")
    page.get_by_role("button", name="Turn on").click()
    look("wrong code")
    page.get_by_label("Authenticator code").fill(code_now(page.get_by_label("Secret").input_value()))
    page.get_by_role("button", name="Turn on").click()
    look("recovery codes")
    codes = page.get_by_label("10 of 10 can still be used").input_value().split()
    page.get_by_role("link", name="Back to the second factor").click()
    look("set up")
    page.get_by_role("link", name="Make new ones").click()
    look("new codes")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    look("asked for")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/portal/")
    page.goto("/accounts/2fa/totp/deactivate/")
    page.get_by_role("link", name="Use authenticator app or code instead").click()
    look("code once more")
    page.get_by_label("Code").fill(codes[1])
    page.get_by_role("button", name="Go on").click()
    look("turn off")
    page.get_by_role("button", name="Turn off").click()

    assert page.get_by_text("No app is set up.").is_visible()
    assert {name: wrong for name, wrong in seen.items() if wrong} == {}
    assert ground == "rgb(255, 255, 255)"
    assert len(codes) == 10
    assert (reader.complaints, reader.elsewhere) == ([], [])
