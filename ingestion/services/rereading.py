"""Stored records read again from the bytes that brought them."""

import json
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from ingestion.dialects.dialect import Dialect
from ingestion.dialects.registry import Origin, dialect_of
from ingestion.models import Delivery
from ingestion.models.deliveries import Source

_KEPT_DECODED = 50


class Opened(NamedTuple):
    """A delivery with its records decoded."""

    dialect: Dialect
    records: list[Any]
    received_at: datetime


class Rereader:
    """Opens a brand's deliveries, keeping those it used last. One of these serves one piece of work."""

    def __init__(self, *, brand_id: int) -> None:
        self._brand_id = brand_id
        self._opened: OrderedDict[int, Opened] = OrderedDict()
        self._origins: OrderedDict[int, list[Origin]] = OrderedDict()

    def origin(self, delivery_id: int, index: int) -> Origin:
        """Return where the bytes of a stored record are; a change of configuration only refers to them."""
        if delivery_id not in self._opened and delivery_id not in self._origins:
            self._read(delivery_id)
        origins = self._origins.get(delivery_id)
        return Origin(delivery_id, index) if origins is None else origins[index]

    def open(self, delivery_id: int) -> Opened:
        """Return a received delivery, decoded."""
        if delivery_id not in self._opened:
            self._read(delivery_id)
        return self._opened[delivery_id]

    def _read(self, delivery_id: int) -> None:
        delivery = Delivery.objects.get(brand=self._brand_id, pk=delivery_id)
        if delivery.source == Source.CONFIGURATION:
            _keep(self._origins, delivery_id, origins_in(delivery))
        else:
            _keep(self._opened, delivery_id, opened(delivery))


def opened(delivery: Delivery) -> Opened:
    """Return a delivery with its records decoded."""
    dialect = dialect_of(source=delivery.source, entity=delivery.entity)
    return Opened(dialect, dialect.decode(bytes(delivery.body)), delivery.received_at)


def origins_in(delivery: Delivery) -> list[Origin]:
    """Return to which records the delivery of a changed configuration refers."""
    return [Origin(*pair) for pair in json.loads(bytes(delivery.body))]


def origins_body(origins: Iterable[Origin]) -> bytes:
    """Return the body of a changed configuration's delivery: references to the bytes that it has read again."""
    return json.dumps([list(origin) for origin in origins], separators=(",", ":")).encode()


def _keep(kept: "OrderedDict[int, Any]", key: int, value: Any) -> None:
    kept[key] = value
    if len(kept) > _KEPT_DECODED:
        kept.popitem(last=False)
