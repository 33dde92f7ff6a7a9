"""The facts a line is made of: as they are now, or as they were when its month was closed.

Records and their earlier versions, owners, exclusions, rates and versions of terms are kept with the time of each
change and are read as of then. Deals and status are not: where today's do not lead to the figures that the line was
computed from, its own plan is taken to have been in force.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from attribution.queries.customers import COUNTED_BEGINNINGS
from brands.models import Brand
from commissions.engine import coarse, profile
from commissions.engine.book import Book, Customer, Days, Fact
from commissions.engine.fx import Conversion
from commissions.engine.measures import BETS, DEPOSIT, WITHDRAWAL, kpis_happening, kpis_measured
from commissions.engine.placing import Placing
from commissions.engine.plan import Component, Cpa, Plan
from commissions.engine.seeing import seen_by_shares
from commissions.models import Line, PlanVersion
from commissions.queries.candidates import customers_of
from commissions.queries.conversions import Conversions
from commissions.queries.exclusions import exclusions_at
from commissions.queries.terms import deals_of, default_plan_of, earning_days_of
from ingestion.queries.kpis import count_kpis
from track360.lib.money import ZERO, exactly
from track360.lib.periods import Period

# A month of an affiliate may have millions of records; so many are looked at.
LOOKED_AT = 20_000

# A condition's figure is the sum of these, as far as it is a sum at all.
_SUMMED = {"deposits": (DEPOSIT, None), "net_deposits": (DEPOSIT, WITHDRAWAL), "wagered": (BETS, None)}

_COLUMNS = (
    "customer_id, event, event_id, moment, day, product, currency, delivery_id, index, kpis, amounts, brand_id,"
    " state, status"
)

_NOW = f"SELECT id, {_COLUMNS} FROM ingestion_activity"  # noqa: S608 - constants only

# What had been received by then, in the version that had not been replaced by then. Earlier versions are few beside
# the records, and none of their indexes leads to a day: all of a brand's are looked through.
_THEN = f"""
    SELECT id, {_COLUMNS} FROM ingestion_activity a
    WHERE (SELECT received_at FROM ingestion_delivery WHERE id = a.delivery_id) <= %(at)s
    UNION ALL
    SELECT activity_id, {_COLUMNS} FROM ingestion_supersededactivity s
    WHERE (SELECT received_at FROM ingestion_delivery WHERE id = s.delivery_id) <= %(at)s
      AND (SELECT received_at FROM ingestion_delivery WHERE id = s.replaced_by_id) > %(at)s
"""  # noqa: S608 - constants only

_ROWS = """
    SELECT a.id, a.customer_id, a.event, a.event_id, a.moment, a.day, a.product, a.currency, a.delivery_id, a.index,
           n.kpi, n.amount
    FROM ({versions}) a CROSS JOIN LATERAL unnest(a.kpis, a.amounts) AS n (kpi, amount)
    WHERE a.brand_id = %(brand)s AND a.state = 'live' AND a.status = 'approved' AND a.day BETWEEN %(first)s AND %(last)s
      AND n.kpi = ANY(%(kpis)s::text[])
      AND CASE WHEN %(customer)s::bigint IS NOT NULL THEN a.customer_id = %(customer)s ELSE a.customer_id IN (
          SELECT customer_id FROM attribution_attribution
          WHERE brand_id = %(brand)s AND affiliate_id = %(affiliate)s AND superseded_at IS NULL
          {or_then}
      ) END
    ORDER BY a.day, a.moment, a.event_id COLLATE "C", a.id
    LIMIT %(limit)s
"""

_OR_THEN = """
    UNION
    SELECT customer_id FROM attribution_attribution
    WHERE brand_id = %(brand)s AND affiliate_id = %(affiliate)s AND superseded_at > %(at)s
"""


class Row(NamedTuple):
    """One fact of a stored record, or of an earlier version of it; `counted` is in the plan's currency."""

    activity: int
    customer: int
    event: str
    event_id: str
    moment: datetime
    day: date
    product: str
    currency: str
    delivery: int
    place: int
    kpi: str
    amount: Decimal
    counted: Decimal = ZERO
    conversion: Conversion | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that the amount was computed from, and what the facts that were found add up to."""

    figure: str
    in_amount: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Behind:
    """The facts behind a line in order of their moments, their sums by KPI, and where those differ from its working.

    `is_complete` is False when there are more than are looked at; nothing is then known to differ.
    """

    rows: tuple[Row, ...]
    sums: dict[str, Decimal]
    differences: tuple[Difference, ...]
    is_complete: bool


def facts_behind(*, brand: Brand, plan: Plan, component: Component, line: Line, at: datetime | None) -> Behind:
    """Return the facts behind a line as they were at a moment, or as they are now; `component` is the line's."""
    rows = _rows(brand, plan, component, line, at)
    is_complete, rows = len(rows) <= LOOKED_AT, rows[:LOOKED_AT]
    if isinstance(component, Cpa):
        return _behind(component, line, rows, is_complete)
    book = _book(brand, plan, line, rows, at)
    found = _behind(component, line, _seen(book, component, line, rows), is_complete)
    if at is None or not found.differences:
        return found
    always = replace(book, deals=(), default_plan=plan.number, earning=(Days(None, None),))
    under_its_plan = _behind(component, line, _seen(always, component, line, rows), is_complete)
    return found if under_its_plan.differences else under_its_plan


def _rows(brand: Brand, plan: Plan, component: Component, line: Line, at: datetime | None) -> list[Row]:
    period = Period.parse(line.source_period)
    if isinstance(component, Cpa):
        kpis: Collection[str] = kpis_measured(component) | kpis_happening(component)
        first, last = date(1, 1, 1), _qualifying_day(line) or period.last_day
    else:
        kpis, first, last = coarse.kpis_shared(plan), period.first_day, period.last_day
    statement = _ROWS.format(versions=_THEN if at else _NOW, or_then=_OR_THEN if at else "")
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "brand": brand.id,
                "affiliate": line.affiliate_id,
                "customer": line.customer_id,
                "kpis": sorted(kpis),
                "first": first,
                "last": last,
                "limit": LOOKED_AT + 1,
                "at": at,
            },
        )
        found = [Row(*values) for values in cursor.fetchall()]
    return _counted(brand, plan, found, at)


def _counted(brand: Brand, plan: Plan, found: Iterable[Row], at: datetime | None) -> list[Row]:
    """Convert the facts into the plan's currency and leave those that no rate is known for."""
    counts = count_kpis(brand=brand)
    rows = [row._replace(currency="") if row.kpi in counts else row for row in found]
    own = ("", plan.currency)
    used = {(row.currency, row.day) for row in rows if row.currency not in own}
    conversions = Conversions(brand_id=brand.id, entered_by=at).of(quote=plan.currency, used=used)
    counted = []
    with exactly():
        for row in rows:
            conversion = conversions.get((row.currency, row.day))
            if conversion is not None:
                counted.append(row._replace(counted=row.amount * conversion.rate, conversion=conversion))
            elif row.currency in own:
                counted.append(row._replace(counted=row.amount))
    return counted


def _qualifying_day(line: Line) -> date | None:
    days = [step["day"] for step in line.working if step["step"] == "qualified"]
    return date.fromisoformat(days[0]) if days else None


def _book(brand: Brand, plan: Plan, line: Line, rows: Sequence[Row], at: datetime | None) -> Book:
    affiliate, period = line.affiliate_id, Period.parse(line.source_period)
    numbers = {row.customer for row in rows}
    excluded = None if at is None else exclusions_at(brand_id=brand.id, customers=numbers, at=at)
    customers: dict[int, Customer] = customers_of(brand_id=brand.id, customers=numbers, excluded=excluded, at=at)
    if at is not None:
        added = PlanVersion.objects.filter(brand_id=brand.id, plan_id=plan.number, created_at__gt=at)
        later = set(added.values_list("number", flat=True))
        plan = replace(plan, versions=tuple(version for version in plan.versions if version.number not in later))
    return Book(
        affiliate=affiliate,
        plan=plan,
        default_plan=default_plan_of(brand_id=brand.id),
        deals=deals_of(brand_id=brand.id, affiliates=[affiliate])[affiliate],
        earning=earning_days_of(brand_id=brand.id, affiliates=[affiliate])[affiliate],
        first=period,
        last=period,
        customers=tuple(customers.values()),
    )


def _seen(book: Book, component: Component, line: Line, rows: Sequence[Row]) -> list[Row]:
    """Leave the facts that the line's share saw under its version, as the engine says."""
    facts = [Fact(row.customer, row.day, row.kpi, row.counted, 1, row.product) for row in rows]
    book = replace(book, facts=tuple(facts))
    seen = seen_by_shares(book, Placing(book)).get((book.first, line.version.number, component.name), [])
    wanted = {id(fact) for fact in seen}
    return [row for row, fact in zip(rows, facts, strict=True) if id(fact) in wanted]


def _behind(component: Component, line: Line, rows: Sequence[Row], is_complete: bool) -> Behind:
    sums: dict[str, Decimal] = {}
    with exactly():
        for row in rows:
            sums[row.kpi] = sums.get(row.kpi, ZERO) + row.counted
        stated = _stated(component, line, sums) if is_complete else ()
    return Behind(
        rows=tuple(rows),
        sums=dict(sorted(sums.items())),
        differences=tuple(one for one in stated if one.in_amount != one.found),
        is_complete=is_complete,
    )


def _stated(component: Component, line: Line, sums: dict[str, Decimal]) -> list[Difference]:
    """Put each sum that the working names beside what was found; a line that takes everything back names none."""
    steps = {step["step"] for step in line.working}
    if isinstance(component, Cpa):
        compared = []
        for step in line.working:
            if step["step"] == "condition" and (parts := _parts(step["measure"])):
                found = sums.get(parts[0], ZERO) - (sums.get(parts[1], ZERO) if parts[1] else ZERO)
                compared.append(Difference(step["measure"], Decimal(step["have"]), found))
        return compared
    if "terms" not in steps:
        return []
    inputs = {step["kpi"]: Decimal(step["amount"]) for step in line.working if step["step"] == "input"}
    own = profile.kpis(component.base) - {*COUNTED_BEGINNINGS}
    return [Difference(kpi, inputs.get(kpi, ZERO), sums.get(kpi, ZERO)) for kpi in sorted(own)]


def _parts(measure: str) -> tuple[str, str | None] | None:
    if measure.startswith("sum:"):
        kpi = measure.removeprefix("sum:")
        return None if kpi in COUNTED_BEGINNINGS else (kpi, None)
    return _SUMMED.get(measure)
