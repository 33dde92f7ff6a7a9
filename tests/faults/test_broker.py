"""The broker is only a hint (I5): gone or hanging, requests stay fast and every batch is followed up all the same."""

import os
import signal
import time
from contextlib import contextmanager

import pytest
from django.db import connection

from attribution.services import lock_sums
from ingestion.models import Outbox
from tests.live import eventually
from track360.lib.tenancy import tenant

# Seconds. Every committed batch is followed up within this time.
PROMISED = 60


@contextmanager
def valkey_gone(valkey):
    os.kill(valkey.pid, signal.SIGKILL)
    try:
        yield
    finally:
        valkey.start()


@contextmanager
def valkey_hanging(valkey):
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(valkey.pid, signal.SIGCONT)


def deposit(number):
    return {
        "eventname": "Deposit",
        "eventid": f"e{number}",
        "createtime": "2026-03-01",
        "customerid": "c1",
        "Value": "1",
    }


def send(scene, number):
    """Send one deposit; return how long the answer took."""
    began = time.monotonic()
    answer = scene.platform.push("activities", [deposit(number)], token=scene.token)
    took = time.monotonic() - began
    assert (answer.status, answer.json()["accepted"]) == (200, 1)
    return took


def nothing_waits(scene):
    return not Outbox.objects.filter(brand=scene.brand).exists()


@pytest.mark.parametrize("trouble", [valkey_gone, valkey_hanging])
def test_without_a_broker_requests_stay_fast_and_all_is_followed_up(scene, trouble):
    send(scene, 0)
    eventually(lambda: nothing_waits(scene), seconds=PROMISED)

    with trouble(scene.valkey):
        took = [send(scene, number) for number in range(1, 31)]
        eventually(lambda: nothing_waits(scene), seconds=PROMISED)
    send(scene, 31)
    eventually(lambda: nothing_waits(scene), seconds=PROMISED)

    # The first one or two find out; after that nobody asks for a while.
    assert sorted(took)[len(took) // 2] < 0.5
    assert max(took) < 3
    assert eventually(lambda: scene.platform.get("/readyz?exclude=rates").status == 200, seconds=PROMISED)


def test_work_that_outlasts_its_broker_does_not_end_the_worker(scene):
    worker = scene.platform.programs["worker"]

    def connections():
        return scene.platform.everything_logged().count("Connected to redis")

    def somebody_waits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            return cursor.fetchone()[0] > 0

    eventually(lambda: connections() == 1)
    with tenant(scene.brand.id):
        lock_sums(brand_id=scene.brand.id)  # so that the follow-up goes on for as long as this does
        send(scene, 0)
        eventually(somebody_waits)
        with valkey_gone(scene.valkey):
            pass
        eventually(lambda: connections() == 2)

    eventually(lambda: nothing_waits(scene))
    send(scene, 1)
    eventually(lambda: nothing_waits(scene))
    assert eventually(lambda: scene.platform.get("/readyz?exclude=rates").status == 200)
    assert worker.status is None
