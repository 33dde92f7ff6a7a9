"""The sums by day equal a fresh count, whatever was sent in whatever order, by whomever it was followed up."""

import itertools
import threading
from contextlib import suppress
from datetime import date, timedelta

from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affiliates import services as affiliates
from attribution import tasks
from attribution.models import CustomerDay, Touched
from attribution.services import AlreadyHis, TransferRefused, lock_sums, resolve_again, transfer
from ingestion.models import Activity, Outbox
from ingestion.services import configuration
from tests.attribution.conftest import NOW, World, day_of, deposit, registered
from track360.lib.tenancy import tenant

customers = st.sampled_from(["c1", "c2", "c3"])
days = st.sampled_from(["2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12"])
evidence = st.sampled_from(
    [{}, {"affiliate_id": "1000"}, {"affiliate_id": "organic"}, {"promo_code": "late"}, {"tracking_data": "7_42_x"}]
)
statuses = st.sampled_from([{}, {"status": "approved"}, {"status": "reversed"}, {"status": "pending"}])
deposits = st.builds(
    lambda customer, event, value, day, status: deposit(customer, event, value, day, **status),
    customers, st.sampled_from(["e1", "e2", "e3"]), st.sampled_from(["0", "10", "25.5"]), days, statuses,
)  # fmt: skip
dailies = st.builds(
    lambda customer, day, kpis: day_of(customer, day, **kpis),
    customers, days, st.sampled_from([{"GGR": "5"}, {"GGR": "-3", "Games": 2}, {"NGR": "1", "product": "slots"}]),
)  # fmt: skip
reports = st.builds(
    lambda customer, day, said: registered(customer, day, **said), customers, days, evidence
) | st.builds(lambda customer, said: {"customerId": customer, **said}, customers, evidence)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("customers"), st.lists(reports, min_size=1, max_size=3)),
        st.tuples(st.just("activities"), st.lists(deposits | dailies, min_size=1, max_size=4)),
        st.tuples(st.just("drain"), st.none()),
        st.tuples(st.just("grow"), st.none()),
        st.tuples(st.just("transfer"), st.tuples(customers, st.sampled_from(["1000", "42"]), st.none() | days)),
    ),
    max_size=12,
)
numbers = itertools.count()


def grow(world: World) -> None:
    with world.open(), suppress(affiliates.CodeTaken):
        affiliates.create_promo_code(affiliate=world.partners["42"], code="LATE", by="test", now=NOW)
    resolve_again(brand_id=world.brand.id, now=NOW)


def hand_over(world: World, customer: str, to: str, day: str | None) -> None:
    with suppress(AlreadyHis, TransferRefused, world.no_customer), world.open():
        transfer(
            brand=world.brand,
            customer=world.customer(customer),
            to=world.partners[to],
            from_day=None if day is None else date.fromisoformat(day),
            by="test",
            reason="agreed",
            now=NOW,
        )


def fresh_world() -> World:
    world = World(f"brand{next(numbers)}")
    world.partners = {code: world.affiliate(code) for code in ("1000", "42")}
    world.no_customer = Activity.customer.field.related_model.DoesNotExist
    return world


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_sums_equal_a_fresh_count_after_any_history(transactional_db, steps):
    world = fresh_world()
    settled: dict[str, list[tuple]] = {}
    for step, argument in [*steps, ("drain", None), ("grow", None)]:
        match step:
            case "customers" | "activities":
                getattr(world, step)(*argument)
            case "drain":
                world.drain()
            case "grow":
                grow(world)
            case "transfer":
                hand_over(world, *argument)
                settled = world.owners()
        owners = world.owners()
        assert {customer: owners[customer] for customer in settled} == settled  # only a person moves a customer
        settled = owners

    assert world.differences() == []
    with world.open():
        assert not Outbox.objects.filter(brand=world.brand).exists()
        assert not CustomerDay.objects.filter(records=0).exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), batches=st.lists(st.lists(deposits | dailies, min_size=1, max_size=4), max_size=5))
def test_when_deliveries_are_followed_up_makes_no_difference(transactional_db, data, batches):
    at_once, one_by_one = fresh_world(), fresh_world()
    for world in (at_once, one_by_one):
        world.customers(registered("c1", affiliate_id="1000"), registered("c2"))
    for batch in batches:
        for world in (at_once, one_by_one):
            world.activities(*batch)
        one_by_one.drain()

    at_once.drain()
    one_by_one.drain()

    assert at_once.customer_days() == one_by_one.customer_days()
    assert at_once.affiliate_days() == one_by_one.affiliate_days()


def test_following_up_twice_at_once_counts_once(world, partners):
    world.customers(registered("c1", affiliate_id="1000"), registered("c2"))
    for number in range(8):
        world.activities(deposit("c1", f"a{number}"), deposit("c2", f"b{number}", "7"))
    barrier, failures = threading.Barrier(4), []

    def work() -> None:
        try:
            barrier.wait()
            tasks.follow_up(brand=world.brand.id)
        except DatabaseError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert ("c1", "2026-03-11", "Deposit", "", "EUR", "4E+2", 8, 8) in world.customer_days()
    assert world.differences() == []


def test_records_that_arrive_while_others_are_followed_up_are_counted(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    ended = threading.Event()

    def follow() -> None:
        while not ended.is_set():
            tasks.sweep()
        connection.close()

    follower = threading.Thread(target=follow)
    follower.start()
    for number in range(30):
        world.activities(deposit("c1", f"e{number % 7}", str(number)), day_of("c1", "2026-03-12", GGR=str(number)))
    ended.set()
    follower.join()
    tasks.sweep()

    assert Outbox.objects.count() == 0
    assert world.differences() == []


def test_the_sweep_finds_what_a_lost_message_left(world, partners):
    world.customers(registered("c1", promo_code="late"))
    world.drain()
    with world.open():
        affiliates.create_promo_code(affiliate=partners.ben, code="late", by="test", now=NOW)
    world.activities(deposit("c1", "e1"))

    tasks.sweep(unknown="argument")
    tasks.sweep()

    assert world.owners() == {"c1": [(None, "42", None, "promo_code")]}
    assert world.differences() == []


def test_a_replay_changes_no_sum(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    world.activities(deposit("c1", "e1"), deposit("c1", "e1"))
    world.drain()
    before = world.customer_days(), world.affiliate_days()

    world.activities(deposit("c1", "e1"), deposit("c1", "e1"))

    assert world.drain().deliveries == 0
    assert (world.customer_days(), world.affiliate_days()) == before


def test_a_reversed_first_deposit_gives_way_to_the_next(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    world.activities(deposit("c1", "e1", day="2026-03-11"), deposit("c1", "e2", day="2026-03-14"))
    world.drain()
    world.activities(deposit("c1", "e1", day="2026-03-11", status="reversed"))
    world.drain()

    assert [row[:3] for row in world.customer_days() if row[2] != "Registrations"] == [
        ("c1", "2026-03-14", "Deposit"),
        ("c1", "2026-03-14", "FirstDeposits"),
    ]
    assert world.differences() == []


def test_what_changes_marks_the_owner_from_its_day(world, partners):
    world.customers(registered("c1", "2026-03-10", affiliate_id="1000"), registered("c2"))
    world.activities(deposit("c1", "e1", day="2026-03-12"), deposit("c2", "e2"))
    world.drain()
    with world.open():
        touched = Touched.objects.values_list("affiliate__code", "customer__key", "from_day")
        assert min(touched, key=lambda row: row[2]) == ("1000", "c1", date(2026, 3, 10))
        assert {row[:2] for row in touched} == {("1000", "c1")}
        Touched.objects.all().delete()

    world.activities(deposit("c1", "e3", day="2026-03-15"))
    world.drain()

    with world.open():
        assert list(Touched.objects.values_list("affiliate__code", "customer__key", "from_day")) == [
            ("1000", "c1", date(2026, 3, 15))
        ]


def test_a_status_change_marks_the_affiliate(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    world.activities(deposit("c1", "e1"))
    world.drain()
    resolve_again(brand_id=world.brand.id, now=NOW)
    with world.open():
        Touched.objects.all().delete()
        affiliates.set_status(affiliate=partners.anna, status="blocked", from_day=date(2026, 3, 11), by="test", now=NOW)

    tasks.sweep()

    with world.open():
        assert ("1000", None) in set(Touched.objects.values_list("affiliate__code", "customer"))


def test_a_status_change_that_was_asked_for_before_others_were_dealt_with_is_not_forgotten(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    world.drain()
    later = NOW + timedelta(days=1)
    resolve_again(brand_id=world.brand.id, now=later)
    asked = later - timedelta(seconds=30)  # and only now committed
    with world.open():
        Touched.objects.all().delete()
        affiliates.set_status(
            affiliate=partners.anna, status="blocked", from_day=date(2026, 3, 15), by="test", now=asked
        )

    resolve_again(brand_id=world.brand.id, now=later + timedelta(seconds=1))

    with world.open():
        assert list(Touched.objects.values_list("affiliate__code", "from_day")) == [("1000", date(2026, 3, 15))]


def test_one_brands_follow_up_leaves_another_alone(world, partners):
    other = World("forexco")
    other.affiliate("1000")
    for each in (world, other):
        each.customers(registered("c1", affiliate_id="1000"))
        each.activities(deposit("c1", "e1"))

    world.drain()

    assert other.customer_days() == []
    assert Outbox.objects.filter(brand=other.brand).count() == 2
    with tenant(world.brand.id):
        assert not CustomerDay.objects.filter(brand=other.brand).exists()


def test_a_wrong_sum_is_found(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    world.activities(deposit("c1", "e1"))
    world.drain()
    with world.open():
        CustomerDay.objects.filter(kpi="Deposit").update(amount=51)

    (difference,) = world.differences()

    assert difference.table == "CustomerDay"
    assert (difference.stored, difference.counted) == (
        "51.00000000 in 1 records, 1 above 0",
        "50.00000000 in 1 records, 1 above 0",
    )


def test_a_long_queue_is_followed_up_in_steps(world, partners, monkeypatch):
    monkeypatch.setattr("attribution.services.following.RECORDS_A_RUN", 3)
    world.customers(registered("c1", affiliate_id="1000"))
    for number in range(5):
        world.activities(deposit("c1", f"a{number}"), deposit("c1", f"b{number}"))

    followed = world.drain()

    assert (followed.deliveries, followed.records) == (6, 11)
    assert world.differences() == []


def test_a_record_that_was_replaced_before_its_delivery_is_followed_up_is_summed_once(world, partners, monkeypatch):
    monkeypatch.setattr("attribution.services.following.DELIVERIES_A_RUN", 1)
    world.customers(registered("c1", affiliate_id="1000"))
    world.activities(deposit("c1", "e1", "10"))
    world.activities(deposit("c1", "e1", "20"))

    world.drain()

    assert ("c1", "2026-03-11", "Deposit", "", "EUR", "2E+1", 1, 1) in world.customer_days()
    assert world.differences() == []


def test_a_kpi_that_turns_out_to_be_a_count_is_summed_as_one(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    with world.open():
        configuration.save_kpi(brand=world.brand, name="Tickets", unit="money", by="test", now=NOW)
    world.activities(day_of("c1", "2026-03-11", Tickets="3"), deposit("c1", "e1"))
    world.drain()
    assert ("c1", "2026-03-11", "Tickets", "", "EUR", "3", 1, 1) in world.customer_days()

    with world.open():
        configuration.save_kpi(brand=world.brand, name="Tickets", unit="count", by="test", now=NOW)
    world.activities(day_of("c1", "2026-03-11", Tickets="4"))
    world.drain()

    assert ("c1", "2026-03-11", "Tickets", "", "", "4", 1, 1) in world.customer_days()
    assert world.differences() == []


def test_a_sweep_leaves_a_brand_to_the_process_that_is_at_it(world, partners):
    resolve_again(brand_id=world.brand.id, now=NOW)
    world.customers(registered("c1", affiliate_id="1000"))
    swept = threading.Event()

    def sweep() -> None:
        tasks.sweep()
        swept.set()
        connection.close()

    with world.open():
        lock_sums(brand_id=world.brand.id)
        thread = threading.Thread(target=sweep)
        thread.start()
        assert swept.wait(10)
    thread.join()
    assert Outbox.objects.count() == 1

    tasks.sweep()
    assert Outbox.objects.count() == 0


def test_looking_again_in_two_processes_does_it_once(world, partners):
    world.customers(*(registered(f"c{number}", promo_code="late") for number in range(5)))
    world.drain()
    with world.open():
        affiliates.create_promo_code(affiliate=partners.ben, code="late", by="test", now=NOW)
    found: list[int] = []

    def look() -> None:
        found.append(resolve_again(brand_id=world.brand.id, now=NOW))
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [0, 0, 5]
    assert world.differences() == []
