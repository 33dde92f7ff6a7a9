"""Connections that give up on a server that no longer answers, and that begin a transaction in one round trip.

A killed server closes its connections, and whoever waits learns of it. One that hangs, or whose machine is gone, does
not: without an end to waiting every thread of the web would wait for it in turn.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base

# Seconds for which this process waits for one answer; None: for ever. See `wait_at_most`.
_patience: float | None = None
_in_a_hurry: ContextVar[float | None] = ContextVar("in_a_hurry", default=None)


def wait_at_most(seconds: float | None) -> None:
    """From now on let this process wait so long for each of PostgreSQL's answers, then fail with OperationalError."""
    global _patience
    _patience = seconds


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Wait no longer than this for each of PostgreSQL's answers inside the block, whatever the process's patience."""
    before = _in_a_hurry.set(seconds)
    try:
        yield
    finally:
        _in_a_hurry.reset(before)


def last_rows(cursor: psycopg.Cursor[Any]) -> Sequence[tuple[Any, ...]]:
    """Return the rows of the last of several statements that were executed at once; none if it returns none."""
    while cursor.nextset():
        pass
    return cursor.fetchall() if cursor.description else ()


class Connection(psycopg.Connection[Any]):
    """A connection that closes when an answer does not come in time."""

    has_given_up = False

    @property
    def has_died(self) -> bool:
        """Whether the server closed it, or is gone; not: whether we have lost our patience with it."""
        return self.closed and not self.has_given_up

    @cached_property
    def plain_cursor(self) -> psycopg.Cursor[Any]:
        """A cursor for statement after statement, each read to its end: making one costs as much as asking."""
        return psycopg.Cursor(self)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server; raise OperationalError, with the connection closed, once patience ends."""
        if timeout is None:
            timeout = _in_a_hurry.get() or _patience
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.errors._WaitTimeout:
            self.has_given_up = True
            self.pgconn.finish()  # what the server still does for it ends when it notices (roles.sql)
            raise


class _Driver:
    """psycopg as Django asks for it, with our connections."""

    connect = staticmethod(Connection.connect)

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with our connections."""

    Database = _Driver()  # type: ignore[assignment]  # a module to Django, of which it takes attributes

    # Statements that the next transaction begins with, and the rows that the last of them returned.
    begins_with: str = ""
    begun_with: Sequence[tuple[Any, ...]] = ()

    def _start_transaction_under_autocommit(self) -> None:
        # Django's hook for databases whose transactions begin with a statement of their own. psycopg would send BEGIN
        # by itself before the first statement, in a round trip of its own.
        with self.wrap_database_errors:
            cursor = self.connection.plain_cursor
            cursor.execute(f"BEGIN; {self.begins_with}", prepare=False)
            self.begun_with = last_rows(cursor)


def database() -> DatabaseWrapper:
    """Return this thread's connection, as what it is."""
    return cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
