"""What all tests stand on: a database used as the application's role, never as its owner, and a clean Valkey.

The owner creates, migrates and empties the test database; between that, tests connect as `track360_app`, for which
row security holds and which may not truncate, alter or own anything.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker
from redis import Redis

from tests.browser.screens import browser, open_reader  # noqa: F401 - fixtures; one browser for the whole run

# What migrations or the framework put there; every test may count on it.
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")

hypothesis_settings.register_profile(
    "usual", deadline=None, print_blob=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("deep", hypothesis_settings.get_profile("usual"), max_examples=1000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="also the long runs, and far more examples of each property")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis_settings.load_profile("deep" if config.getoption("--deep") else "usual")
    # Argon2 is slow on purpose; no test is about that.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS[1:]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--deep"):
        for item in items:
            if item.get_closest_marker("deep"):
                item.add_marker(pytest.mark.skip(reason="a long run; `python3 dev.py test --deep` includes it"))


@contextmanager
def as_owner() -> Iterator[None]:
    """Let Django's connection be the owner's for a while."""
    if not settings.DATABASE_OWNER_URL:
        pytest.exit("No test database is named. Run `python3 dev.py test [words for pytest]`.", returncode=2)
    before = dict(connection.settings_dict)
    connection.close()
    owner = settings.OWNER_DATABASE
    connection.settings_dict.update({name: owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update({name: before[name] for name in ("USER", "PASSWORD", "HOST", "PORT")})


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_keepdb: bool
) -> Iterator[None]:
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get("TEST_DATABASE_TEMPLATE")
        with as_owner():
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=django_db_keepdb)
        TransactionTestCase._fixture_teardown = empty_tables  # Django's would truncate as the application's role
    yield
    with django_db_blocker.unblock(), as_owner():
        connection.creation.destroy_test_db(name, verbosity=0, keepdb=django_db_keepdb)


def empty_tables(_: TransactionTestCase) -> None:
    """Empty, as their owner, the tables that a test with real commits has filled."""
    connection.close()
    database = connection.settings_dict
    owner = settings.OWNER_DATABASE
    with psycopg.connect(
        dbname=database["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        options="-c lock_timeout=10s",
        autocommit=True,
    ) as owners:
        tables = owners.execute(
            "SELECT string_agg(format('SELECT %%L WHERE EXISTS (SELECT FROM %%1$I)', tablename), ' UNION ALL ')"
            " FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)",
            [list(KEPT_TABLES)],
        ).fetchone()
        assert tables is not None
        if filled := [row[0] for row in owners.execute(tables[0])]:
            owners.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


@pytest.fixture
def valkey() -> Iterator[Redis]:
    """The broker's database, empty; the cache's is emptied with it."""
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=5)
    client.flushall()
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _clean_valkey(request: pytest.FixtureRequest) -> None:
    """Let no test see what an earlier one has cached or sent."""
    if {"db", "transactional_db", "client"} & set(request.fixturenames) and "REDIS_URL" in os.environ:
        request.getfixturevalue("valkey")
