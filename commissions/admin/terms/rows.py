"""Rows of a form: any number of small forms of one shape, added and removed by the person who fills them in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.http import HttpRequest

from commissions.admin.terms.parts import Part

ADD = "_add"
REMOVE = "_remove"

Row = TypeVar("Row", bound=Part)


class Rows(Generic[Row]):
    """Forms `prefix-0`, `prefix-1`, … as they were sent, or as `initial` says, blank ones left out.

    A button named `_add` with the value `prefix` asks for one more, one named `_remove` with `prefix-1` takes one away;
    scripts do both without asking. There are as many rows as were sent: DATA_UPLOAD_MAX_NUMBER_FIELDS refuses a form
    that is too long, where leaving out rows would change what is stored.
    """

    def __init__(
        self,
        make: Callable[..., Row],
        *,
        prefix: str,
        data: Mapping[str, Any] | None = None,
        initial: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.prefix = prefix
        self._make = make
        if data is None:
            self.forms = [
                make(prefix=f"{prefix}-{place}", initial=dict(values)) for place, values in enumerate(initial)
            ]
            return
        places = _places(data, prefix)
        if data.get(ADD) == prefix:
            places.append(max(places, default=-1) + 1)
        kept = [place for place in places if data.get(REMOVE) != f"{prefix}-{place}"]
        self.forms = [make(data=data, prefix=f"{prefix}-{place}") for place in kept]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    def filled(self) -> list[Row]:
        """Return the rows in which something was written, in order."""
        return [row for row in self.forms if not row.is_bound or row.has_changed()]

    def is_valid(self) -> bool:
        checked = [row.is_valid() for row in self.filled()]  # every row shows its errors, not only the first
        return all(checked)

    def leave_unchecked(self) -> None:
        """Show no errors in any row."""
        for row in self.forms:
            row.leave_unchecked()

    @property
    def empty(self) -> Row:
        """Return the row that scripts copy; its number is still open."""
        return self._make(prefix=f"{self.prefix}-__row__")


def asks_for_rows(request: HttpRequest) -> bool:
    """Tell whether the form was only sent for one row more or less, without scripts; nothing is checked or stored."""
    return bool(request.POST.get(ADD) or request.POST.get(REMOVE))


def _places(data: Mapping[str, Any], prefix: str) -> list[int]:
    pattern = re.compile(re.escape(prefix) + r"-(\d{1,4})(?:-|$)")
    return sorted({int(found[1]) for name in data if (found := pattern.match(name))})
