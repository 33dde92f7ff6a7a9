"""Stored records read again from the bytes that brought them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from brands.models import Brand
from ingestion.dialects.dialect import Dialect
from ingestion.dialects.registry import Origin, dialect_of
from ingestion.models import Delivery
from ingestion.models.deliveries import Source
from ingestion.rules.activities import ActivityRow
from ingestion.rules.meaning import Meaning
from ingestion.rules.refusals import Refused

_OPENED_AT_ONCE = 20


class Opened(NamedTuple):
    """A delivery with its records decoded."""

    dialect: Dialect
    records: list[Any]
    received_at: datetime


def opened(delivery: Delivery) -> Opened:
    """Return a delivery with its records decoded."""
    dialect = dialect_of(source=delivery.source, entity=delivery.entity)
    return Opened(dialect, dialect.decode(bytes(delivery.body)), delivery.received_at)


def origins_of(*, brand_id: int, places: Sequence[Origin]) -> list[Origin]:
    """Return where the bytes of stored records are, in the same order.

    `places` are the deliveries that stand on the records; a change of configuration only refers to the bytes.
    """
    wanted = _by_delivery(places)
    found: dict[Origin, Origin] = {}
    for delivery in _deliveries(brand_id, wanted, source=Source.CONFIGURATION):
        references = json.loads(bytes(delivery.body))
        found |= {place: Origin(*references[place.place]) for place in wanted[delivery.pk]}
    return [found.get(place, place) for place in places]


def read_again(*, brand: Brand, meaning: Meaning, origins: Sequence[Origin]) -> list[ActivityRow | Refused]:
    """Return what activities mean whose bytes are there, in the same order. Each delivery is opened once."""
    wanted = _by_delivery(origins)
    found: dict[Origin, Any] = {}
    for delivery in _deliveries(brand.pk, wanted):
        dialect, records, received_at = opened(delivery)
        those = wanted[delivery.pk]
        sent = [records[origin.place] for origin in those]
        found |= zip(those, dialect.read(sent, meaning=meaning, received_at=received_at, again=True), strict=True)
    return [found[origin] for origin in origins]


def origins_body(origins: Iterable[Origin]) -> bytes:
    """Return the body of a changed configuration's delivery: references to the bytes that it has read again."""
    return json.dumps([list(origin) for origin in origins], separators=(",", ":")).encode()


def _by_delivery(places: Iterable[Origin]) -> dict[int, list[Origin]]:
    found = defaultdict(list)
    for place in places:
        found[place.delivery_id].append(place)
    return found


def _deliveries(brand_id: int, ids: Collection[int], **conditions: str) -> Iterator[Delivery]:
    deliveries = Delivery.objects.filter(brand=brand_id, pk__in=list(ids), **conditions)
    return deliveries.only("body", "source", "entity", "received_at").iterator(chunk_size=_OPENED_AT_ONCE)
