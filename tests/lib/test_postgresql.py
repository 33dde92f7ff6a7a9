"""Waiting for PostgreSQL has an end, where somebody waits for us."""

import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection

from track360.lib.postgresql.base import wait_at_most


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
