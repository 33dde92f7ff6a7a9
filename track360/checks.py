"""What every start refuses, because a promise would be broken from the first request on.

Web, worker and beat call `refuse_unsafe_start()`; `manage.py check --deploy` tells the same without starting anything.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache as once
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis, RedisError

from track360.lib.tenancy import GLOBAL_TABLES

# Seconds that a start waits for a database which is itself just starting, and for the migrations beside it.
PATIENCE = 120
SHORTEST_SECRET = 40


class UnsafeStart(SystemExit):
    """Something named in the message would break a promise; nothing was started."""


def refuse_unsafe_start(**_: object) -> None:
    """End the process, naming each setting, when the surroundings would break a promise.

    Raises UnsafeStart. Waits a while for the database and its tables; a broker that is away is no reason to refuse,
    because nothing that must not be lost rests in it.
    """
    end = time.monotonic() + PATIENCE
    told = ""
    while lack := _what_lacks():
        if time.monotonic() > end:
            raise UnsafeStart(f"Track360 does not start: {lack}")
        if lack != told:
            print(f"Track360 waits: {lack}", file=sys.stderr, flush=True)
            told = lack
        time.sleep(0.25)
    faults = all_faults()
    connection.close()  # the processes that are forked from here on open their own
    if faults:
        raise UnsafeStart("Track360 does not start:\n" + "\n".join(f"  * {fault}" for fault in faults))


@register(deploy=True)
def safe_start(*, app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Report for `manage.py check --deploy` what a start would refuse."""
    lack = _what_lacks()
    return [Error(fault, id="track360.E001") for fault in ([lack] if lack else all_faults())]


def all_faults() -> list[str]:
    """Return everything that a start refuses, each beginning with what to change."""
    return [*of_production(), *of_database(), *of_broker()]


def of_production() -> Iterator[str]:
    """Name the settings that production may not run with."""
    if not settings.PRODUCTION:
        return
    if settings.DEBUG:
        yield "DEBUG is on: error pages would show secrets and personal data"
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY or len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield f"SECRET_KEY is the default or shorter than {SHORTEST_SECRET} characters: anyone could sign sessions"
    if settings.INSECURE_ENCRYPTION_KEY in settings.ENCRYPTION_KEYS or not settings.ENCRYPTION_KEYS:
        yield "ENCRYPTION_KEYS is the default: anyone could read stored secrets"
    if not settings.BASE_URL.startswith("https://"):
        yield "BASE_URL is not https: cookies and keys would travel in clear"
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS allows every host: links in e-mails could be made to lead anywhere"
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        if cursor.fetchone() == ("off",):
            yield "fsync is off in PostgreSQL: a power failure would lose what was answered 2xx"


def of_database() -> Iterator[str]:
    """Name what in PostgreSQL would lose committed records or let tenants mix."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone() == ("off",):
            yield "synchronous_commit is off in PostgreSQL: a crash would lose what was answered 2xx"
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, is_above_policies = cursor.fetchone()
        if is_above_policies:
            yield f"DATABASE_URL names the role {role}, which row security does not bind (superuser or BYPASSRLS)"
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND pg_has_role(current_user, relowner, 'USAGE')"
        )
        if cursor.fetchone() != (0,):
            yield f"DATABASE_URL names the role {role}, which owns tables: row security does not bind an owner"
        for table in _unguarded_tables(cursor):
            yield f"row security is missing on the tenant table {table}: run `manage.py migrate` as the owner"


def of_broker() -> Iterator[str]:
    """Name what in Valkey would drop messages silently; nothing when it is away."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            policy = client.info("memory").get("maxmemory_policy", "noeviction")
    except RedisError:
        return
    if policy != "noeviction":
        yield f"maxmemory-policy of the broker (REDIS_URL) is {policy}: it would drop messages; make it noeviction"


def missing_migrations() -> frozenset[tuple[str, str]]:
    """Return app and name of the migrations that this code has and the database has not."""
    return _migrations_on_disk() - set(MigrationRecorder(connection).applied_migrations())


@once
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _what_lacks() -> str:
    try:
        connection.ensure_connection()
    except DatabaseError:
        return "PostgreSQL, named by DATABASE_URL, does not answer"
    try:
        return "the tables are not those of this version: run `manage.py migrate`" if missing_migrations() else ""
    except DatabaseError:
        return "the application's role may not read the tables yet: run `manage.py migrate` as the owner"


def _unguarded_tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class"
        " JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'brand_id' AND NOT attisdropped"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> ALL (%s)"
        " AND NOT (relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
        "          AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid"
        "                          AND pg_get_expr(polqual, polrelid) = 'true'))"
        " ORDER BY relname",
        [list(GLOBAL_TABLES)],
    )
    return [row[0] for row in cursor.fetchall()]
