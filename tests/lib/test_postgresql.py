"""Waiting for PostgreSQL has an end, where somebody waits for us."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from brands.services import create_brand
from devtools.programs import until
from track360.lib.postgresql.base import wait_at_most, waiting_at_most
from track360.lib.tenancy import tenant


@pytest.fixture
def impatient(transactional_db: None) -> Iterator[None]:
    wait_at_most(0.2)
    yield
    wait_at_most(None)
    connection.close()
    with connection.cursor() as cursor:  # what was given up still runs there and would hold the test's database
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'SELECT pg_sleep%' AND pid <> pg_backend_pid()"
        )


def test_a_server_that_does_not_answer_in_time_is_given_up(impatient):
    began = time.monotonic()

    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")

    assert time.monotonic() - began < 0.9
    assert not connection.is_usable()


@pytest.mark.parametrize("waits", ["pg_sleep(60)", "pg_advisory_lock(7)"])
def test_what_was_given_up_soon_ends_in_the_database_too(impatient, waits):
    wait_at_most(10)
    locker = psycopg.connect(**connection.get_connection_params(), autocommit=True)
    locker.execute("SELECT pg_advisory_lock(7)")
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT 1234, %' AND state = 'active'"

    with waiting_at_most(0.5), pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1234, {waits}")
    was_running = locker.execute(running).fetchone()
    ended = until(lambda: locker.execute(running).fetchone() == (0,), seconds=8)
    locker.close()

    assert (was_running, ended) == ((1,), True)


def test_whoever_is_in_a_hurry_waits_less_than_the_others(impatient):
    wait_at_most(10)
    began = time.monotonic()

    with waiting_at_most(0.2), pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")
    took = time.monotonic() - began
    connection.close()

    assert took < 0.9
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3), 1")
        assert cursor.fetchone()[1] == 1


def test_the_connection_is_replaced_by_one_that_works(impatient):
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")
    connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_worker_waits_as_long_as_it_takes(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.5), 1")
        assert cursor.fetchone()[1] == 1


def test_a_scope_does_not_try_again_after_its_patience_has_ended(impatient):
    brand = create_brand(slug="one", name="One", vertical="igaming", by="test", now=timezone.now())
    wait_at_most(0.8)
    began = time.monotonic()

    with pytest.raises(OperationalError), tenant(brand.pk, asking="SELECT pg_sleep(3)"):
        pass

    assert time.monotonic() - began < 1.5  # a second try would wait as long again


def test_a_scope_replaces_a_connection_that_the_server_has_closed(transactional_db):
    brand = create_brand(slug="one", name="One", vertical="igaming", by="test", now=timezone.now())
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with tenant(brand.pk, asking="SELECT 1, 2") as rows:
        assert rows == [(1, 2)]


def test_a_scope_inside_another_asks_as_its_own_brand(transactional_db):
    one, two = (
        create_brand(slug=slug, name=slug, vertical="igaming", by="test", now=timezone.now()) for slug in ("one", "two")
    )
    asking = "SELECT current_setting('app.brand')"

    with tenant(one.pk, asking=asking) as outer, tenant(two.pk, asking=asking) as inner:
        assert (outer, inner) == ([(str(one.pk),)], [(str(two.pk),)])
