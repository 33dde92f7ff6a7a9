"""Fetching the ECB's rates for every brand, and noticing when that has not worked for too long."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog
from django.core.cache import cache

from brands.models import Brand
from ingestion.rates import ecb
from ingestion.rates.entering import ECB, SEEDED, enter_rates, newest_ecb_day, seed_rates
from ingestion.rates.quotes import Quote
from track360.lib import outbound
from track360.lib.tenancy import tenant

BY = "ECB rates"
# Working days without rates after which commissions in foreign currencies are in danger: the engine uses a rate for
# seven days.
ALARM_AFTER = 3
# What the last run found, for `/readyz`. Losing it loses a note until the next run.
NEWEST_DAY = "ingestion.rates.newest_day"

Fetch = Callable[[str], outbound.Answer]

log = structlog.get_logger(__name__)


def fetch_rates(*, now: datetime, brand_id: int | None = None, fetch: Fetch = outbound.fetch) -> int:
    """Give every brand, or one, the ECB's newest rates; return how many were entered.

    A brand that has none starts with the installed history. Without a network that stays all there is: the log says
    so, as an error once no rate has come for three working days.
    """
    brands = Brand.objects.order_by("id") if brand_id is None else Brand.objects.filter(id=brand_id)
    newest: dict[int, date] = {}
    entered = 0
    for brand in brands:
        with tenant(brand.id):
            if newest_ecb_day(brand=brand) is None:
                entered += seed_rates(brand=brand, by=BY, now=now)
            newest[brand.id] = newest_ecb_day(brand=brand) or (now.date() - SEEDED)
    if not newest:
        return entered
    quotes = _fetched(since=min(newest.values()), now=now, fetch=fetch)
    for brand in brands:
        fresh = [quote for quote in quotes if quote.day > newest.get(brand.id, now.date())]
        if fresh:
            with tenant(brand.id):
                entered += enter_rates(brand=brand, quotes=fresh, source=ECB, by=BY, now=now)
            newest[brand.id] = max(quote.day for quote in fresh)
    _watch(oldest=min(newest.values()), today=now.date())
    return entered


def working_days_without_rates(*, newest: date, today: date) -> int:
    """Count the weekdays after the newest rate's day up to and including today; on others the ECB states none."""
    days = ((newest + timedelta(days=n)) for n in range(1, (today - newest).days + 1))
    return sum(day.weekday() < 5 for day in days)


def rates_note(*, today: date) -> str:
    """Say what is wrong with the rates, for people who look at the platform's health; empty when nothing is known."""
    newest = cache.get(NEWEST_DAY)
    if newest is None or working_days_without_rates(newest=date.fromisoformat(newest), today=today) <= ALARM_AFTER:
        return ""
    return f"The newest rates of the ECB are of {newest}. Upload rates, or let the platform reach www.ecb.europa.eu."


def _fetched(*, since: date, now: datetime, fetch: Fetch) -> list[Quote]:
    missing = working_days_without_rates(newest=since, today=now.date())
    if not missing:
        return []
    url = ecb.LAST_DAY_URL if missing == 1 else ecb.ALL_DAYS_URL
    try:
        answer = fetch(url)
        if answer.status != 200:
            raise outbound.OutboundFailed(f"The ECB answered {answer.status}.")
        return list(ecb.read(answer.body, since=since + timedelta(days=1)))
    except (outbound.OutboundFailed, outbound.OutboundRefused, ecb.NotTheEcbsFile) as error:
        log.warning("rates_not_fetched", url=url, error=str(error))
        return []


def _watch(*, oldest: date, today: date) -> None:
    cache.set(NEWEST_DAY, oldest.isoformat(), timeout=None)
    missing = working_days_without_rates(newest=oldest, today=today)
    if missing > ALARM_AFTER:
        log.error("rates_are_old", newest=oldest.isoformat(), working_days=missing)
