"""Strict reading of one document: every value is asked for by name, what nobody asked for is refused."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?", re.ASCII)
MAX_NAME = 100
MAX_DAYS = 3650
MAX_PERCENT = 1000

E = TypeVar("E", bound=StrEnum)


class TermsRefused(ValueError):
    """The terms cannot be saved: `path` says where ("conditions.all[0].measure"), `message` what is wrong."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


class Reader:
    """One mapping of the document, at a path."""

    def __init__(self, document: object, path: str = "") -> None:
        if not isinstance(document, Mapping):
            raise TermsRefused(path, "must be a mapping of names to values")
        for key in document:
            if not isinstance(key, str):
                raise TermsRefused(path, f"the name {key!r} must be text")
        self._document = document
        self.path = path
        self._asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Tell whether a value is given; null is not given."""
        return self._document.get(key) is not None

    def value(self, key: str) -> object:
        self._asked.add(key)
        return self._document.get(key)

    def finish(self) -> None:
        """Refuse every name that was not asked for."""
        for key in self._document:
            if key not in self._asked:
                raise TermsRefused(self.at(key), f"is not known here; known are {', '.join(sorted(self._asked))}")

    def one_of(self, *keys: str) -> str:
        """Give the single one of these names that is given."""
        given = [key for key in keys if self.has(key)]
        self._asked.update(keys)
        if len(given) == 1:
            return given[0]
        choice = f"{', '.join(keys[:-1])} or {keys[-1]}"
        if not given:
            raise TermsRefused(self.path, f"one of {choice} is needed")
        raise TermsRefused(self.at(given[1]), f"only one of {choice} can be given")

    def text(self, key: str) -> str:
        return read_text(self.value(key), self.at(key))

    def choice(self, key: str, of: type[E], default: E) -> E:
        return read_choice(self.value(key), of, self.at(key)) if self.has(key) else self._default(key, default)

    def number(self, key: str, *, minimum: Decimal | None = Decimal(0), above: Decimal | None = None) -> Decimal:
        return read_number(self.value(key), self.at(key), minimum=minimum, above=above)

    def percent(self, key: str) -> Decimal:
        """Read a percentage, 15 for 15 %. More than tenfold is a slip, and could outgrow the arithmetic."""
        percent = self.number(key, above=Decimal(0))
        if percent > MAX_PERCENT:
            raise TermsRefused(self.at(key), f"must be at most {MAX_PERCENT}")
        return percent

    def fraction(self, key: str) -> Decimal:
        """Read a share, 0.30 for 30 %."""
        return read_fraction(self.value(key), self.at(key))

    def whole(self, key: str, *, minimum: int, maximum: int = MAX_DAYS) -> int:
        value = self.value(key)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise TermsRefused(self.at(key), f"must be a whole number from {minimum} to {maximum}")
        return value

    def flag(self, key: str) -> bool:
        value = self.value(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise TermsRefused(self.at(key), "must be true or false")
        return value

    def items(self, key: str) -> list[tuple[object, str]]:
        """Read a list that is not empty, each item with its path."""
        value = self.value(key)
        if not isinstance(value, list | tuple) or not value:
            raise TermsRefused(self.at(key), "must be a list with at least one item")
        return [(item, f"{self.at(key)}[{place}]") for place, item in enumerate(value)]

    def _default(self, key: str, default: E) -> E:
        self._asked.add(key)
        return default


def read_text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME:
        raise TermsRefused(path, f"must be a text of 1 to {MAX_NAME} characters")
    return value


def read_choice(value: object, of: type[E], path: str) -> E:
    names = [str(member) for member in of]
    if not isinstance(value, str) or value not in names:
        raise TermsRefused(path, f"must be one of {', '.join(names)}")
    return of(value)


def read_number(
    value: object, path: str, *, minimum: Decimal | None = Decimal(0), above: Decimal | None = None
) -> Decimal:
    """Read a number from its text; whole numbers may stand without quotes, fractions never (they would be floats)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise TermsRefused(path, 'must be a number written as text, such as "12.50"')
    number = Decimal(value)
    if above is not None and number <= above:
        raise TermsRefused(path, f"must be above {above}")
    if minimum is not None and number < minimum:
        raise TermsRefused(path, f"must be at least {minimum}")
    return number


def read_fraction(value: object, path: str) -> Decimal:
    number = read_number(value, path)
    if number > 1:
        raise TermsRefused(path, 'is a fraction: write "0.30" for 30 %')
    return number


def known_kpi(name: str, kpis: Collection[str] | None, path: str) -> str:
    """Give back the name of a KPI; refuse one the brand does not have, when its KPIs are said."""
    if kpis is not None and name not in kpis:
        raise TermsRefused(path, f"{name!r} is not a KPI of this brand")
    return name
