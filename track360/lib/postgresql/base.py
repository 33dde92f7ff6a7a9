"""Connections that give up on a server that no longer answers.

A killed server closes its connections, and whoever waits learns of it. One that hangs, or whose machine is gone, does
not: without an end to waiting every thread of the web would wait for it in turn.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql import base

# Seconds for which this process waits for one answer; None: for ever. See `wait_at_most`.
_patience: float | None = None


def wait_at_most(seconds: float | None) -> None:
    """From now on let this process wait so long for each of PostgreSQL's answers, then fail with OperationalError."""
    global _patience
    _patience = seconds


class Connection(psycopg.Connection[Any]):
    """A connection that closes when an answer does not come in time."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server; raise OperationalError, with the connection closed, after this process's patience."""
        try:
            return super().wait(gen, interval, _patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # whatever the server still does for it is rolled back
            raise


class _Driver:
    """psycopg as Django asks for it, with our connections."""

    connect = staticmethod(Connection.connect)

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with our connections."""

    Database = _Driver()  # type: ignore[assignment]  # a module to Django, of which it takes attributes
