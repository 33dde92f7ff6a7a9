"""Why a line has its amount, told to the affiliate whose line it is."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from affiliates.models import Affiliate
from brands.models import Brand
from commissions.models import Line
from ingestion.models import Customer
from portal import formatting
from portal.queries.earnings import LineRow, in_reading_order, lines_of, row
from portal.wording import Chapter, Reader, chapters
from track360.lib.money import ZERO


@dataclass(frozen=True, slots=True)
class Explanation:
    """A line, its calculation in words, and what earlier months had already posted of the same amount.

    `wanted` is what the calculation ends in; an adjustment is `wanted` less `posted_before`.
    """

    line: LineRow
    chapters: tuple[Chapter, ...]
    posted_before: Decimal

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
    reader = Reader(line.currency, names=lambda number: formatting.masked(keys[number]))
    return Explanation(
        line=row(line),
        chapters=chapters(line.working, reader=reader),
        posted_before=before or ZERO,
    )
