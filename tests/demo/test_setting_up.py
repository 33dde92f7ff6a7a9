import json
import stat
from datetime import date, timedelta
from decimal import Decimal

from affiliates.queries import seats_of
from brands.authentication import authenticated
from brands.models import Brand, BrandToken, Membership, User
from commissions.configuration import compare, export, read
from commissions.configuration.section import Scene
from ingestion.models import FxRate
from sandbox import demo
from track360.lib.tenancy import tenant

from .conftest import NOW

BASE = "http://127.0.0.1:8000"


def test_the_file_says_what_a_newcomer_needs_and_only_its_owner_reads_it(brands, state):
    content = json.loads(state.read_text())

    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert set(content) == {"base_url", "brands", "operator", "affiliate"}
    assert [(brand["slug"], brand["vertical"]) for brand in content["brands"]] == [
        ("lucky-spin", "igaming"),
        ("meridian-markets", "forex"),
    ]
    assert {tuple(brand) for brand in content["brands"]} == {
        ("slug", "vertical", "token", "client_id", "client_secret")
    }
    assert content["base_url"] == BASE
    for brand in content["brands"]:
        assert authenticated(brand["token"], now=NOW).brand.slug == brand["slug"]


def test_the_operator_owns_both_brands_and_the_affiliate_has_a_seat(brands, state, client):
    content = json.loads(state.read_text())

    operator = User.objects.get(email=content["operator"]["email"])
    assert sorted(Membership.objects.filter(user=operator).values_list("brand__slug", "role")) == [
        ("lucky-spin", "owner"),
        ("meridian-markets", "owner"),
    ]
    assert operator.is_superuser, "may add a brand"
    affiliate = User.objects.get(email=content["affiliate"]["email"])
    assert not affiliate.is_superuser
    assert [(seat.brand.slug, seat.affiliate.code) for seat in seats_of(user=affiliate)] == [("lucky-spin", "1000")]
    assert client.login(username=content["operator"]["email"], password=content["operator"]["password"])
    assert client.login(username=content["affiliate"]["email"], password=content["affiliate"]["password"])


def test_setting_up_again_keeps_everything(brands, state):
    before = state.read_text()

    demo.set_up(state=state, base_url=BASE, now=NOW + timedelta(days=1))

    assert state.read_text() == before
    assert (Brand.objects.count(), BrandToken.objects.count(), User.objects.count()) == (2, 2, 2)


def test_without_the_file_credentials_are_made_anew_for_the_same_brands(brands, state):
    before = json.loads(state.read_text())
    state.unlink()

    demo.set_up(state=state, base_url=BASE, now=NOW)

    after = json.loads(state.read_text())
    assert (Brand.objects.count(), User.objects.count()) == (2, 2)
    assert after["brands"][0]["token"] != before["brands"][0]["token"]
    assert authenticated(after["brands"][0]["token"], now=NOW).brand.slug == "lucky-spin"


def test_a_broken_file_is_replaced(brands, state):
    state.write_text('{"brands": [')

    demo.set_up(state=state, base_url=BASE, now=NOW)

    assert json.loads(state.read_text())["base_url"] == BASE


def test_the_documents_say_all_there_is(brands):
    for each in brands:
        document = read((demo.DOCUMENTS / f"{each.brand.slug}.yaml").read_text())
        with tenant(each.brand.id):
            assert compare(present=export(Scene(each.brand, "test", NOW)), wanted=document) == []


def test_rates_are_made_up_only_for_working_days_without_any(brands):
    brand = brands[0].brand

    entered = demo.fill_rates(brand=brand, now=NOW + timedelta(days=5))

    with tenant(brand.id):
        made_up = FxRate.objects.filter(brand=brand, source="demo")
        dollars = list(made_up.filter(quote="USD").order_by("day").values_list("day", "rate"))
        assert [day for day, _ in dollars] == [date(2026, 3, day) for day in (18, 19, 20, 23)]
        assert all(abs(rate - Decimal("1.16")) < Decimal("0.02") for _, rate in dollars)
        assert entered == made_up.count() == 4 * 6
    assert demo.fill_rates(brand=brand, now=NOW + timedelta(days=5)) == 0
