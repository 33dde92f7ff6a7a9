"""What the front page and the page of all brands say about a brand."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from affiliates import services as affiliates
from commissions import services as commissions
from ingestion import services as ingestion
from ingestion.dialects import push
from ingestion.models import Customer, Delivery
from tests.admin.house import NOW, House, activity
from track360.lib.tenancy import operators, tenant
from track360.overview import BrandRow, brand_rows, overview


def side_by_side(*houses: House, now: datetime = NOW) -> list[BrandRow]:
    brands = [house.brand for house in houses]
    with operators([brand.pk for brand in brands]):
        return brand_rows(brands=brands, now=now)


@pytest.mark.parametrize(
    ("now", "registrations", "earned"),
    [
        (datetime(2026, 1, 31, 20, tzinfo=UTC), [0, 2], [False, True]),
        (datetime(2026, 2, 28, 20, tzinfo=UTC), [2, 0], [True, True]),
        (datetime(2026, 3, 31, 20, tzinfo=UTC), [0, 0], [True, False]),
    ],
)
def test_each_brand_is_summed_over_its_own_month(house, now, registrations, earned):
    far_east = House("second").furnish()
    house.brand.timezone, far_east.brand.timezone = "America/New_York", "Asia/Tokyo"

    rows = side_by_side(house, far_east, now=now)

    assert [row.registrations for row in rows] == registrations
    assert [bool(row.earned) for row in rows] == earned


def test_what_waits_is_the_same_on_both_pages(house):
    with tenant(house.brand.pk):
        customer = Customer.objects.get(brand=house.brand, key="c1")
        commissions.exclude_customer(customer=customer, reason="fraud", from_day=date(2026, 3, 1), by="test", now=NOW)
    house.send(push.ACTIVITIES, activity("Deposit", "d2", "c1", "250.00", "2026-03-03 10:00"))

    (row,) = side_by_side(house)
    with tenant(house.brand.pk):
        one = overview(brand=house.brand, today=NOW.date(), now=NOW)

    assert (row.waiting, one.waiting) == (2, 2)


def test_a_change_of_configuration_is_nothing_that_was_received_on_either_page(house):
    later = NOW + timedelta(hours=1)
    with tenant(house.brand.pk):
        ingestion.save_alias(
            brand=house.brand, kind="events", alias="initial_fund", target="Deposit", by="test", now=later
        )
        one = overview(brand=house.brand, today=NOW.date(), now=later)
        assert Delivery.objects.filter(brand=house.brand, received_at=later).exists()

    rows = side_by_side(house, House("second"), now=later)

    assert (one.last_received_at, [row.last_received_at for row in rows]) == (NOW, [NOW, None])


def test_customers_whom_the_brand_has_not_reported_are_told_of_until_it_does(house, owner):
    house.drain()

    def told() -> tuple[int, int]:
        front = owner.get("/admin/")
        closing = owner.get("/admin/commissions/closedperiod/2026-03/close/")
        assert "/admin/ingestion/customer/?owner=awaited" in front.content.decode()
        return front.context["now"].unreported, closing.context["waiting"].unreported

    before = told()
    text = owner.get("/admin/commissions/closedperiod/2026-03/close/").content.decode()
    house.send(push.CUSTOMERS, {"customerId": "ghost", "regtime": "2026-03-01 10:00"})
    house.drain()

    assert (before, told()) == ((1, 1), (0, 0))
    assert "1 customer not reported yet</a> earns nothing until the brand reports him" in text


def test_brand_is_ready_when_somebody_has_a_link_and_earns_something(bare, at_desk):
    browser = at_desk(bare.operator("owner"))

    def done() -> list[str]:
        text = browser.get("/admin/").content.decode()
        return re.findall(r'<li class="check-(done|open)">', text)

    empty = browser.get("/admin/").content.decode()
    affiliate, plan = bare.affiliate(), bare.plan_without_profile()
    begun = (done(), browser.get("/admin/").content.decode())
    with tenant(bare.brand.pk):
        affiliates.create_link(affiliate=affiliate, by="test", now=NOW)
        commissions.create_deal(affiliate=affiliate, plan=plan, starts_on=date(2026, 1, 1), by="test", now=NOW)

    assert "Check with the brand" not in empty
    assert begun[0] == ["open", "open", "open", "open"]
    assert ("Give him a link" in begun[1], "Make a deal" in begun[1]) == (True, True)
    assert done() == ["open", "done", "done", "open"]
