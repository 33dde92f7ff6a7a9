"""SQL with array literals: how columns travel to PostgreSQL, and the cursor they travel with.

Rows are named by joining with `unnest`, not by `= ANY`: statements are planned once, and a plan made while a table was
small and unknown must do for a large one. A join by a whole key finds its index; a filter may compare each with each.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from track360.lib.postgresql.base import database


@contextmanager
def statements() -> Iterator[psycopg.Cursor[Any]]:
    """Hand out the connection's cursor that sends parameters apart from the statement; PostgreSQL keeps its plan.

    Django's own cursor puts parameters into the text of the statement: a batch would be scanned once more as SQL.
    Read each answer to its end before you go on. Errors are Django's.
    """
    connection = database()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        yield connection.connection.plain_cursor


def array(values: Sequence[str]) -> str:
    """Return the array literal of texts that may hold anything but NUL, which no text in PostgreSQL can."""
    if not values:
        return "{}"
    joined = "\0".join(values)
    if '"' in joined or "\\" in joined:
        joined = _escaped(joined)
    return '{"' + joined.replace("\0", '","') + '"}'


def nullable_array(values: Iterable[str | None]) -> str:
    """Return the array literal of texts of which some are NULL."""
    return "{" + ",".join("NULL" if value is None else f'"{_escaped(value)}"' for value in values) + "}"


def plain_array(values: Iterable[str]) -> str:
    """Return the array literal of texts that need no quotes: hex digits, numbers, dates."""
    return "{" + ",".join(values) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
