"""The delivery: the bytes themselves, written last, and the note that they must be followed up."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Any

from ingestion.writer.outcomes import DUPLICATE, REJECTED, Outcome
from ingestion.writer.statements import statements
from track360.lib.jobs import wake

FOLLOW_UP = "attribution.follow_up"

# Of so many rejected records the delivery keeps the message; of all of them place and code.
EXPLAINED_ERRORS = 100
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_INSERT = """
    WITH delivery AS (
        INSERT INTO ingestion_delivery (id, brand_id, uid, source, entity, token_id, request_id, body, sha256, strict,
            received_at, received, accepted, duplicates, rejected, errors)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %b, %b, %s, %s, %s, %s, %s, %s, %s)
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


def write_delivery(*, brand_id: int, delivery_id: int, arrival: Arrival, outcomes: Sequence[Outcome]) -> Counted:
    """Write the delivery, and its outbox row if it changed anything. Every record lock of the batch is held by now.

    Wakes the follow-up after commit.
    """
    kinds = [outcome.outcome for outcome in outcomes]
    duplicates, rejected = kinds.count(DUPLICATE), kinds.count(REJECTED)
    counted = Counted(
        uid=new_uid(arrival.received_at),
        received=len(kinds),
        accepted=len(kinds) - duplicates - rejected,
        duplicates=duplicates,
        rejected=rejected,
    )
    with statements() as cursor:
        cursor.execute(
            _INSERT,
            [
                delivery_id,
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
                dumps(_errors(outcomes)) if rejected else "[]",
            ],
        )
    if counted.accepted:
        wake(FOLLOW_UP, brand_id=brand_id)
    return counted


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
