"""One request from its bytes to its answer, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from json import dumps
from typing import Any

from django.db import transaction

from brands.models import Brand
from ingestion.dialects.dialect import ActivityDialect, Dialect
from ingestion.rules.refusals import TooMuch, Unreadable
from ingestion.writer.activities import Batch, write_activities
from ingestion.writer.customers import write_customers
from ingestion.writer.deliveries import Arrival, Counted, Written, write_deliveries
from ingestion.writer.opening import Opening, opened_write
from ingestion.writer.outcomes import REJECTED, Outcome
from track360.lib.problems import LISTED_ERRORS, Malformed, TooLarge

NOT_STORED = "not_stored"


class Undecodable(Malformed):
    """The bytes are not a batch of records."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class BatchTooLarge(TooLarge):
    """The batch is larger than one request may be."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class _OneRejected(Exception):
    """A record of an all-or-nothing batch was rejected by what is stored."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a request: what the sender is told."""

    counted: Counted
    outcomes: Sequence[Outcome]

    @property
    def status(self) -> int:
        """HTTP status: 422 when nothing was acceptable, 207 when something was not, else 200."""
        if not self.counted.rejected:
            return 200
        return 422 if self.counted.rejected == self.counted.received else 207

    def as_json(self, *, is_minimal: bool = False) -> str:
        """Return the answer; minimal leaves out what went well. At most LISTED_ERRORS rejections are listed.

        Those that are wrong themselves come before those that were only not stored with them.
        """
        results = []
        wrong = not_stored = LISTED_ERRORS
        if self.counted.rejected > LISTED_ERRORS:
            not_stored -= sum(each.outcome == REJECTED and each.code != NOT_STORED for each in self.outcomes)
        for index, outcome in enumerate(self.outcomes):
            if outcome.code == NOT_STORED:
                not_stored -= 1
                if not_stored < 0:
                    continue
            elif outcome.outcome == REJECTED:
                wrong -= 1
                if wrong < 0:
                    continue
            elif is_minimal:
                continue
            results.append(_result(index, outcome))
        counted = self.counted
        return (
            f'{{"delivery": "{counted.uid}", "received": {counted.received}, "accepted": {counted.accepted},'
            f' "duplicates": {counted.duplicates}, "rejected": {counted.rejected}, "results": [{", ".join(results)}]}}'
        )


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request on its way in: how it came, and the records that its bytes are."""

    arrival: Arrival
    records: list[Any]


def read(
    *,
    dialect: Dialect,
    body: bytes,
    received_at: datetime,
    token_id: int | None = None,
    request_id: str = "",
    is_strict: bool = False,
) -> Incoming:
    """Read the bytes of a request. Raises Undecodable or BatchTooLarge for those that are no batch of records."""
    try:
        records = dialect.decode(body)
    except TooMuch as too_much:
        raise BatchTooLarge(too_much.code, too_much.detail) from None
    except Unreadable as unreadable:
        raise Undecodable(unreadable.code, unreadable.detail) from None
    arrival = Arrival(
        source=dialect.source,
        entity=dialect.entity,
        body=body,
        received_at=received_at,
        token_id=token_id,
        request_id=request_id,
        is_strict=is_strict,
    )
    return Incoming(arrival, records)


def receive(
    *,
    dialect: Dialect,
    brand: Brand,
    body: bytes,
    received_at: datetime,
    token_id: int | None = None,
    request_id: str = "",
    is_strict: bool = False,
) -> Receipt:
    """Store what one request brings; opens the brand's `tenant()`. When that commits, the receipt is the truth.

    `is_strict`: one rejected record leaves nothing stored but the delivery. Raises Undecodable or BatchTooLarge for
    bytes that are no batch; of those nothing is kept.
    """
    incoming = read(
        dialect=dialect,
        body=body,
        received_at=received_at,
        token_id=token_id,
        request_id=request_id,
        is_strict=is_strict,
    )
    return receive_one(dialect=dialect, brand=brand, incoming=incoming)


def receive_one(*, dialect: Dialect, brand: Brand, incoming: Incoming) -> Receipt:
    """Store what one request brings that is already read; see `receive`."""
    with opened_write(brand_id=brand.pk) as opening:
        outcomes = _stored(dialect, brand, opening, incoming)
        (delivery_id,) = opening.deliveries
        written = Written(delivery_id, incoming.arrival, outcomes)
        (counted,) = write_deliveries(brand_id=brand.pk, deliveries=[written])
    return Receipt(counted, outcomes)


def receive_together(*, dialect: ActivityDialect, brand: Brand, requests: Sequence[Incoming]) -> list[Receipt]:
    """Store what several requests bring, none of them strict, as if they had come one after another."""
    with opened_write(brand_id=brand.pk, deliveries=len(requests)) as opening:
        batches = [
            Batch(
                delivery_id,
                dialect.read(request.records, meaning=opening.meaning, received_at=request.arrival.received_at),
            )
            for delivery_id, request in zip(opening.deliveries, requests, strict=True)
        ]
        outcomes = iter(_activities(brand, opening, batches))
        written = [
            Written(batch.delivery_id, request.arrival, list(islice(outcomes, len(batch.records))))
            for batch, request in zip(batches, requests, strict=True)
        ]
        counted = write_deliveries(brand_id=brand.pk, deliveries=written)
    return [Receipt(counts, each.outcomes) for counts, each in zip(counted, written, strict=True)]


def _activities(brand: Brand, opening: Opening, batches: Sequence[Batch]) -> list[Outcome]:
    return write_activities(
        brand_id=brand.pk,
        batches=batches,
        rejects_unknown_customers=opening.meaning.unknown_customer == "reject",
    )


def _stored(dialect: Dialect, brand: Brand, opening: Opening, incoming: Incoming) -> list[Outcome]:
    if not incoming.arrival.is_strict:
        return _written(dialect, brand, opening, incoming)
    try:
        with transaction.atomic():
            return _written(dialect, brand, opening, incoming)
    except _OneRejected as one_rejected:
        return [_not_stored(outcome) for outcome in one_rejected.outcomes]


def _written(dialect: Dialect, brand: Brand, opening: Opening, incoming: Incoming) -> list[Outcome]:
    (delivery_id,) = opening.deliveries
    received_at = incoming.arrival.received_at
    if isinstance(dialect, ActivityDialect):
        rows = dialect.read(incoming.records, meaning=opening.meaning, received_at=received_at)
        outcomes = _activities(brand, opening, [Batch(delivery_id, rows)])
    else:
        outcomes = write_customers(
            brand_id=brand.pk,
            delivery_id=delivery_id,
            records=dialect.read(incoming.records, meaning=opening.meaning, received_at=received_at),
            received_at=received_at,
        )
    if incoming.arrival.is_strict and any(outcome.outcome == REJECTED for outcome in outcomes):
        raise _OneRejected(outcomes)
    return outcomes


def _not_stored(outcome: Outcome) -> Outcome:
    if outcome.outcome == REJECTED:
        return outcome
    return Outcome(
        REJECTED,
        outcome.id,
        NOT_STORED,
        "",
        "Another record of the batch was rejected, and all or nothing was asked for.",
    )


def _result(index: int, outcome: Outcome) -> str:
    # Put together by hand: a thousand of these are half of what answering costs otherwise.
    result = f'{{"index": {index}, "outcome": "{outcome.outcome}"'
    if outcome.id:
        result += f', "id": {dumps(outcome.id)}'
    if outcome.code:
        result += f', "code": "{outcome.code}"'
    if outcome.field:
        result += f', "field": {dumps(outcome.field)}'
    if outcome.message:
        result += f', "message": {dumps(outcome.message)}'
    return result + "}"
