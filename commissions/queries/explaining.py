"""Why a line has its amount, down to the records that went in and the bytes that brought them (commissions.md 13)."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from brands.models import Brand
from commissions.engine.fx import Conversion
from commissions.engine.plan import Component, Plan
from commissions.engine.readback import sentences
from commissions.models import ClosedPeriod, Line
from commissions.models.ledger import LineState
from commissions.queries.behind import Difference, Row, facts_behind
from commissions.queries.candidates import customers_of
from commissions.queries.terms import terms_of
from ingestion.dialects.registry import Origin
from ingestion.models import Delivery
from ingestion.queries.kpis import count_kpis
from ingestion.services.rereading import origins_of
from track360.lib.money import plain


@dataclass(frozen=True, slots=True)
class Record:
    """One fact that went into a line: the record it is of, what it counts, and where its bytes are.

    `counted` is in the plan's currency, by `conversion` where the record is in another one. `has_changed` says that it
    does not count like this any more.
    """

    customer: str
    event: str
    event_id: str
    moment: datetime
    day: date
    product: str
    kpi: str
    amount: Decimal
    currency: str
    counted: Decimal
    conversion: Conversion | None
    delivery: str
    received_at: datetime
    index: int
    sha256: str
    text: str
    has_changed: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A line with its terms in words, the steps that led to its amount, and a page of the records that went in.

    `sums` add up all records by KPI. `is_complete` is False when there are more records than are looked at. `as_of` is
    when a posted line's month was closed: the records are those of then, and `since` are those that came or became
    others afterwards. `notices` say what a reader must know to make sense of the figures, `differences` which figures
    of the working the records do not add up to.
    """

    line: Line
    sentences: tuple[str, ...]
    working: list[dict[str, str]]
    sums: dict[str, Decimal]
    records_in_all: int
    is_complete: bool
    records: tuple[Record, ...]
    as_of: datetime | None
    notices: tuple[str, ...]
    differences: tuple[Difference, ...]
    since_in_all: int
    since: tuple[Record, ...]


def explain(*, brand: Brand, line: Line, offset: int = 0, limit: int = 50) -> Explanation:
    """Explain a line: a posted one as of the closing of its month, any other by what its whole source line is made of
    now.

    The records are those from `offset` on, at most `limit`, in order of their moments; as many of those that came
    since.
    """
    plan = terms_of(brand_id=brand.id, plans=[line.plan])[line.plan_id]
    component = _component(plan, line)
    closed_at = _closed_at(brand, line)
    then = facts_behind(brand=brand, plan=plan, component=component, line=line, at=closed_at)
    gone: set[tuple[object, ...]] = set()
    since: list[Row] = []
    if closed_at is not None and then.is_complete:
        now = facts_behind(brand=brand, plan=plan, component=component, line=line, at=None)
        if now.is_complete:
            before, after = {_counts_as(row) for row in then.rows}, {_counts_as(row) for row in now.rows}
            gone, since = before - after, [row for row in now.rows if _counts_as(row) not in before]
    return Explanation(
        line=line,
        sentences=tuple(sentences(component, line.currency, counts=count_kpis(brand=brand))),
        working=line.working,
        sums=then.sums,
        records_in_all=len(then.rows),
        is_complete=then.is_complete,
        records=tuple(_records(brand, then.rows[offset : offset + limit], gone)),
        as_of=closed_at,
        notices=tuple(_notices(then.differences, is_posted=closed_at is not None, is_changed=bool(gone or since))),
        differences=then.differences,
        since_in_all=len(since),
        since=tuple(_records(brand, since[:limit], ())),
    )


def _closed_at(brand: Brand, line: Line) -> datetime | None:
    if line.state != LineState.POSTED:
        return None
    closed = ClosedPeriod.objects.filter(brand=brand, period=line.period)
    return closed.values_list("closed_at", flat=True).first()


def _counts_as(row: Row) -> tuple[object, ...]:
    """Name what a fact counts as: two versions of a record that agree in it make no difference."""
    return (row.activity, row.customer, row.day, row.kpi, row.product, row.counted)


def _notices(differences: Collection[Difference], *, is_posted: bool, is_changed: bool) -> Iterator[str]:
    if is_posted and (is_changed or differences):
        yield "Since this was posted, what goes into it has changed; the difference is in its adjustments."
    why = (
        "terms, rates or owners have changed in a way that is not kept"
        if is_posted
        else "some have just come or changed, and it is being computed again"
    )
    for one in differences:
        yield (
            f"The amount was computed from {one.figure} {plain(one.in_amount)}; the records here add up to"
            f" {plain(one.found)}, because {why}."
        )


def _component(plan: Plan, line: Line) -> Component:
    for version in plan.versions:
        for component in version.components:
            if version.number == line.version.number and component.name == line.component.name:
                return component
    raise LookupError(line.key)  # a line's version is immutable


def _records(brand: Brand, rows: Sequence[Row], gone: Collection[tuple[object, ...]]) -> Iterator[Record]:
    """Add where the bytes are, and the bytes themselves as they were sent."""
    known = customers_of(brand_id=brand.id, customers={row.customer for row in rows})
    origins = origins_of(brand_id=brand.id, places=[Origin(row.delivery, row.place) for row in rows])
    deliveries = Delivery.objects.filter(brand=brand).in_bulk({origin.delivery_id for origin in origins})
    for row, origin in zip(rows, origins, strict=True):
        delivery = deliveries[origin.delivery_id]
        yield Record(
            customer=known[row.customer].key,
            event=row.event,
            event_id=row.event_id,
            moment=row.moment,
            day=row.day,
            product=row.product,
            kpi=row.kpi,
            amount=row.amount,
            currency=row.currency,
            counted=row.counted,
            conversion=row.conversion,
            delivery=delivery.uid,
            received_at=delivery.received_at,
            index=origin.place,
            sha256=bytes(delivery.sha256).hex(),
            text=record_text(bytes(delivery.body), origin.place),
            has_changed=_counts_as(row) in gone,
        )


def record_text(body: bytes, index: int) -> str:
    """Return one record of a body exactly as it was sent, byte for byte; a body that is no list is one record."""
    text = body.decode()
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    place = _past_space(text, 0)
    if text[place] != "[":
        return text
    place = _past_space(text, place + 1)
    for skipped in range(index + 1):
        _, end = decoder.raw_decode(text, place)
        if skipped == index:
            return text[place:end]
        place = _past_space(text, _past_space(text, end) + 1)
    raise IndexError(index)


def _past_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place
