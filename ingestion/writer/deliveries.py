"""The delivery: the bytes themselves, written last, and the note that they must be followed up."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Any, NamedTuple

from ingestion.writer.outcomes import DUPLICATE, REJECTED, Outcome
from ingestion.writer.statements import array, plain_array, statements
from track360.lib.jobs import wake

FOLLOW_UP = "attribution.follow_up"

# Of so many rejected records the delivery keeps the message; of all of them place and code.
EXPLAINED_ERRORS = 100
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = [high + low for high in _CROCKFORD for low in _CROCKFORD]
_RANDOM = 10  # bytes
_INSERT = """
    WITH delivery AS (
        INSERT INTO ingestion_delivery (brand_id, id, uid, source, entity, token_id, request_id, body, sha256, strict,
            received_at, received, accepted, duplicates, rejected, errors, repeated)
        SELECT %s, id, uid, source, entity, token_id, request_id, body, sha256, strict, received_at, received, accepted,
            duplicates, rejected, errors::jsonb, repeated::int[]
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %b::bytea[],
            %b::bytea[], %s::boolean[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::int[], %s::text[],
            %s::text[])
        AS d (id, uid, source, entity, token_id, request_id, body, sha256, strict, received_at, received, accepted,
            duplicates, rejected, errors, repeated)
        RETURNING id, brand_id, received_at, accepted)
    INSERT INTO ingestion_outbox (brand_id, delivery_id, records, created_at)
    SELECT brand_id, id, accepted, received_at FROM delivery WHERE accepted > 0"""


class Arrival(NamedTuple):
    """One request, page or file as it came in."""

    source: str
    entity: str
    body: bytes
    received_at: datetime
    token_id: int | None = None
    request_id: str = ""
    is_strict: bool = False


class Counted(NamedTuple):
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


def write_deliveries(*, brand_id: int, deliveries: Sequence[Written]) -> list[Counted]:
    """Write deliveries in their order, and an outbox row for each that changed anything.

    Every record lock of their batches is held by now. Wakes the follow-up after commit.
    """
    uids = new_uids([written.arrival.received_at for written in deliveries])
    counted = [_counted(uid, written.outcomes) for uid, written in zip(uids, deliveries, strict=True)]
    with statements() as cursor:
        cursor.execute(_INSERT, [brand_id, *_columns(deliveries, counted)])
    if any(counts.accepted for counts in counted):
        wake(FOLLOW_UP, brand_id=brand_id)
    return counted


def _counted(uid: str, outcomes: Sequence[Outcome]) -> Counted:
    kinds = [outcome.outcome for outcome in outcomes]
    duplicates, rejected = kinds.count(DUPLICATE), kinds.count(REJECTED)
    return Counted(
        uid=uid,
        received=len(kinds),
        accepted=len(kinds) - duplicates - rejected,
        duplicates=duplicates,
        rejected=rejected,
    )


def _columns(deliveries: Sequence[Written], counted: Sequence[Counted]) -> list[Any]:
    arrivals = [written.arrival for written in deliveries]
    outcomes = [written.outcomes for written in deliveries]
    return [
        plain_array([str(written.delivery_id) for written in deliveries]),
        plain_array([counts.uid for counts in counted]),
        array([arrival.source for arrival in arrivals]),
        array([arrival.entity for arrival in arrivals]),
        plain_array(["NULL" if arrival.token_id is None else str(arrival.token_id) for arrival in arrivals]),
        array([arrival.request_id for arrival in arrivals]),
        [arrival.body for arrival in arrivals],
        [sha256(arrival.body).digest() for arrival in arrivals],
        plain_array(["t" if arrival.is_strict else "f" for arrival in arrivals]),
        array([str(arrival.received_at) for arrival in arrivals]),
        plain_array([str(counts.received) for counts in counted]),
        plain_array([str(counts.accepted) for counts in counted]),
        plain_array([str(counts.duplicates) for counts in counted]),
        plain_array([str(counts.rejected) for counts in counted]),
        array([_errors(*each) for each in zip(outcomes, counted, strict=True)]),
        array([_repeated(*each) for each in zip(outcomes, counted, strict=True)]),
    ]


def new_delivery_id() -> int:
    """Return the number of a delivery that will be written at the end of this transaction."""
    with statements() as cursor:
        cursor.execute("SELECT nextval('ingestion_delivery_id_seq')")
        ((number,),) = cursor.fetchall()
    return int(number)


def new_uids(moments: Sequence[datetime]) -> list[str]:
    """Return ULIDs: 48 bits of milliseconds and 80 random bits, so that ids sort by time and cannot be guessed."""
    drawn = secrets.token_bytes(_RANDOM * len(moments))
    numbers = (
        int(at.timestamp() * 1000) << 8 * _RANDOM | int.from_bytes(drawn[_RANDOM * place : _RANDOM * (place + 1)])
        for place, at in enumerate(moments)
    )
    return ["".join([_DIGITS[number >> shift & 1023] for shift in range(120, -1, -10)]) for number in numbers]


def _errors(outcomes: Sequence[Outcome], counted: Counted) -> str:
    if not counted.rejected:
        return "[]"
    errors: list[dict[str, Any]] = []
    for index, outcome in enumerate(outcomes):
        if outcome.outcome == REJECTED:
            error: dict[str, Any] = {"index": index, "code": outcome.code}
            if len(errors) < EXPLAINED_ERRORS:
                error |= {"field": outcome.field, "message": outcome.message}
            errors.append(error)
    return dumps(errors)


def _repeated(outcomes: Sequence[Outcome], counted: Counted) -> str:
    if not (counted.accepted and counted.duplicates):
        return "{}"
    return plain_array(str(place) for place, outcome in enumerate(outcomes) if outcome.outcome == DUPLICATE)
