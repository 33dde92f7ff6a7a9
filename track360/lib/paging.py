"""Lists of the REST API: one page at a time, by number or by a cursor that cannot be made up (wire.md, Answers)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet
from django.http import QueryDict

from track360.lib.problems import Malformed, Mistake

Row = TypeVar("Row", bound=Model)

PER_PAGE = 50
MOST_PER_PAGE = 500
LAST_PAGE = 1_000_000
PARAMETERS = ("page", "per_page", "cursor")


class InvalidPage(Malformed):
    """page counts from 1; per_page is 1 to 500; page and cursor do not go together."""

    code = "invalid_page"


class InvalidCursor(Malformed):
    """The cursor is not one this list gave out for these filters. Start again without one."""

    code = "invalid_cursor"


class UnknownFilter(Malformed):
    """A filter is not known here, or was given twice."""

    code = "unknown_filter"


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted: a numbered page, or what follows the row with the number `after`."""

    number: int | None
    per_page: int
    after: int | None
    scope: str

    @classmethod
    def read(cls, query: QueryDict, *, scope: str) -> "Page":
        """Read it from the query. `scope` names the list, whose it is and how it is filtered; cursors fit one scope.

        Raises InvalidPage, InvalidCursor.
        """
        per_page = _whole(query.get("per_page"), PER_PAGE, MOST_PER_PAGE)
        cursor = query.get("cursor")
        if cursor is None:
            return cls(_whole(query.get("page"), 1, LAST_PAGE), per_page, None, scope)
        if "page" in query:
            raise InvalidPage
        try:
            after = signing.loads(cursor, salt=f"cursor {scope}")
        except signing.BadSignature:
            raise InvalidCursor from None
        return cls(None, per_page, after, scope)

    def of(self, rows: QuerySet[Row], *, write: Callable[[Row], Mapping[str, Any]]) -> dict[str, Any]:
        """Return the page of these rows, in order of their ids, in the envelope of all lists."""
        total = rows.count()
        ordered = rows.order_by("id")
        if self.number is None:
            wanted = ordered.filter(id__gt=self.after)[: self.per_page + 1]
        else:
            first = (self.number - 1) * self.per_page
            wanted = ordered[first : first + self.per_page + 1]
        found = list(wanted)
        shown = found[: self.per_page]
        more = len(found) > self.per_page
        return {
            "data": [write(row) for row in shown],
            "meta": {
                "total": total,
                "page": self.number,
                "per_page": self.per_page,
                "next_cursor": signing.dumps(shown[-1].pk, salt=f"cursor {self.scope}") if more else None,
            },
        }


@dataclass(frozen=True, slots=True)
class NumberedPage:
    """A page of something that has no cursor."""

    number: int
    per_page: int

    @classmethod
    def read(cls, query: QueryDict) -> "NumberedPage":
        """Read it from the query, which may say nothing else. Raises InvalidPage, UnknownFilter."""
        _check_names(query, ("page", "per_page"))
        return cls(_whole(query.get("page"), 1, LAST_PAGE), _whole(query.get("per_page"), PER_PAGE, MOST_PER_PAGE))

    @property
    def offset(self) -> int:
        """Return how many come before it."""
        return (self.number - 1) * self.per_page


def check_known(query: QueryDict, *, filters: Collection[str]) -> None:
    """Raise UnknownFilter for a parameter that is neither a filter nor about paging, or stands twice."""
    _check_names(query, (*filters, *PARAMETERS))


def _check_names(query: QueryDict, known: Collection[str]) -> None:
    mistakes = [
        Mistake(f"/{name}", "unknown_filter" if len(values) == 1 else "given_twice", "Leave it out, or name it once.")
        for name, values in query.lists()
        if name not in known or len(values) > 1
    ]
    if mistakes:
        raise UnknownFilter(f"Known here: {', '.join(known)}. Each once.", errors=mistakes)


def _whole(text: str | None, default: int, most: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise InvalidPage
    return int(text)
