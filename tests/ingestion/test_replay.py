"""A change of what records mean replays them from their stored bytes."""

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.models import AuditEvent
from ingestion import services
from ingestion.models import Activity, Customer, Delivery, Kpi, Outbox, SupersededActivity
from ingestion.queries import parked, touched
from ingestion.queries.meaning import present_meaning
from ingestion.queries.parked import numeric_details, parked_groups, parked_samples
from ingestion.services import Effect
from ingestion.services.rebuilding import rebuilt_customers
from ingestion.services.verifying import differences
from ingestion.writer import opening
from tests.ingestion.conftest import NOW, customer, deposit, sender


def configure(brand, *changes):
    with brand.open():
        effect = services.configure(brand=brand.brand, changes=changes, by="test", now=NOW)
        assert differences(brand=brand.brand) == []
        return effect


def preview(brand, *changes):
    with brand.open():
        return services.preview(brand=brand.brand, changes=changes, now=NOW)


ALIAS = services.SaveAlias("events", "initial_fund", "Deposit")


@pytest.fixture
def brand(db):
    brand = sender()
    brand.customers(customer("c1"), customer("c2"))
    return brand


def test_a_parked_record_becomes_live_when_its_name_is_mapped(brand):
    brand.activities(deposit("e1", eventname="InitialFund", note="x"), deposit("e2"))

    assert preview(brand, ALIAS) == Effect(becomes_live=1)
    assert brand.rows()[1][3] == {}
    assert configure(brand, ALIAS) == Effect(becomes_live=1)

    assert brand.rows() == [
        ("Deposit", "e2", "c1", {"Deposit": 250.0}),
        ("InitialFund", "e1", "c1", {"Deposit": 250.0}),
    ]
    assert brand.activities(deposit("e1", eventname="InitialFund", note="x")) == ["duplicate"]
    assert brand.activities(deposit("e3", eventname="initial_FUND")) == ["created"]


def test_the_effect_says_which_amounts_become_live_by_currency_status_and_month(brand):
    brand.activities(
        deposit("e1", eventname="InitialFund", value="10.10"),
        deposit("e2", eventname="InitialFund", value="20.20", createtime="2026-02-28 23:30"),
        deposit("e3", eventname="InitialFund", value="5", Currency="EUR", GamesPlayed="3", Games="3"),
        deposit("e4", eventname="InitialFund", value="7", status="pending"),
        deposit("e5", eventname="InitialFund", value="0.90"),
        deposit("e6", value="99"),
    )
    wanted = {
        ("Deposit", "USD", "approved", "2026-03"): Decimal("11.00"),
        ("Deposit", "USD", "approved", "2026-02"): Decimal("20.20"),
        ("Deposit", "EUR", "approved", "2026-03"): Decimal(5),
        ("Games", "", "approved", "2026-03"): Decimal(3),
        ("Deposit", "USD", "pending", "2026-03"): Decimal(7),
    }

    assert preview(brand, ALIAS).amounts == wanted
    assert configure(brand, ALIAS).amounts == wanted

    taken = configure(brand, services.DeleteAlias("events", "initial_fund")).amounts
    assert taken == {figure: -amount for figure, amount in wanted.items()}


def test_the_effect_says_what_moves_from_one_figure_to_another(brand):
    brand.activities(deposit("e1", stakes="12.50"), deposit("e2", product="slots"))

    assert preview(brand, services.SaveAlias("fields", "Stakes", "Bets")).amounts == {
        ("Bets", "USD", "approved", "2026-03"): Decimal("12.50")
    }
    assert preview(brand, services.SaveAlias("products", "Slots", "Casino")).amounts == {}


def test_the_effect_asks_as_often_for_many_records_of_a_delivery_as_for_one(brand, django_assert_num_queries):
    brand.activities(deposit("e1", eventname="InitialFund"))
    brand.activities(*(deposit(f"m{number}", eventname="Other") for number in range(300)))
    with CaptureQueriesContext(connection) as one:
        preview(brand, ALIAS)

    with django_assert_num_queries(len(one)):
        effect = preview(brand, services.SaveAlias("events", "other", "Deposit"))

    assert effect.amounts == {("Deposit", "USD", "approved", "2026-03"): Decimal(75_000)}


def test_the_effect_asks_as_often_for_records_of_many_deliveries(brand, django_assert_num_queries):
    brand.activities(deposit("e1", eventname="InitialFund"))
    for number in range(60):
        brand.activities(deposit(f"m{number}", eventname="Other"))
    with CaptureQueriesContext(connection) as one:
        preview(brand, ALIAS)

    with django_assert_num_queries(len(one)):
        assert preview(brand, services.SaveAlias("events", "other", "Deposit")) == Effect(becomes_live=60)


def test_only_deliveries_of_customers_are_read_for_customers(brand, monkeypatch):
    brand.activities(deposit("e1", geo="de"))
    brand.customers(customer("c3", geo="de", country=None), {"country": "DE"})
    brand.customers({"country": "DE"})
    read = []
    from_db = Delivery.from_db

    def reading(*arguments):
        read.append(from_db(*arguments))
        return read[-1]

    monkeypatch.setattr(Delivery, "from_db", reading)

    with brand.open():
        rebuilt = rebuilt_customers(brand=brand.brand, meaning=present_meaning(brand=brand.brand))

    assert sorted(rebuilt) == ["c1", "c2", "c3"]
    assert [(delivery.entity, delivery.received) for delivery in read] == [("customers", 2), ("customers", 2)]


def test_a_replay_is_a_delivery_that_refers_to_the_bytes(brand):
    brand.activities(deposit("e1", eventname="InitialFund"))
    configure(brand, ALIAS)

    with brand.open():
        activity = Activity.objects.select_related("delivery").get()
        was = SupersededActivity.objects.get()
        assert (activity.delivery.source, was.replaced_by_id) == ("configuration", activity.delivery_id)
        assert bytes(activity.delivery.body) == f"[[{was.delivery_id},0]]".encode()
        assert Outbox.objects.filter(delivery_id=activity.delivery_id).count() == 1
    # And again, now from the reference.
    assert configure(brand, services.DeleteAlias("events", "initial_fund")) == Effect(becomes_parked=1)
    assert configure(brand, services.SaveAlias("events", "initialfund", "Bonus")) == Effect(becomes_live=1)
    assert brand.rows()[0][3] == {"Bonus": 250.0}


def test_saving_what_is_so_changes_nothing(brand):
    brand.activities(deposit("e1", eventname="InitialFund"))
    configure(brand, ALIAS)
    before = brand.counts()

    assert configure(brand, ALIAS) == Effect()
    assert brand.counts() == before
    with brand.open():
        assert AuditEvent.objects.filter(object_type="alias").count() == 1


@pytest.mark.parametrize(
    ("record", "change", "effect", "facts"),
    [
        ({"status": "ok"}, services.SaveAlias("statuses", "OK", "approved"), Effect(becomes_live=1),
         {"Deposit": 250.0}),
        ({"product": "slots"}, services.SaveAlias("products", "Slots", "Casino"), Effect(changes=1),
         {"Deposit": 250.0}),
        ({"Keno-Stakes": "7"}, services.SaveKpi("KenoStakes", "money"), Effect(changes=1),
         {"Deposit": 250.0, "KenoStakes": 7.0}),
        ({"eventname": "Keno_stakes"}, services.SaveKpi("KenoStakes", "money"), Effect(becomes_live=1),
         {"KenoStakes": 250.0}),
        ({"eventname": "Login"}, services.SaveEvent("login"), Effect(becomes_live=1), {}),
        ({"stakes": 3}, services.SaveAlias("fields", "Stakes", "Bets"), Effect(changes=1),
         {"Deposit": 250.0, "Bets": 3.0}),
        ({"stakes": "?"}, services.SaveAlias("fields", "Stakes", "Bets"), Effect(becomes_parked=1), {}),
        ({"vert": "Casino"}, services.SaveAlias("fields", "vert", "product"), Effect(changes=1), {"Deposit": 250.0}),
        ({"other": "x"}, services.SaveAlias("fields", "Stakes", "Bets"), Effect(), {"Deposit": 250.0}),
    ],
)  # fmt: skip
def test_each_kind_of_change_touches_what_carries_its_word(brand, record, change, effect, facts):
    brand.activities(deposit("e1", **record), deposit("e2"))

    assert preview(brand, change) == effect
    assert configure(brand, change) == effect
    assert {event_id: stored for _, event_id, _, stored in brand.rows()} == {"e1": facts, "e2": {"Deposit": 250.0}}


@pytest.mark.parametrize("looked_at", [1, 2, 3, 4])
def test_what_a_change_touches_is_found_part_by_part(brand, monkeypatch, looked_at):
    monkeypatch.setattr(touched, "LOOKED_AT", looked_at)
    brand.activities(*(deposit(f"e{number}", eventname=name) for number, name in enumerate(["FTD", "ftd", "Bonus"])))
    brand.activities(deposit("e3", Tickets="3"), deposit("e4", status="Declined"), deposit("e5", eventname="Spin"))

    assert configure(brand, services.SaveAlias("events", "F-T-D", "Bonus")) == Effect(changes=2)
    assert configure(brand, services.SaveKpi("Tickets", "count")) == Effect(changes=1)
    assert configure(brand, services.DeleteKpi("tickets")) == Effect(changes=1)
    assert configure(brand, services.SaveAlias("statuses", "declined", "approved")) == Effect(changes=1)
    assert configure(brand, services.SaveAlias("events", "spin", "Bonus")) == Effect(becomes_live=1)
    with pytest.raises(services.IdentityFixed):
        configure(brand, services.SaveEvent("ftd", "content"))


@pytest.mark.parametrize(
    "change", [ALIAS, services.SaveEvent("InitialFund", "day"), services.SaveAlias("statuses", "ok", "approved")]
)
def test_a_word_that_was_not_understood_is_looked_for_in_parked_records_alone(
    brand, monkeypatch, django_assert_num_queries, change
):
    monkeypatch.setattr(touched, "LOOKED_AT", 1)
    with CaptureQueriesContext(connection) as none:
        preview(brand, change)
    brand.activities(*(deposit(f"e{number}") for number in range(20)))

    with django_assert_num_queries(len(none)):
        assert preview(brand, change) == Effect()


def test_a_change_undone_restores_what_was(brand):
    brand.activities(deposit("e1", eventname="KenoStakes", Tickets="3", status="ok", product="slots"))
    before = brand.rows()
    changes = [
        services.SaveKpi("KenoStakes", "money"),
        services.SaveKpi("Tickets", "count"),
        services.SaveAlias("statuses", "ok", "approved"),
        services.SaveAlias("products", "slots", "Casino"),
    ]

    assert configure(brand, *changes) == Effect(becomes_live=1)
    assert brand.rows()[0][3] == {"KenoStakes": 250.0, "Tickets": 3.0}
    undone = [
        services.DeleteKpi("kenostakes"),
        services.DeleteKpi("Tickets"),
        services.DeleteAlias("statuses", "OK"),
        services.DeleteAlias("products", "slots"),
    ]
    assert configure(brand, *undone) == Effect(becomes_parked=1)
    assert brand.rows() == before


def test_a_kpi_keeps_its_spelling(brand):
    brand.activities(deposit("e1", Tickets="3"))
    configure(brand, services.SaveKpi("Tickets", "count"))

    assert configure(brand, services.SaveKpi("tick_ets", "money")) == Effect(stays=1)

    assert brand.rows()[0][3] == {"Deposit": 250.0, "Tickets": 3.0}
    with brand.open():
        assert list(Kpi.objects.values_list("name", "unit")) == [("Tickets", "money")]


def test_an_alias_that_changes_a_stored_identity_is_refused(brand):
    brand.activities(deposit(None, txid="7"))

    with pytest.raises(services.IdentityFixed):
        configure(brand, services.SaveAlias("fields", "txid", "eventid"))

    assert configure(brand, services.SaveAlias("fields", "unused", "eventid")) == Effect()


def test_an_events_rule_is_fixed_once_records_exist(brand):
    configure(brand, services.SaveEvent("Login", "content"))
    configure(brand, services.SaveEvent("Login", "day"))
    brand.activities(deposit("e1", eventname="LOGIN"))

    with pytest.raises(services.IdentityFixed):
        configure(brand, services.SaveEvent("Login", "content"))
    with pytest.raises(services.IdentityFixed):
        configure(brand, services.DeleteEvent("Login"))


@pytest.mark.parametrize(
    "change",
    [
        services.SaveKpi("Deposit", "money"),
        services.SaveKpi("status", "money"),
        services.SaveKpi("", "money"),
        services.SaveKpi("Keno", "euros"),
        services.SaveEvent("Login", "whatever"),
        services.SaveAlias("events", "x", "NoSuchKpi"),
        services.SaveAlias("events", "Deposit", "Bets"),
        services.SaveAlias("statuses", "ok", "fine"),
        services.SaveAlias("fields", "Value", "Bets"),
        services.SaveAlias("fields", "amt", "nothing"),
        services.SaveAlias("colours", "a", "b"),
        services.SaveAlias("products", "a_b", "AB"),
    ],
)
def test_a_change_that_means_nothing_is_refused(brand, change):
    with pytest.raises(services.ConfigurationRefused):
        configure(brand, change)


def test_a_customers_field_may_be_explained_later(brand):
    alias = services.SaveAlias("fields", "Geo", "country")
    brand.customers(
        {"customerId": "c3", "geo": "de", "country": None},
        {"customerId": "c4", "geo": "fr"},
        {"customerId": "c4", "country": "ES"},
    )

    assert preview(brand, alias) == Effect(customers=2)
    assert configure(brand, alias) == Effect(customers=2)

    with brand.open():
        people = {
            person.key: (person.country, [profile.fields for profile in person.profiles.all()])
            for person in Customer.objects.all()
        }
    assert people == {"c1": ("US", []), "c2": ("US", []), "c3": ("DE", [{}]), "c4": ("ES", [{}])}


def test_an_alias_under_which_stored_records_contradict_themselves_is_refused(brand):
    brand.customers(customer("c3", geo="de"))
    brand.activities(deposit(amt="1"))

    for alias in (services.SaveAlias("fields", "geo", "country"), services.SaveAlias("fields", "amt", "Value")):
        with pytest.raises(services.RecordsUnreadable):
            configure(brand, alias)


def test_records_that_arrive_during_a_change_wait_for_it(committing_brand):
    brand = committing_brand
    brand.customers(customer())
    answers = []

    def send():
        answers.extend(brand.activities(deposit("e2", eventname="InitialFund")))
        connection.close()

    thread = threading.Thread(target=send)
    with brand.open():
        services.configure(brand=brand.brand, changes=[ALIAS], by="test", now=NOW)
        thread.start()
        time.sleep(0.3)
        assert answers == []
    thread.join(timeout=10)

    assert answers == ["created"]


@pytest.mark.parametrize(
    ("records", "headers"), [(1, {}), (51, {}), (1, {"idempotency_key": "k1"}), (1, {"prefer": "handling=strict"})]
)
def test_records_that_would_wait_long_for_a_change_are_sent_again_later(
    committing_brand, monkeypatch, records, headers
):
    monkeypatch.setattr(opening, "PATIENCE", "200ms")
    brand = committing_brand
    batch = [deposit(f"e{number}") for number in range(records)]
    answers = []

    def send():
        answers.append(brand.post("activities", batch, **headers))
        connection.close()

    thread = threading.Thread(target=send)
    with brand.open():
        services.configure(brand=brand.brand, changes=[ALIAS], by="test", now=NOW)
        thread.start()
        thread.join(timeout=10)
    again = brand.post("activities", batch, **headers)

    (refused,) = answers
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (503, "unavailable", "5")
    assert "send the request again" in refused.json()["detail"]
    assert (again.status_code, again.json()["accepted"], brand.counts()["Delivery"]) == (200, records, 1)


def test_only_for_a_change_do_records_wait_so_shortly(brand):
    with opening.opened_write(brand_id=brand.brand.pk), connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_parked_records_are_told_by_what_they_wait_for(brand):
    brand.activities(
        deposit("e1", eventname="Spin"),
        deposit("e2", eventname="Spin", note="x"),
        deposit("e3", status="Aproved"),
        deposit("e4", Tickets="3", note="abc"),
    )

    with brand.open():
        groups = [(group.reason, group.word, group.records) for group in parked_groups(brand=brand.brand)]
        samples = parked_samples(brand=brand.brand, reason="unknown_event", word="Spin")
        numbers = numeric_details(brand=brand.brand)
        uid = Delivery.objects.get(entity="activities").uid
    assert groups == [("unknown_event", "Spin", 2), ("unknown_status", "Aproved", 1)]
    assert [(sample.event_id, sample.details, sample.delivery_uid) for sample in samples] == [
        ("e2", {"Value": "250", "note": "x"}, uid),
        ("e1", {"Value": "250"}, uid),
    ]
    assert numbers == {"Tickets": 1}


def test_figures_nobody_sums_are_looked_for_in_the_latest_records(brand, monkeypatch):
    monkeypatch.setattr(parked, "LOOKED_AT", 2)
    brand.activities(deposit("e1", Tickets="3"))
    brand.activities(deposit("e2", Spins="7"), deposit("e3", Spins="8", status="?"))

    with brand.open():
        assert numeric_details(brand=brand.brand) == {"Spins": 1}
