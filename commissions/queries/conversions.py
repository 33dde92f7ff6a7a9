"""Rates for statements: one row for every foreign currency and day that facts may be of."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from commissions.engine.fx import MAX_AGE_DAYS, PIVOT, Conversion, Rate, Rates
from ingestion.models import FxRate

# Skips through the index from one currency to the next, instead of reading all sums for the few there are.
_CURRENCIES = """
    WITH RECURSIVE found AS (
        (SELECT currency FROM attribution_affiliateday WHERE brand_id = %(brand)s ORDER BY currency LIMIT 1)
        UNION ALL
        SELECT (
            SELECT d.currency FROM attribution_affiliateday d
            WHERE d.brand_id = %(brand)s AND d.currency > found.currency ORDER BY d.currency LIMIT 1
        )
        FROM found WHERE found.currency IS NOT NULL
    )
    SELECT currency FROM found WHERE currency <> ''
"""

# The foreign currencies and days of customers' sums.
_USED = """
    SELECT DISTINCT d.currency, d.day
    FROM unnest(%(customers)s::bigint[]) AS a (customer_id)
    CROSS JOIN LATERAL (
        SELECT currency, day FROM attribution_customerday
        WHERE brand_id = %(brand)s AND customer_id = a.customer_id AND kpi = ANY(%(kpis)s::text[])
        OFFSET 0
    ) d
    WHERE d.currency = ANY(%(foreign)s::text[])
    ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates into `quote` by currency and day; a currency and day that is missing has none."""

    quote: str
    rows: tuple[tuple[str, date, Decimal], ...]


class Conversions:
    """A brand's rates, read once for a piece of work: all of them, or those `entered_by` a moment."""

    def __init__(self, *, brand_id: int, entered_by: datetime | None = None) -> None:
        self._brand_id = brand_id
        self._entered_by = entered_by
        self._currencies: list[str] | None = None
        self._rates: dict[tuple[frozenset[str], str, date, date], Rates] = {}
        self._known: dict[tuple[str, str, date], Conversion | None] = {}

    @property
    def currencies(self) -> list[str]:
        """The currencies of the brand's facts."""
        if self._currencies is None:
            with connection.cursor() as cursor:
                cursor.execute(_CURRENCIES, {"brand": self._brand_id})
                self._currencies = [currency for (currency,) in cursor.fetchall()]
        return self._currencies

    def table(self, *, quote: str, first: date, last: date) -> RateTable:
        """Return the rates of all foreign currencies into one, for the days from first through last."""
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        return self._table(quote, [(currency, day) for currency in self._foreign(quote) for day in days])

    def table_of(self, *, quote: str, customers: str, kpis: Collection[str]) -> RateTable:
        """Return the rates into one currency of what customers' sums of some KPIs are of, on whatever days.

        `customers` is an array literal.
        """
        foreign = self._foreign(quote)
        if not foreign:
            return RateTable(quote=quote, rows=())
        with connection.cursor() as cursor:
            cursor.execute(
                _USED, {"brand": self._brand_id, "customers": customers, "kpis": sorted(kpis), "foreign": foreign}
            )
            return self._table(quote, cursor.fetchall())

    def of(self, *, quote: str, used: Iterable[tuple[str, date]]) -> dict[tuple[str, date], Conversion]:
        """Return the rates into one currency of currencies on days, read at once; one that is missing has none."""
        wanted = dict.fromkeys(used)
        if not wanted:
            return {}
        days = [day for _, day in wanted]
        rates = self._load({currency for currency, _ in wanted}, quote, min(days), max(days))
        found: dict[tuple[str, date], Conversion] = {}
        for currency, day in wanted:
            key = (currency, quote, day)
            if key not in self._known:
                self._known[key] = rates.conversion(currency, quote, day)
            if (conversion := self._known[key]) is not None:
                found[currency, day] = conversion
        return found

    def _foreign(self, quote: str) -> list[str]:
        return [currency for currency in self.currencies if currency != quote]

    def _table(self, quote: str, used: Sequence[tuple[str, date]]) -> RateTable:
        found = self.of(quote=quote, used=used)
        return RateTable(quote, tuple((currency, day, one.rate) for (currency, day), one in found.items()))

    def _load(self, foreign: Collection[str], quote: str, first: date, last: date) -> Rates:
        key = (frozenset(foreign), quote, first, last)
        if key not in self._rates:
            concerned = {*foreign, quote, PIVOT}
            rows = FxRate.objects.filter(
                brand_id=self._brand_id,
                base__in=concerned,
                quote__in=concerned,
                day__gte=max(first, date(1900, 1, 1)) - timedelta(days=MAX_AGE_DAYS),
                day__lte=last,
            )
            if self._entered_by is not None:
                rows = rows.filter(entered_at__lte=self._entered_by)
            self._rates[key] = Rates(
                Rate(day, base, to, rate, number)
                for number, day, base, to, rate in rows.values_list("id", "day", "base", "quote", "rate")
            )
        return self._rates[key]
