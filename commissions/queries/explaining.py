"""Why a line has its amount, down to the records that went in and the bytes that brought them (commissions.md 13)."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from brands.models import Brand
from commissions.engine import coarse
from commissions.engine.book import Book, Customer, Fact
from commissions.engine.fx import Conversion
from commissions.engine.measures import kpis_happening, kpis_measured
from commissions.engine.placing import Placing
from commissions.engine.plan import Component, Cpa, Plan
from commissions.engine.readback import sentences
from commissions.engine.seeing import seen_by_shares
from commissions.models import Line
from commissions.queries.candidates import customers_of
from commissions.queries.conversions import Conversions
from commissions.queries.terms import deals_of, default_plan_of, earning_days_of, terms_of
from ingestion.dialects.registry import Origin
from ingestion.models import Delivery
from ingestion.queries.kpis import count_kpis
from ingestion.services.rereading import origins_of
from track360.lib.money import exactly
from track360.lib.periods import Period

# A month of an affiliate may have millions of records; so many are looked at.
LOOKED_AT = 20_000

_RECORDS = """
    SELECT a.id, a.customer_id, a.event, a.event_id, a.moment, a.day, a.product, a.currency, a.delivery_id, a.index,
           n.kpi, n.amount
    FROM ingestion_activity a CROSS JOIN LATERAL unnest(a.kpis, a.amounts) AS n (kpi, amount)
    WHERE a.brand_id = %(brand)s AND a.state = 'live' AND a.status = 'approved' AND a.day BETWEEN %(first)s AND %(last)s
      AND n.kpi = ANY(%(kpis)s::text[])
      AND CASE WHEN %(customer)s::bigint IS NOT NULL THEN a.customer_id = %(customer)s ELSE a.customer_id IN (
          SELECT customer_id FROM attribution_attribution
          WHERE brand_id = %(brand)s AND affiliate_id = %(affiliate)s AND superseded_at IS NULL
      ) END
    ORDER BY a.day, a.moment, a.event_id COLLATE "C", a.id
    LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One fact that went into a line: the record it is of, what it counts, and where its bytes are.

    `counted` is in the plan's currency, by `conversion` where the record is in another one.
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """A line with its terms in words, the steps that led to its amount, and a page of the records that went in.

    `sums` add up all records by KPI. `is_complete` is False when there are more records than are looked at.
    """

    line: Line
    sentences: tuple[str, ...]
    working: list[dict[str, str]]
    sums: dict[str, Decimal]
    records_in_all: int
    is_complete: bool
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One fact of a stored record."""

    customer: int
    event: str
    event_id: str
    moment: datetime
    day: date
    product: str
    currency: str
    delivery: int
    index: int
    kpi: str
    amount: Decimal
    counted: Decimal
    conversion: Conversion | None


def explain(*, brand: Brand, line: Line, offset: int = 0, limit: int = 50) -> Explanation:
    """Explain a line, an adjustment by what its whole source line is made of now.

    The records are those from `offset` on, at most `limit`, in order of their moments.
    """
    plan = terms_of(brand_id=brand.id, plans=[line.plan])[line.plan_id]
    component = _component(plan, line)
    rows = list(_rows(brand, plan, component, line))
    seen = rows[:LOOKED_AT] if isinstance(component, Cpa) else _seen(brand, plan, component, line, rows[:LOOKED_AT])
    sums: dict[str, Decimal] = {}
    with exactly():
        for row in seen:
            sums[row.kpi] = sums.get(row.kpi, Decimal(0)) + row.counted
    return Explanation(
        line=line,
        sentences=tuple(sentences(component, line.currency)),
        working=line.working,
        sums=dict(sorted(sums.items())),
        records_in_all=len(seen),
        is_complete=len(rows) <= LOOKED_AT,
        records=tuple(_records(brand, seen[offset : offset + limit])),
    )


def _component(plan: Plan, line: Line) -> Component:
    for version in plan.versions:
        for component in version.components:
            if version.number == line.version.number and component.name == line.component.name:
                return component
    raise LookupError(line.key)  # a line's version is immutable


def _rows(brand: Brand, plan: Plan, component: Component, line: Line) -> Iterator[_Row]:
    period = Period.parse(line.source_period)
    if isinstance(component, Cpa):
        kpis: Collection[str] = kpis_measured(component) | kpis_happening(component)
        first, last = date(1, 1, 1), _qualifying_day(line) or period.last_day
    else:
        kpis, first, last = coarse.kpis_shared(plan), period.first_day, period.last_day
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORDS,
            {
                "brand": brand.id,
                "affiliate": line.affiliate_id,
                "customer": line.customer_id,
                "kpis": sorted(kpis),
                "first": first,
                "last": last,
                "limit": LOOKED_AT + 1,
            },
        )
        found = cursor.fetchall()
    counts = set(count_kpis(brand=brand))
    rates = _Rates(brand, plan.currency)
    for _, customer, event, event_id, moment, day, product, currency, delivery, index, kpi, amount in found:
        into = "" if kpi in counts else currency
        conversion = rates.of(into, day)
        if into in ("", plan.currency) or conversion is not None:
            with exactly():
                counted = amount if conversion is None else amount * conversion.rate
            yield _Row(customer, event, event_id, moment, day, product, into, delivery, index, kpi, amount, counted,
                       conversion)  # fmt: skip


def _qualifying_day(line: Line) -> date | None:
    days = [step["day"] for step in line.working if step["step"] == "qualified"]
    return date.fromisoformat(days[0]) if days else None


class _Rates:
    """Rates into one currency, each looked up once."""

    def __init__(self, brand: Brand, quote: str) -> None:
        self._conversions = Conversions(brand_id=brand.id)
        self._quote = quote
        self._known: dict[tuple[str, date], Conversion | None] = {}

    def of(self, currency: str, day: date) -> Conversion | None:
        """Return the conversion of a foreign currency; None for the own one, for counts, and without a rate."""
        if currency in ("", self._quote):
            return None
        if (currency, day) not in self._known:
            self._known[currency, day] = self._conversions.conversion(base=currency, quote=self._quote, day=day)
        return self._known[currency, day]


def _seen(brand: Brand, plan: Plan, component: Component, line: Line, rows: Sequence[_Row]) -> list[_Row]:
    """Leave the facts that the line's share saw under its version, as the engine says."""
    affiliate, period = line.affiliate_id, Period.parse(line.source_period)
    customers: dict[int, Customer] = customers_of(brand_id=brand.id, customers={row.customer for row in rows})
    facts = [Fact(row.customer, row.day, row.kpi, row.counted, 1, row.product) for row in rows]
    book = Book(
        affiliate=affiliate,
        plan=plan,
        default_plan=default_plan_of(brand_id=brand.id),
        deals=deals_of(brand_id=brand.id, affiliates=[affiliate])[affiliate],
        earning=earning_days_of(brand_id=brand.id, affiliates=[affiliate])[affiliate],
        first=period,
        last=period,
        customers=tuple(customers.values()),
        facts=tuple(facts),
    )
    seen = seen_by_shares(book, Placing(book)).get((period, line.version.number, component.name), [])
    wanted = {id(fact) for fact in seen}
    return [row for row, fact in zip(rows, facts, strict=True) if id(fact) in wanted]


def _records(brand: Brand, rows: Sequence[_Row]) -> Iterator[Record]:
    """Add where the bytes are, and the bytes themselves as they were sent."""
    known = customers_of(brand_id=brand.id, customers={row.customer for row in rows})
    origins = origins_of(brand_id=brand.id, places=[Origin(row.delivery, row.index) for row in rows])
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
