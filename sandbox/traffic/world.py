"""Who can send visitors to a brand, and what comes of it: the values that traffic is made of and results in."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One way in which visitors come: a link, a promo code, a printed tracking value, or nobody's doing.

    `name` is the link's code, the promo code or the tracking value without its click part; "" for nobody.
    """

    kind: Literal["link", "promo_code", "pattern", "organic"]
    name: str
    visitors_a_day: float


@dataclass(frozen=True, slots=True)
class World:
    """Everything the traffic of one brand depends on."""

    slug: str
    vertical: str
    zone: ZoneInfo
    sources: tuple[Source, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor on a link. `nonce` makes his click token unlike every other."""

    link: str
    at: datetime
    subs: tuple[str, str, str, str, str]
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Registration:
    """One new customer as the brand reports him; if he came by a link, its visit, whose token is still to be added."""

    record: Record
    visit: Visit | None


@dataclass(slots=True)
class Day:
    """What one day brings."""

    day: date
    visits: list[Visit] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    activities: list[Record] = field(default_factory=list)
