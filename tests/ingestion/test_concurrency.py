"""Batches that arrive together: real threads, real commits."""

import random
import threading
import time
from collections import Counter

import pytest
from django.db import connection

from ingestion.models import Activity, Customer, Outbox, SupersededActivity
from ingestion.services.gathering import SMALL
from ingestion.services.verifying import differences
from ingestion.writer import activities
from tests.ingestion.conftest import customer, deposit

THREADS = 6
# Records of a request that is stored by itself; smaller ones would be gathered into one transaction and never meet.
ALONE = SMALL + 1


def together(*work):
    """Run the functions at the same moment, each on a connection of its own; return what they return."""
    results = [None] * len(work)
    start = threading.Barrier(len(work))

    def run(place, function):
        start.wait()
        try:
            results[place] = function()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, function)) for place, function in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert None not in results
    return results


def shuffled(records, seed):
    records = list(records)
    random.Random(seed).shuffle(records)
    return records


def test_identical_batches_are_stored_once(committing_brand):
    brand = committing_brand
    brand.customers(*(customer(f"c{n}") for n in range(20)))
    batch = [deposit(f"e{n}", f"c{n % 20}") for n in range(200)]

    outcomes = together(*(lambda seed=n: brand.activities(*shuffled(batch, seed)) for n in range(THREADS)))

    counted = Counter(outcome for answer in outcomes for outcome in answer)
    assert counted == {"created": 200, "duplicate": 200 * (THREADS - 1)}
    assert brand.counts()["Activity"] == 200
    assert brand.counts()["SupersededActivity"] == 0


def test_conflicting_batches_end_in_one_version_and_lose_none(committing_brand):
    brand = committing_brand
    brand.customers(customer())

    def send(version):
        return lambda: brand.activities(*shuffled([deposit(f"e{n}", value=version) for n in range(60)], version))

    outcomes = together(*(send(version) for version in range(1, THREADS + 1)))

    counted = Counter(outcome for answer in outcomes for outcome in answer)
    assert counted == {"created": 60, "updated": 60 * (THREADS - 1)}
    with brand.open():
        versions = Counter(SupersededActivity.objects.values_list("activity", flat=True))
        assert set(versions.values()) == {THREADS - 1}
        # The last version is the one of the delivery with the highest position.
        for row in Activity.objects.select_related("delivery"):
            replaced = SupersededActivity.objects.filter(activity=row).select_related("delivery")
            assert all(was.delivery.position < row.delivery.position for was in replaced)


def test_unknown_customers_are_awaited_once(committing_brand):
    brand = committing_brand

    together(
        *(
            lambda sent=n: brand.activities(*shuffled([deposit(f"e{sent}-{k}", f"c{k}") for k in range(ALONE)], sent))
            for n in range(THREADS)
        )
    )

    assert brand.counts()["Customer"] == ALONE
    assert brand.counts()["Activity"] == ALONE * THREADS


def test_customers_and_their_activities_may_race(committing_brand):
    brand = committing_brand
    people = [customer(f"c{n}") for n in range(ALONE)]
    events = [deposit(f"e{n}", f"c{n}") for n in range(ALONE)]
    work = [lambda seed=n: brand.customers(*shuffled(people, seed)) for n in range(3)]
    work += [lambda seed=n: brand.activities(*shuffled(events, seed)) for n in range(3)]

    outcomes = together(*work)

    assert Counter(outcome for answer in outcomes[:3] for outcome in answer) == {
        "created": ALONE,
        "duplicate": 2 * ALONE,
    }
    with brand.open():
        assert Customer.objects.filter(reported_at__isnull=False).count() == ALONE
        assert Activity.objects.count() == ALONE


def test_customers_changed_together_keep_what_each_said(committing_brand):
    brand = committing_brand
    work = [
        lambda part=n: brand.customers(*shuffled([customer(f"c{k}", **{f"field{part}": "x"}) for k in range(30)], part))
        for n in range(THREADS)
    ]

    together(*work)

    with brand.open():
        fields = {frozenset(person.profiles.get().fields) for person in Customer.objects.all()}
    assert fields == {frozenset(f"field{n}" for n in range(THREADS))}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_delivery_that_changed_something_waits_in_the_outbox(committing_brand, seed):
    brand = committing_brand
    work = [
        lambda part=n: brand.activities(
            *[deposit(f"e{k}", f"c{k % 3}", value=1 + (k + part) % 2) for k in range(ALONE)]
        )
        for n in range(THREADS)
    ]

    outcomes = together(*work)

    changing = sum(any(outcome != "duplicate" for outcome in answer) for answer in outcomes)
    with brand.open():
        assert Outbox.objects.filter(brand=brand.brand).count() == changing


def test_a_repetition_that_overlaps_a_correction_changes_nothing_even_when_rebuilt(committing_brand, monkeypatch):
    brand = committing_brand
    brand.customers(customer())
    brand.activities(deposit("e1", value=1))
    looked, corrected = threading.Event(), threading.Event()
    stored = activities._stored

    def looks_then_waits(*arguments):
        found = stored(*arguments)
        if threading.current_thread().name == "repetition":
            looked.set()
            corrected.wait(10)
        return found

    monkeypatch.setattr(activities, "_stored", looks_then_waits)
    answers = []

    def repeat():
        answers.append(brand.activities(*(deposit(f"n{n}") for n in range(60)), deposit("e1", value=1)))
        connection.close()

    thread = threading.Thread(target=repeat, name="repetition")
    thread.start()
    looked.wait(10)
    assert brand.activities(deposit("e1", value=2)) == ["updated"]
    corrected.set()
    thread.join(10)

    assert answers[0][-1] == "duplicate"
    assert ("Deposit", "e1", "c1", {"Deposit": 2.0}) in brand.rows()
    with brand.open():
        assert differences(brand=brand.brand) == []


@pytest.mark.parametrize(("late", "outcome", "superseded"), [(3, "updated", [[1], [2]]), (2, "duplicate", [[1]])])
def test_a_correction_that_overlaps_another_follows_what_that_one_left(
    committing_brand, monkeypatch, late, outcome, superseded
):
    brand = committing_brand
    brand.customers(customer())
    brand.activities(deposit("e1", value=1), deposit("e2", value=1))
    looked, corrected = threading.Event(), threading.Event()
    stored = activities._stored

    def looks_then_waits(*arguments):
        found = stored(*arguments)
        if threading.current_thread().name == "late":
            looked.set()
            corrected.wait(10)
        return found

    monkeypatch.setattr(activities, "_stored", looks_then_waits)
    answers = []

    def send():
        # Strict, and so not gathered with the other one.
        answers.extend(brand.activities(deposit("e1", value=late), deposit("e2", value=9), prefer="handling=strict"))
        connection.close()

    thread = threading.Thread(target=send, name="late")
    with brand.open():
        thread.start()
        looked.wait(10)
        assert brand.activities(deposit("e1", value=2)) == ["updated"]
        corrected.set()
        wait_until_blocked(thread)
    thread.join(30)

    assert answers == [outcome, "updated"]
    with brand.open():
        earlier = SupersededActivity.objects.filter(activity__event_id="e1").order_by("id")
        assert [list(map(int, amounts)) for amounts in earlier.values_list("amounts", flat=True)] == superseded
        assert differences(brand=brand.brand) == []


def wait_until_blocked(thread):
    """Wait until the thread's work waits for a lock, or has ended without."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone() == (True,) or not thread.is_alive():
                return
        time.sleep(0.01)
