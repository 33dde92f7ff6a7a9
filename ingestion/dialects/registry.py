"""Every way in, found by what stands on its deliveries."""

from typing import NamedTuple

from ingestion.dialects import push
from ingestion.dialects.dialect import Dialect

_BY_NAME: dict[tuple[str, str], Dialect] = {
    (dialect.source, dialect.entity): dialect for dialect in (push.CUSTOMERS, push.ACTIVITIES)
}


def dialect_of(*, source: str, entity: str) -> Dialect:
    """Return the dialect in which a delivery with this source and entity is read."""
    return _BY_NAME[source, entity]


class Origin(NamedTuple):
    """Where the bytes of a record are: a delivery that was received, and the record's place in it."""

    delivery_id: int
    place: int
