"""Entering rates for a brand. Rows are only ever added; of several for one day and pair the last one counts."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from brands import audit
from brands.models import Brand, User
from ingestion.models import FxRate, NewRates
from ingestion.rates import ecb
from ingestion.rates.quotes import Quote
from track360.lib.jobs import wake
from track360.lib.periods import AHEAD
from track360.lib.problems import Invalid

ECB = "ecb"
UPLOAD = "upload"
TYPED = "typed"
CONFIGURATION = "configuration"

# What people call the ways in which rates come.
SOURCES = {
    ECB: "European Central Bank",
    UPLOAD: "uploaded file",
    TYPED: "typed in",
    CONFIGURATION: "configuration document",
}

# The audit log names so many rates of one entry, the newest; a new brand's first ones are fifteen thousand.
NAMED = 50

# A new brand starts with the rates of so many days, enough for two years of late reports.
SEEDED = timedelta(days=731)

# One lock per brand: two entries at once would each miss what the other is about to add.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('ingestion.rates'), %s)"

# One statement for all rates: a new brand gets some fifteen thousand. `counting` is what counts so far, read in one go
# whatever the planner believes about the table's size; the ECB only fills gaps, and what people state overrides
# everything and stands under their own name even where the ECB said the same.
_ENTER = """
    WITH counting AS MATERIALIZED (
        SELECT DISTINCT ON (day, base, quote) day, base, quote, rate, source FROM ingestion_fxrate
        WHERE brand_id = %(brand)s AND day BETWEEN %(first)s AND %(last)s
        ORDER BY day, base, quote, id DESC
    )
    INSERT INTO ingestion_fxrate (brand_id, day, base, quote, rate, source, entered_at)
    SELECT %(brand)s, stated.day, stated.base, stated.quote, stated.rate, %(source)s, %(now)s
    FROM unnest(%(days)s::date[], %(bases)s::text[], %(quotes)s::text[], %(rates)s::numeric[])
         WITH ORDINALITY AS stated (day, base, quote, rate, place)
    LEFT JOIN counting USING (day, base, quote)
    WHERE counting.rate IS NULL
       OR (NOT %(fills_gaps)s AND (counting.rate <> stated.rate OR counting.source = 'ecb'))
    ORDER BY stated.place
    RETURNING day, base, quote, rate
"""


class RateTooFarAhead(Invalid):
    """day: A rate is entered at most a year ahead. Check the year."""

    code = "rate_too_far_ahead"


@transaction.atomic
def enter_rates(*, brand: Brand, quotes: Collection[Quote], source: str, by: User | str, now: datetime) -> int:
    """Add the rates that differ from what counts so far and return how many those are.

    Commissions from the earliest of their days on are computed again. Rates of the ECB only fill days that have none.
    Raises RateTooFarAhead.
    """
    if not quotes:
        return 0
    newest = max(quote.day for quote in quotes)
    if newest > now.date() + AHEAD:
        raise RateTooFarAhead(f"day: {newest} is more than a year ahead. Check the year.")
    latest = {(quote.day, quote.base, quote.quote): quote for quote in quotes}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [brand.id])
        cursor.execute(
            _ENTER,
            {
                "brand": brand.id,
                "source": source,
                "now": now,
                "fills_gaps": source == ECB,
                "first": min(quote.day for quote in latest.values()),
                "last": newest,
                "days": [quote.day for quote in latest.values()],
                "bases": [quote.base for quote in latest.values()],
                "quotes": [quote.quote for quote in latest.values()],
                "rates": [quote.rate for quote in latest.values()],
            },
        )
        entered = [Quote(*row) for row in cursor.fetchall()]
    if entered:
        days = [quote.day for quote in entered]
        newest_first = sorted(entered, key=lambda quote: (-quote.day.toordinal(), quote.base, quote.quote))
        NewRates.objects.create(brand=brand, from_day=min(days), created_at=now)
        audit.record(
            brand=brand,
            by=by,
            action="rates.entered",
            object_type="fxrate",
            object_id=source,
            object_label=f"{_named(newest_first)} ({SOURCES.get(source, source)})",
            after={
                "source": source,
                "rates": len(days),
                "from": min(days).isoformat(),
                "to": max(days).isoformat(),
                "stated" if len(days) <= NAMED else f"newest {NAMED}": [str(quote) for quote in newest_first[:NAMED]],
            },
            now=now,
        )
        wake("commissions.follow_up", brand_id=brand.id)
    return len(entered)


def _named(quotes: list[Quote]) -> str:
    return str(quotes[0]) if len(quotes) == 1 else f"{quotes[-1].day} to {quotes[0].day}"


def seed_rates(*, brand: Brand, by: User | str, now: datetime) -> int:
    """Give a brand the ECB's rates of the last two years from the file that is installed with this platform."""
    quotes = list(ecb.read(ecb.bundled(), since=now.date() - SEEDED))
    return enter_rates(brand=brand, quotes=quotes, source=ECB, by=by, now=now)


def newest_ecb_day(*, brand: Brand) -> date | None:
    """Return the last day for which the ECB's rates are known, read off the pair it has always quoted."""
    return (
        FxRate.objects.filter(brand=brand, base=ecb.BASE, quote="USD", source=ECB)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )
