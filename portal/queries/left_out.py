"""What a line leaves out for want of a rate: facts that are stored and count as soon as one is entered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from attribution.models import AffiliateDay, CustomerDay
from brands.models import Brand
from commissions.engine.measures import kpis_happening, kpis_measured
from commissions.engine.plan import NO_PRODUCT, Component, Cpa
from commissions.engine.seeing import own_kpis
from commissions.models import Line
from commissions.queries.conversions import Conversions
from ingestion.rules.names import fold
from portal import formatting
from portal.queries.ownership import owned_days, windows
from portal.queries.terms import line_component
from track360.lib.periods import Period


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Facts in one currency that a line leaves out, of the days from first through last."""

    currency: str
    into: str
    records: int
    first: date
    last: date

    @property
    def sentence(self) -> str:
        facts = "1 fact" if self.records == 1 else f"{formatting.count(self.records)} facts"
        is_one_day = self.first == self.last
        days = (
            formatting.day(self.first) if is_one_day else f"{formatting.day(self.first)} to {formatting.day(self.last)}"
        )
        verb, counts = ("is", "it counts") if self.records == 1 else ("are", "they count")
        return (
            f"{facts} in {self.currency} of {days} {verb} left out:"
            f" there is no rate into {self.into} of at most 7 days. As soon as there is one, {counts}."
        )


def left_out(*, brand: Brand, line: Line, tells_affiliate: bool = False) -> tuple[LeftOut, ...]:
    """Return what the line does not count because no rate is known, by currency.

    With `tells_affiliate` nothing is said of days on which a customer was another affiliate's.
    """
    component = line_component(brand=brand, line=line)
    if component is None:
        return ()
    foreign = list(_foreign(brand, line, component, tells_affiliate))
    used = [(currency, day) for currency, day, _ in foreign]
    known = Conversions(brand_id=brand.pk).of(quote=line.currency, used=used)
    found: dict[str, list[tuple[date, int]]] = {}
    for currency, day, records in foreign:
        if (currency, day) not in known:
            found.setdefault(currency, []).append((day, records))
    return tuple(
        LeftOut(currency, line.currency, sum(records for _, records in days), min(days)[0], max(days)[0])
        for currency, days in sorted(found.items())
    )


def _foreign(brand: Brand, line: Line, component: Component, tells_affiliate: bool) -> Iterator[tuple[str, date, int]]:
    """Give the line's facts in other currencies, summed by day."""
    period = Period.parse(line.source_period)
    sums: QuerySet[Any] = (
        AffiliateDay.objects.filter(brand=brand, affiliate=line.affiliate)
        if line.customer_id is None
        else CustomerDay.objects.filter(brand=brand, customer=line.customer)
    )
    if tells_affiliate and line.customer_id is not None:
        sums = sums.filter(owned_days(windows(brand=brand, affiliate=line.affiliate, customers=[line.customer_id])))
    if isinstance(component, Cpa):
        sums = sums.filter(kpi__in=kpis_measured(component) | kpis_happening(component), day__lte=period.last_day)
        products: frozenset[str] = frozenset()
    else:
        sums = sums.filter(kpi__in=own_kpis(component), day__range=(period.first_day, period.last_day))
        products = frozenset(map(fold, component.products))
    foreign = sums.exclude(currency__in=("", line.currency)).values_list("currency", "day", "product")
    for currency, day, product, records in foreign.annotate(Sum("records")).order_by("day"):
        if not products or fold(product or NO_PRODUCT) in products:
            yield currency, day, records
