"""Sums counted anew equal those that the follow-ups have added up, whatever still waits."""

import threading

from django.db import connection

from attribution.models import AffiliateDay, CustomerDay, Touched
from attribution.services import rebuild_sums, record_clicks
from attribution.services.clicks import Visit
from brands.services import change_settings
from tests.attribution.conftest import NOW


def deposit(event_id, value, **fields):
    return {
        "eventname": "Deposit",
        "eventid": event_id,
        "customerid": "c1",
        "createtime": "2026-03-05",
        "Value": value,
        "Currency": "EUR",
    } | fields


def rebuilt(world):
    with world.open():
        rebuild_sums(brand=world.brand)
    return world.customer_days(), world.affiliate_days()


def history(world):
    world.customers({"customerId": "c1", "regtime": "2026-03-01", "affiliate_id": "1000"}, {"customerId": "c2"})
    world.activities(deposit("d1", "10"), deposit("d2", "20"), deposit("d3", "5", status="reversed"))
    world.activities(deposit("d1", "11"), deposit("x1", "7", customerid="c2"))
    world.drain()


def test_rebuilding_changes_nothing(world, partners):
    history(world)
    link = world.link(partners.anna, "spring")
    visit = Visit(world.brand.id, partners.anna.id, None, link.id, "t1", world.clock, ("", "", "", "", ""))
    with world.open():
        record_clicks(brand_id=world.brand.id, visits=[visit])
    before = world.customer_days(), world.affiliate_days()

    assert rebuilt(world) == before
    assert any(day[3] == "Clicks" for day in before[1])


def test_rebuilding_counts_clicks_on_the_brands_day(world, partners):
    with world.open():
        change_settings(brand=world.brand, changes={"timezone": "Asia/Tokyo"}, records_exist=False, by="test", now=NOW)
    link = world.link(partners.anna, "spring")
    evening = NOW.replace(hour=22)
    with world.open():
        visit = Visit(world.brand.id, partners.anna.id, None, link.id, "t1", evening, ("", "", "", "", ""))
        record_clicks(brand_id=world.brand.id, visits=[visit])

    _, affiliate_days = rebuilt(world)

    assert [(day[2], day[3]) for day in affiliate_days] == [("2026-03-21", "Clicks")]


def test_rebuilding_waits_for_clicks_that_are_being_written(world, partners):
    link = world.link(partners.anna, "spring")
    visit = Visit(world.brand.id, partners.anna.id, None, link.id, "t1", world.clock, ("", "", "", "", ""))

    def rebuild():
        rebuilt(world)
        connection.close()

    thread = threading.Thread(target=rebuild)
    with world.open():
        record_clicks(brand_id=world.brand.id, visits=[visit])
        thread.start()
        thread.join(1)
        waits = thread.is_alive()
    thread.join()

    assert waits
    assert [day[3:] for day in world.affiliate_days()] == [("Clicks", "", "1", 1)]
    assert world.differences() == []


def test_rebuilding_repairs_what_is_wrong(world, partners):
    history(world)
    before = world.customer_days(), world.affiliate_days()
    with world.open():
        CustomerDay.objects.filter(kpi="Deposit").update(amount=1)
        AffiliateDay.objects.all().delete()

    assert rebuilt(world) == before
    with world.open():
        assert Touched.objects.filter(customer=None).count() == 2


def test_what_waits_is_added_once_by_its_follow_up(world, partners):
    history(world)
    before = world.customer_days(), world.affiliate_days()
    world.activities(deposit("d1", "100"), deposit("d2", "20"), deposit("d9", "1"))
    world.activities(deposit("d1", "101"), deposit("d3", "5"))

    assert rebuilt(world) == before

    world.drain()
    assert world.differences() == []
    assert rebuilt(world) == (world.customer_days(), world.affiliate_days())
