"""The shape that all sections of the document share: read it, look it up, write it, add to it, change it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from brands.models import Brand, User
from commissions.engine.plan import Profile
from commissions.engine.terms.reading import Reader, TermsRefused
from track360.lib.periods import FIRST_DAY, LAST_DAY


class Item(Protocol):
    """One configured thing as the document states it, comparable by value."""

    def plain(self) -> dict[str, Any]:
        """Return it in the document's words."""


Items = dict[str, Any]


@dataclass(slots=True)
class Declared:
    """What the document has declared so far, for what refers to it."""

    vertical: str = ""
    kpis: list[str] = field(default_factory=list)
    affiliates: set[str] = field(default_factory=set)
    campaigns: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    plans: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Scene:
    """Whose configuration is meant, who acts, and when."""

    brand: Brand
    by: User | str
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.brand.zone).date()


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the document.

    `read` takes it out of the document and refuses what is wrong with its path; `stored` reads what is configured now;
    both give items by key, in an order in which they can be added. `add` (of several at once) and `change` call the
    services. `write` puts the items into the document; without one they become a list under the section's name. With
    `changes_first` things are changed before others are added, so that what ends makes room for what follows it.
    """

    name: str
    read: Callable[[Reader, Declared], Items]
    stored: Callable[[Scene], Items]
    add: Callable[[list[Any], Scene], None]
    change: Callable[[Any, Any, Scene], None]
    write: Callable[[dict[str, Any], list[Any]], None] | None = None
    changes_first: bool = False


def each(add: Callable[[Any, Scene], None]) -> Callable[[list[Any], Scene], None]:
    """Make a function that adds one thing one that adds several."""

    def add_each(items: list[Any], scene: Scene) -> None:
        for item in items:
            add(item, scene)

    return add_each


def readers(document: Reader, name: str) -> list[Reader]:
    """Return a reader for each mapping of a list; a list that is not there is empty."""
    value = document.value(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise TermsRefused(document.at(name), "must be a list")
    return [Reader(item, f"{document.at(name)}[{place}]") for place, item in enumerate(value)]


def keyed(items: Items, key: str, item: Any, path: str) -> None:
    """Add an item under its key; refuse a second one."""
    if key in items:
        raise TermsRefused(path, f"{key} is declared twice")
    items[key] = item


def text(reader: Reader, key: str, *, longest: int = 100) -> str:
    """Read a text that must be there."""
    value = reader.value(key)
    if not isinstance(value, str) or not value.strip() or len(value) > longest or "\0" in value:
        raise TermsRefused(reader.at(key), f"must be a text of 1 to {longest} characters")
    return value


def optional_text(reader: Reader, key: str, *, longest: int = 100) -> str | None:
    """Read a text that may be absent or null."""
    return text(reader, key, longest=longest) if reader.value(key) not in (None, "") else None


def day(reader: Reader, key: str) -> date:
    """Read a day."""
    value = reader.value(key)
    if not isinstance(value, date):
        raise TermsRefused(reader.at(key), "must be a day written YYYY-MM-DD, without quotes")
    if not FIRST_DAY <= value <= LAST_DAY:
        raise TermsRefused(reader.at(key), f"must be a day from {FIRST_DAY.year} through {LAST_DAY.year}")
    return value


def optional_day(reader: Reader, key: str) -> date | None:
    """Read a day that may be absent or null."""
    return None if reader.value(key) is None else day(reader, key)


def choice(reader: Reader, key: str, of: Iterable[str], default: str | None = None) -> str:
    """Read one of a few words."""
    value = reader.value(key)
    names = list(of)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or value not in names:
        raise TermsRefused(reader.at(key), f"must be one of {', '.join(names)}")
    return value


def texts(reader: Reader, key: str, default: list[str]) -> list[str]:
    """Read a list of texts."""
    value = reader.value(key)
    if value is None:
        return default
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise TermsRefused(reader.at(key), "must be a list of texts")
    return value


def reference(reader: Reader, key: str, declared: Iterable[str], what: str) -> str:
    """Read the name of something the document declares."""
    name = text(reader, key)
    if name not in declared:
        raise TermsRefused(reader.at(key), f"no {what} {name!r} is declared in this document")
    return name


def optional_reference(reader: Reader, key: str, declared: Iterable[str], what: str) -> str | None:
    """Read the name of something the document declares, or null."""
    return None if reader.value(key) is None else reference(reader, key, declared, what)


def campaign_of(reader: Reader, affiliate: str, declared: Declared) -> str | None:
    """Read the name of one of the affiliate's campaigns, or null."""
    campaign = optional_reference(reader, "campaign", declared.campaigns, "campaign")
    if campaign is not None and declared.campaigns[campaign] != affiliate:
        raise TermsRefused(reader.at("campaign"), f"{campaign} is a campaign of {declared.campaigns[campaign]}")
    return campaign
