"""The delivery: the bytes themselves, written last, and the note that they must be followed up."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Any, NamedTuple

from ingestion.writer.outcomes import DUPLICATE, REJECTED, Outcome
from ingestion.writer.statements import plain_array, statements
from track360.lib.jobs import wake

FOLLOW_UP = "attribution.follow_up"

# Of so many rejected records the delivery keeps the message; of all of them place and code.
EXPLAINED_ERRORS = 100
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_INSERT = """
    WITH delivery AS (
        INSERT INTO ingestion_delivery (id, brand_id, uid, source, entity, token_id, request_id, body, sha256, strict,
            received_at, received, accepted, duplicates, rejected, errors,
            repeated)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %b, %b, %s, %s, %s, %s, %s, %s, %s, %s)
        RETURNING id, brand_id, received_at, accepted)
    INSERT INTO ingestion_outbox (brand_id, delivery_id, records, created_at)
    SELECT brand_id, id, accepted, received_at FROM delivery WHERE accepted > 0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request, page or file as it came in."""

    source: str
    entity: str
    body: bytes
    received_at: datetime
    token_id: int | None = None
    request_id: str = ""
    is_strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A written delivery: its public id and how many records had which outcome."""

    uid: str
    received: int
    accepted: int
    duplicates: int
    rejected: int


class Written(NamedTuple):
    """What a delivery is made of at the end: its number, how it came in, and what became of its records."""

    delivery_id: int
    arrival: Arrival
    outcomes: Sequence[Outcome]


def write_delivery(*, brand_id: int, delivery_id: int, arrival: Arrival, outcomes: Sequence[Outcome]) -> Counted:
    """Write one delivery; see `write_deliveries`."""
    (counted,) = write_deliveries(brand_id=brand_id, deliveries=[Written(delivery_id, arrival, outcomes)])
    return counted


def write_deliveries(*, brand_id: int, deliveries: Sequence[Written]) -> list[Counted]:
    """Write deliveries in their order, and an outbox row for each that changed anything.

    Every record lock of their batches is held by now. Wakes the follow-up after commit.
    """
    counted = [_counted(written) for written in deliveries]
    rows = [_row(brand_id, written, counts) for written, counts in zip(deliveries, counted, strict=True)]
    with statements() as cursor:
        if len(rows) == 1:
            cursor.execute(_INSERT, rows[0])
        else:
            cursor.executemany(_INSERT, rows)
    if any(counts.accepted for counts in counted):
        wake(FOLLOW_UP, brand_id=brand_id)
    return counted


def _counted(written: Written) -> Counted:
    kinds = [outcome.outcome for outcome in written.outcomes]
    duplicates, rejected = kinds.count(DUPLICATE), kinds.count(REJECTED)
    return Counted(
        uid=new_uid(written.arrival.received_at),
        received=len(kinds),
        accepted=len(kinds) - duplicates - rejected,
        duplicates=duplicates,
        rejected=rejected,
    )


def _row(brand_id: int, written: Written, counted: Counted) -> tuple[Any, ...]:
    arrival = written.arrival
    return (
        written.delivery_id,
        brand_id,
        counted.uid,
        arrival.source,
        arrival.entity,
        arrival.token_id,
        arrival.request_id,
        arrival.body,
        sha256(arrival.body).digest(),
        arrival.is_strict,
        arrival.received_at,
        counted.received,
        counted.accepted,
        counted.duplicates,
        counted.rejected,
        dumps(_errors(written.outcomes)) if counted.rejected else "[]",
        plain_array(_repeated(written.outcomes)) if counted.accepted and counted.duplicates else "{}",
    )


def new_delivery_id() -> int:
    """Return the number of a delivery that will be written at the end of this transaction."""
    with statements() as cursor:
        cursor.execute("SELECT nextval('ingestion_delivery_id_seq')")
        ((number,),) = cursor.fetchall()
    return int(number)


def new_uid(at: datetime) -> str:
    """Return a ULID: 48 bits of milliseconds and 80 random bits, so that ids sort by time and cannot be guessed."""
    number = int(at.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def _errors(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    errors: list[dict[str, Any]] = []
    for index, outcome in enumerate(outcomes):
        if outcome.outcome == REJECTED:
            error: dict[str, Any] = {"index": index, "code": outcome.code}
            if len(errors) < EXPLAINED_ERRORS:
                error |= {"field": outcome.field, "message": outcome.message}
            errors.append(error)
    return errors


def _repeated(outcomes: Sequence[Outcome]) -> Iterator[str]:
    return (str(place) for place, outcome in enumerate(outcomes) if outcome.outcome == DUPLICATE)
