from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from redis import Redis

from track360 import checks


@contextmanager
def owners_connection() -> Iterator[psycopg.Connection]:
    owner = settings.OWNER_DATABASE
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        autocommit=True,
    ) as opened:
        yield opened


@pytest.fixture
def production(settings):
    """Settings that production accepts."""
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.SECRET_KEY = "k" * 50
    settings.ENCRYPTION_KEYS = ["another"]
    settings.BASE_URL = "https://track360.example"
    settings.ALLOWED_HOSTS = ["track360.example"]
    return settings


@pytest.mark.django_db
def test_a_sound_start_is_not_refused(valkey):
    assert checks.all_faults() == []


@pytest.mark.django_db
def test_synchronous_commit_off_is_refused():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    (fault,) = checks.of_database()

    assert fault.startswith("synchronous_commit is off")


@pytest.mark.django_db(transaction=True)
def test_the_owner_as_application_role_is_refused():
    with owners_connection() as owners, owners.cursor() as cursor, pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "connection", _Lent(cursor))
        (fault,) = checks.of_database()

    assert fault.startswith(f"DATABASE_URL names the role {settings.OWNER_DATABASE['USER']}, which owns tables")


class _Lent:
    """Something with `cursor()` that answers with a cursor opened elsewhere."""

    def __init__(self, cursor: psycopg.Cursor) -> None:
        self._cursor = cursor

    @contextmanager
    def cursor(self) -> Iterator[psycopg.Cursor]:
        yield self._cursor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("breaking", "mending"),
    [
        (
            "ALTER TABLE affiliates_affiliate DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE affiliates_affiliate ENABLE ROW LEVEL SECURITY",
        ),
        (
            "CREATE POLICY everybody ON affiliates_affiliate USING (true)",
            "DROP POLICY everybody ON affiliates_affiliate",
        ),
        ("CREATE TABLE leaking (id int, brand_id bigint)", "DROP TABLE leaking"),
    ],
)
def test_a_tenant_table_without_row_security_is_refused(breaking, mending):
    with owners_connection() as owners:
        owners.execute(breaking)
        try:
            faults = list(checks.of_database())
        finally:
            owners.execute(mending)

    table = "leaking" if "leaking" in breaking else "affiliates_affiliate"
    assert faults == [f"row security is missing on the tenant table {table}: run `manage.py migrate` as the owner"]


def test_an_evicting_broker_is_refused(valkey: Redis):
    valkey.config_set("maxmemory-policy", "allkeys-lru")
    try:
        (fault,) = checks.of_broker()
    finally:
        valkey.config_set("maxmemory-policy", "noeviction")

    assert fault.startswith("maxmemory-policy of the broker (REDIS_URL) is allkeys-lru")


def test_a_broker_that_is_away_is_no_reason_to_refuse(settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    assert list(checks.of_broker()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", True),
        ("SECRET_KEY", settings.INSECURE_SECRET_KEY),
        ("SECRET_KEY", "short"),
        ("ENCRYPTION_KEYS", [settings.INSECURE_ENCRYPTION_KEY]),
        ("ENCRYPTION_KEYS", []),
        ("BASE_URL", "http://track360.example"),
        ("ALLOWED_HOSTS", ["*"]),
    ],
)
def test_production_refuses_and_names_the_setting(production, name, value):
    setattr(production, name, value)

    faults = [fault for fault in checks.of_production() if not fault.startswith("fsync")]

    assert [fault.split()[0] for fault in faults] == [name]


@pytest.mark.django_db
def test_production_refuses_a_database_that_a_power_failure_would_harm(production):
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        is_off = cursor.fetchone() == ("off",)

    assert [fault.split()[0] for fault in checks.of_production()] == (["fsync"] if is_off else [])


@pytest.mark.django_db(transaction=True)
def test_a_refused_start_ends_the_process_and_names_every_fault(monkeypatch):
    monkeypatch.setattr(checks, "of_database", lambda: iter(["synchronous_commit is off", "row security is missing"]))

    with pytest.raises(checks.UnsafeStart) as refusal:
        checks.refuse_unsafe_start()

    assert str(refusal.value) == (
        "Track360 does not start:\n  * synchronous_commit is off\n  * row security is missing"
    )


@pytest.mark.django_db(transaction=True)
def test_a_start_waits_for_the_migrations_of_this_version_and_then_refuses(monkeypatch, capsys):
    on_disk = checks._migrations_on_disk() | {("brands", "9999_to_come")}
    monkeypatch.setattr(checks, "_migrations_on_disk", lambda: on_disk)
    monkeypatch.setattr(checks, "PATIENCE", 0.3)

    with pytest.raises(checks.UnsafeStart, match="the tables are not those of this version"):
        checks.refuse_unsafe_start()

    assert capsys.readouterr().err == (
        "Track360 waits: the tables are not those of this version: run `manage.py migrate`\n"
    )


@pytest.mark.django_db(transaction=True)
def test_a_start_goes_on_when_what_it_waited_for_has_come(monkeypatch):
    lacks = iter(["PostgreSQL, named by DATABASE_URL, does not answer", ""])
    monkeypatch.setattr(checks, "_what_lacks", lambda: next(lacks))

    checks.refuse_unsafe_start()

    assert next(lacks, "all were asked for") == "all were asked for"
