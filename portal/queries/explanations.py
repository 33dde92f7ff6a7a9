"""Why a line has its amount, told to the affiliate whose line it is."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from affiliates.models import Affiliate
from brands.models import Brand
from commissions.models import Line
from commissions.queries.explaining import explain
from ingestion.models import Customer
from ingestion.queries.kpis import count_kpis
from portal import formatting
from portal.queries.adjustments import is_taken_back, why_taken_back
from portal.queries.earnings import LineRow, in_reading_order, lines_of, row
from portal.queries.left_out import left_out
from portal.queries.ownership import windows
from portal.queries.terms import line_terms
from portal.wording import Chapter, Reader, chapters, with_left_out
from track360.lib.money import ZERO

RECORDS_ON_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One fact that went into a line, and where its bytes are kept.

    `counted` is in the line's currency. The bytes themselves are the brand's; who doubts them names the delivery.
    """

    customer_key: str
    moment: datetime
    event: str
    kpi: str
    product: str
    amount: Decimal
    currency: str
    counted: Decimal
    rate: Decimal | None
    delivery: str
    index: int
    has_changed: bool


@dataclass(frozen=True, slots=True)
class Records:
    """A page of the facts that went into a line, and what all of them add up to by KPI.

    `elsewhere` of the page's facts are of days on which the customer was another affiliate's: they count, but are not
    the reader's to see one by one. `is_complete` is False when there are more than are looked at. `notices` are what
    the reader must know to make sense of the sums; `since` counts the facts that came after a line was posted.
    """

    line: LineRow
    sums: tuple[tuple[str, Decimal, bool], ...]
    in_all: int
    is_complete: bool
    rows: tuple[RecordRow, ...]
    elsewhere: int
    notices: tuple[str, ...]
    since: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A line, its terms and calculation in words, and what earlier months had already posted of the same amount.

    `wanted` is what the calculation ends in; an adjustment is `wanted` less `posted_before`. `taken_back` says why
    nothing is wanted in the place of what was posted, where that is so.
    """

    line: LineRow
    terms: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    posted_before: Decimal
    taken_back: str

    @property
    def wanted(self) -> Decimal:
        return self.line.money.amount + self.posted_before


def explanation(*, brand: Brand, affiliate: Affiliate, key: str) -> Explanation:
    """Explain one line of the affiliate; raises Line.DoesNotExist for any other."""
    lines = lines_of(brand=brand, affiliate=affiliate)
    line: Line = in_reading_order(lines).get(key=key)
    before = lines.filter(base_key=line.base_key, period__lt=line.period).aggregate(total=Sum("amount"))["total"]
    named = {int(step["customer"]) for step in line.working if "customer" in step}
    keys = dict(Customer.objects.filter(brand=brand, pk__in=named).values_list("pk", "key")) if named else {}
    reader = Reader(line.currency, counts=count_kpis(brand=brand), names=lambda number: formatting.masked(keys[number]))
    return Explanation(
        line=row(line),
        terms=line_terms(brand=brand, line=line),
        chapters=with_left_out(
            chapters(line.working, reader=reader),
            [one.sentence for one in left_out(brand=brand, line=line, tells_affiliate=True)],
        ),
        posted_before=before or ZERO,
        taken_back=why_taken_back(brand=brand, line=line, reader=reader, tells_affiliate=True)
        if is_taken_back(line)
        else "",
    )


def records(*, brand: Brand, affiliate: Affiliate, key: str, page: int) -> Records:
    """Read the facts of one line of the affiliate, a page of them; raises Line.DoesNotExist for any other line."""
    line: Line = in_reading_order(lines_of(brand=brand, affiliate=affiliate)).get(key=key)
    explained = explain(brand=brand, line=line, offset=(page - 1) * RECORDS_ON_A_PAGE, limit=RECORDS_ON_A_PAGE)
    keys = {record.customer for record in explained.records}
    numbers = dict(Customer.objects.filter(brand=brand, key__in=keys).values_list("key", "pk"))
    own = windows(brand=brand, affiliate=affiliate, customers=numbers.values())
    shown = [
        record
        for record in explained.records
        if any(window.holds(record.day) for window in own.get(numbers[record.customer], ()))
    ]
    counts = set(count_kpis(brand=brand))
    return Records(
        line=row(line),
        sums=tuple((kpi, amount, kpi not in counts) for kpi, amount in explained.sums.items()),
        in_all=explained.records_in_all,
        is_complete=explained.is_complete,
        rows=tuple(
            RecordRow(
                customer_key=record.customer,
                moment=record.moment,
                event=record.event,
                kpi=record.kpi,
                product=record.product,
                amount=record.amount,
                currency=record.currency,
                counted=record.counted,
                rate=record.conversion.rate if record.conversion else None,
                delivery=record.delivery,
                index=record.index,
                has_changed=record.has_changed,
            )
            for record in shown
        ),
        elsewhere=len(explained.records) - len(shown),
        notices=explained.notices,
        since=explained.since_in_all,
    )
