"""What a brand's names mean at present: its configuration as one frozen value, with every lookup made beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from ingestion.rules.names import fold
from ingestion.rules.shapes import ActivityShape, CustomerShape, check_names
from ingestion.rules.standard import (
    ACTIVITY_FIELDS,
    CUSTOMER_FIELDS,
    EVENT_ALIASES,
    EVENTS,
    KPIS,
    PRODUCTS,
    STATUS_ALIASES,
    STATUSES,
    Kpi,
)
from ingestion.rules.times import Moment, check_future, moment

Key = TypeVar("Key")
Value = TypeVar("Value")
IdentityRule = Literal["automatic", "event_id", "day", "content"]

# Spellings and shapes that are remembered; a brand uses a few, a careless or hostile one is forgotten in between.
_REMEMBERED = 1000
_CUSTOMER_STRUCTURE = frozenset(CUSTOMER_FIELDS.values())


class EventMeaning(NamedTuple):
    """What an event name means: its folded form, whether it is known, its KPI if it is one, its identity rule."""

    folded: str
    known: bool
    kpi: Kpi | None
    identity: IdentityRule


@dataclass(frozen=True)
class Meaning:
    """A brand's configuration as far as it decides what records mean.

    `events` maps event names to identity rules; the alias maps lead from a sent word to a name known here; `kpis` are
    the brand's own, beside the standard ones of its vertical.
    """

    vertical: str
    timezone: str = "UTC"
    default_currency: str | None = None
    unknown_customer: Literal["park", "reject"] = "park"
    kpis: tuple[Kpi, ...] = ()
    events: Mapping[str, IdentityRule] = field(default_factory=dict)
    event_aliases: Mapping[str, str] = field(default_factory=dict)
    status_aliases: Mapping[str, str] = field(default_factory=dict)
    product_aliases: Mapping[str, str] = field(default_factory=dict)
    field_aliases: Mapping[str, str] = field(default_factory=dict)

    zone: tzinfo = field(init=False, compare=False, repr=False)
    kpi_by_name: dict[str, Kpi] = field(init=False, compare=False, repr=False)
    _events: dict[str, EventMeaning] = field(init=False, compare=False, repr=False)
    _moments: dict[str, Moment] = field(init=False, compare=False, repr=False)
    _statuses: dict[str, str] = field(init=False, compare=False, repr=False)
    _products: dict[str, str] = field(init=False, compare=False, repr=False)
    _fields: dict[str, str] = field(init=False, compare=False, repr=False)
    _activity_shapes: dict[tuple[str, ...], ActivityShape] = field(init=False, compare=False, repr=False)
    _customer_shapes: dict[tuple[str, ...], CustomerShape] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        lookups: dict[str, object] = {
            "zone": UTC if self.timezone == "UTC" else ZoneInfo(self.timezone),
            "kpi_by_name": {fold(kpi.name): kpi for kpi in (*KPIS[self.vertical], *self.kpis)},
            "_events": {},
            "_moments": {},
            "_statuses": _folded(_itself(STATUSES), STATUS_ALIASES, self.status_aliases),
            "_products": _folded(_itself(PRODUCTS), self.product_aliases),
            "_fields": _folded(self.field_aliases),
            "_activity_shapes": {},
            "_customer_shapes": {},
        }
        for name, value in lookups.items():
            object.__setattr__(self, name, value)

    def event(self, sent: str) -> EventMeaning:
        """Return what an event name means. The identity rule belongs to the name as sent, never to an alias."""
        meaning = self._events.get(sent)
        if meaning is None:
            meaning = self._event(fold(sent))
            _remember(self._events, sent, meaning)
        return meaning

    def seen_event(self, sent: object) -> EventMeaning | None:
        """Return what an event name means if it was asked for before; a name that was is a valid one."""
        return self._events.get(sent) if type(sent) is str else None

    def _event(self, folded: str) -> EventMeaning:
        rules = {fold(name): rule for name, rule in self.events.items()}
        aliases = _folded(EVENT_ALIASES, self.event_aliases)
        names = {*map(fold, EVENTS), *rules}
        target = folded if folded in self.kpi_by_name else fold(aliases.get(folded, folded))
        kpi = self.kpi_by_name.get(target)
        return EventMeaning(folded, kpi is not None or target in names, kpi, rules.get(folded, "automatic"))

    def moment(self, sent: object, field: str, *, latest: str) -> Moment:
        """Read a time in the brand's zone; raises Refused. Senders repeat days and minutes, so these are remembered."""
        if type(sent) is not str or (known := self._moments.get(sent)) is None:
            known = moment(sent, field, zone=self.zone, latest=latest)
            _remember(self._moments, str(sent), known)
        elif known.at > latest:
            check_future(known.at, field, latest=latest)
        return known

    def status(self, sent: str) -> str | None:
        """Return the status that a word means, or None where nobody has said what it means."""
        return self._statuses.get(fold(sent))

    def product(self, sent: str) -> str:
        """Return the product line that a word means; a word nobody has explained is a product line itself."""
        return self._products.get(fold(sent), sent)

    def activity_shape(self, names: tuple[str, ...]) -> ActivityShape:
        """Return where the parts of an activity with these field names stand. Raises Refused for too many names."""
        shape = self._activity_shapes.get(names)
        if shape is None:
            check_names(names)
            shape = ActivityShape.of(names, roles=self._roles(names, ACTIVITY_FIELDS), kpis=self.kpi_by_name)
            _remember(self._activity_shapes, names, shape)
        return shape

    def customer_shape(self, names: tuple[str, ...]) -> CustomerShape:
        """Return where the parts of a customer with these field names stand. Raises Refused for too many names."""
        shape = self._customer_shapes.get(names)
        if shape is None:
            check_names(names)
            shape = CustomerShape.of(names, roles=self._roles(names, CUSTOMER_FIELDS), structure=_CUSTOMER_STRUCTURE)
            _remember(self._customer_shapes, names, shape)
        return shape

    def activity_role(self, name: str) -> tuple[str, Kpi | None]:
        """Return what a field name stands for in an activity, and its KPI if it is one."""
        (role,) = self._roles((name,), ACTIVITY_FIELDS)
        return role, self.kpi_by_name.get(role)

    def customer_role(self, name: str) -> str:
        """Return what a field name stands for in a customer record."""
        (role,) = self._roles((name,), CUSTOMER_FIELDS)
        return role

    def _roles(self, names: tuple[str, ...], standard: Mapping[str, str]) -> list[str]:
        # A standard name is what it says; only other names can be aliases.
        roles = []
        for folded in map(fold, names):
            target = folded if folded in standard else fold(self._fields.get(folded, folded))
            roles.append(standard.get(target, target))
        return roles


def _itself(names: tuple[str, ...]) -> dict[str, str]:
    return {name: name for name in names}


def _folded(*sources: Mapping[str, str]) -> dict[str, str]:
    return {fold(name): target for source in sources for name, target in source.items()}


def _remember(known: dict[Key, Value], key: Key, value: Value) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
