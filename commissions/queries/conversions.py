"""Rates for statements: one row for every foreign currency and day that facts may be of."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
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


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates into `quote` by currency and day; a currency and day that is missing has none."""

    quote: str
    rows: tuple[tuple[str, date, Decimal], ...]


class Conversions:
    """A brand's rates, read once for a piece of work."""

    def __init__(self, *, brand_id: int) -> None:
        self._brand_id = brand_id
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
        foreign = [currency for currency in self.currencies if currency != quote]
        return RateTable(quote=quote, rows=tuple(self._rows(foreign, quote, first, last)))

    def conversion(self, *, base: str, quote: str, day: date) -> Conversion | None:
        """Return the rate of one day and what it is made of; None when there is none."""
        return self._load([base], quote, day, day).conversion(base, quote, day)

    def _rows(self, foreign: list[str], quote: str, first: date, last: date) -> Iterator[tuple[str, date, Decimal]]:
        rates = self._load(foreign, quote, first, last) if foreign else None
        for currency in foreign if rates is not None else ():
            for offset in range((last - first).days + 1):
                day = first + timedelta(days=offset)
                key = (currency, quote, day)
                if key not in self._known and rates is not None:
                    self._known[key] = rates.conversion(currency, quote, day)
                conversion = self._known[key]
                if conversion is not None:
                    yield currency, day, conversion.rate

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
            self._rates[key] = Rates(
                Rate(day, base, to, rate, number)
                for number, day, base, to, rate in rows.values_list("id", "day", "base", "quote", "rate")
            )
        return self._rates[key]
