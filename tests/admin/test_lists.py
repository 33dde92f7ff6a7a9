"""Lists open with a number of queries that does not grow with their rows, and find what is looked for."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from affiliates import services as affiliates
from affiliates.models import Affiliate, Campaign, TrackingLink
from brands import services as brands
from commissions.models import Line
from ingestion.dialects import push
from tests.admin import addresses
from tests.admin.house import NOW, House, activity, posted
from track360.lib.tenancy import tenant


def crowd(house: House, count: int = 25) -> None:
    """Let there be many rows of what there was one of."""
    brand = house.brand
    with tenant(brand.pk):
        affiliate = Affiliate.objects.get(brand=brand, code="1000")
        campaign = Campaign.objects.get(brand=brand, code="2001")
        for number in range(count):
            mark = f"{number:03d}"
            partner = affiliates.create_affiliate(brand=brand, code=f"a{mark}", name=mark, by="test", now=NOW)
            affiliates.create_campaign(affiliate=partner, code=f"k{mark}", by="test", now=NOW)
            affiliates.create_link(affiliate=affiliate, campaign=campaign, code=f"l{mark}", by="test", now=NOW)
            affiliates.create_promo_code(affiliate=affiliate, code=f"P{mark}", by="test", now=NOW)
            brands.issue_token(brand=brand, by="test", now=NOW, label=mark)
            brands.create_client(brand=brand, by="test", now=NOW, name=mark)
    for number in range(count):
        mark = f"{number:03d}"
        house.send(
            push.CUSTOMERS, {"customerId": f"m{mark}", "regtime": "2026-03-01 10:00", "tracking_data": "x_1000_y"}
        )
        house.send(push.ACTIVITIES, activity("Deposit", f"m{mark}", f"m{mark}", "20", "2026-03-02 10:00"))
    house.drain()


def queries_of(browser, page: str) -> int:
    browser.get(page)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(page).status_code == 200
    return len(captured)


def test_lists_ask_as_often_for_many_rows_as_for_one(house, owner):
    pages = ["/admin/", "/admin/brands/", *addresses.lists()]
    few = {page: queries_of(owner, page) for page in pages}

    crowd(house)

    many = {page: queries_of(owner, page) for page in pages}
    assert {page: count for page, count in many.items() if count > few[page] + 1} == {}
    assert {page: count for page, count in many.items() if count > 40} == {}


def test_pages_of_objects_ask_as_often_for_many_rows_as_for_few(house, owner):
    with tenant(house.brand.pk):
        pages = list(addresses.objects(house.brand))
    few = {page: queries_of(owner, page) for page in pages if not page.endswith("/brand/")}

    crowd(house)

    many = {page: queries_of(owner, page) for page in few}
    assert {page: (few[page], count) for page, count in many.items() if count > few[page] + 2} == {}


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("/admin/ingestion/customer/?q=c1", ["c1"]),
        ("/admin/ingestion/customer/?q=c", ["c2", "c1"]),
        ("/admin/ingestion/customer/?owner=nobody", ["c2"]),
        ("/admin/ingestion/customer/?owner=awaited", ["ghost"]),
        ("/admin/ingestion/customer/?affiliate=1000", ["c1"]),
        ("/admin/ingestion/customer/?affiliate=1001", []),
        ("/admin/affiliates/affiliate/?status=active", ["Name of 1000 (1000)", "Name of 1001 (1001)"]),
        ("/admin/affiliates/affiliate/?status=blocked", []),
        ("/admin/affiliates/affiliate/?q=1001", ["Name of 1001 (1001)"]),
        ("/admin/brands/brandtoken/?q=", None),
        ("/admin/commissions/deal/?when=over", []),
        ("/admin/commissions/exclusion/?state=lifted", []),
        ("/admin/commissions/exclusion/?q=c2", None),
    ],
)
def test_list_finds(house, owner, page, found):
    rows = [str(row) for row in owner.get(page).context["cl"].result_list]

    assert rows == found if found is not None else len(rows) == 1


@pytest.mark.parametrize("order", ["", "?o=-4", "?o=-5"])
def test_customers_begin_with_the_newest_and_end_with_those_who_are_not_reported_yet(house, owner, order):
    house.send(push.CUSTOMERS, {"customerId": "dateless"})
    house.send(push.ACTIVITIES, activity("Deposit", "p4", "spirit", "10.00", "2026-03-05 10:00"))

    page = owner.get(f"/admin/ingestion/customer/{order}")

    assert [str(row) for row in page.context["cl"].result_list][-2:] == ["spirit", "ghost"]
    if not order:
        assert [str(row) for row in page.context["cl"].result_list][:3] == ["c2", "c1", "dateless"]


def test_deliveries_are_found_by_id_age_and_outcome(house, owner):
    everything = owner.get("/admin/ingestion/delivery/").context["cl"].result_list
    rejected = owner.get("/admin/ingestion/delivery/?outcome=rejected&received=1").context["cl"].result_list
    named = owner.get(f"/admin/ingestion/delivery/?q={rejected[0].uid.lower()}").context["cl"].result_list

    assert (len(everything), len(rejected), list(named)) == (2, 1, list(rejected))


def test_empty_list_says_what_to_do_next(bare, at_desk):
    browser = at_desk(bare.operator("owner"))

    with tenant(bare.brand.pk):
        assert not Line.objects.filter(brand=bare.brand).exists()
    texts = {page: browser.get(page).content.decode() for page in addresses.lists()}

    empty = [page for page, text in texts.items() if 'class="empty"' in text]
    assert len(empty) == len(texts) - 3  # operators, the audit log and periods are never empty


def test_long_list_counts_no_further_than_anybody_leafs(house, owner, monkeypatch):
    monkeypatch.setattr("brands.desk.base.COUNTED_AT_MOST", 1)

    answer = owner.get("/admin/affiliates/affiliate/")

    assert answer.context["cl"].result_count == 2


FILTERED = "/admin/affiliates/trackinglink/?state=works&q=lucky"


def hrefs(answer) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', answer.content.decode())]


def test_filtered_list_is_found_again_from_its_objects(house, owner):
    page = next(href for href in hrefs(owner.get(FILTERED)) if "/change/?" in href)

    shown = owner.get(page)
    stored = owner.post(page, posted(house.brand, landing_url="", is_active="on"))

    assert FILTERED in hrefs(shown)
    assert stored.url == FILTERED


def test_filtered_list_is_found_again_from_what_is_done_with_its_objects(house, owner):
    filtered = "/admin/affiliates/affiliate/?status=active"
    page = next(href for href in hrefs(owner.get(filtered)) if "/change/?" in href)
    step = next(href for href in hrefs(owner.get(page)) if "/rename/" in href)

    shown = owner.get(step)
    stored = owner.post(step, posted(house.brand, name="Anew", email=""))

    assert {filtered, page} <= set(hrefs(shown))
    assert stored.url == page


def test_new_object_is_given_up_for_the_filtered_list_and_shown_in_the_whole_one(house, owner):
    page = next(href for href in hrefs(owner.get(FILTERED)) if href.startswith("add/"))

    shown = owner.get(f"/admin/affiliates/trackinglink/{page}")
    stored = owner.post(f"/admin/affiliates/trackinglink/{page}", posted(house.brand, affiliate="1000", code="other"))

    assert FILTERED in hrefs(shown)
    assert stored.url == "/admin/affiliates/trackinglink/"


def test_filters_that_nobody_set_lead_nowhere_else(house, owner):
    with tenant(house.brand.pk):
        link = TrackingLink.objects.get(brand=house.brand)

    page = f"/admin/affiliates/trackinglink/{link.pk}/change/?_changelist_filters=a%0d%0aSet-Cookie:x=1"
    stored = owner.post(page, posted(house.brand, landing_url="", is_active="on"))

    assert stored.url == "/admin/affiliates/trackinglink/?a%0D%0ASet-Cookie%3Ax=1"
