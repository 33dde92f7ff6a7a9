"""Moments and days. A time without a zone is in the brand's, never in the server's."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from ingestion.rules.refusals import Refused

MAX_AHEAD = timedelta(hours=24)
# Before it no brand had customers; without a bound one typing error would reopen two thousand years of months.
EARLIEST = "1970-01-01"

# Extended ISO 8601 calendar forms. The groups: what makes it more than a date, and its zone.
_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
).fullmatch


class Moment(NamedTuple):
    """When something happened: the instant in UTC, and whether only a day was sent.

    The texts are what PostgreSQL reads: the instant, and the day of it in the brand's time zone.
    """

    at: datetime
    is_day: bool
    at_text: str
    day_text: str


def moment(value: object, field: str, *, zone: tzinfo, received_at: datetime, needs_zone: bool = False) -> Moment:
    """Read a time as sent; `zone` is the brand's.

    A local time that happens twice is the first one; one that does not exist is shifted forward. Raises Refused
    `invalid_datetime`, or `future_datetime` more than MAX_AHEAD after `received_at` (wire.md, Records and batches).
    """
    if not isinstance(value, str) or not (form := _FORM(value)):
        raise _invalid(field, needs_zone=needs_zone)
    if value < EARLIEST:
        raise Refused("invalid_datetime", field, "Send a time after 1970.")
    is_day = form[1] is None
    try:
        if form[2] is not None:
            at = datetime.fromisoformat(value.upper()).astimezone(UTC)
        elif needs_zone:
            raise _invalid(field, needs_zone=needs_zone)
        elif zone is UTC:
            at = datetime.fromisoformat(value).replace(tzinfo=UTC)
        else:
            at = datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC)
        day_text = value[:10] if is_day or (zone is UTC and form[2] is None) else str(at.astimezone(zone).date())
    except (ValueError, OverflowError):
        raise _invalid(field, needs_zone=needs_zone) from None
    check_future(at, field, received_at=received_at)
    return Moment(at, is_day, str(at), day_text)


def check_future(at: datetime, field: str, *, received_at: datetime) -> None:
    """Raise Refused `future_datetime` when a moment is more than MAX_AHEAD after the receipt."""
    if at - received_at > MAX_AHEAD:
        raise Refused("future_datetime", field, "Send a time at most 24 hours ahead of now.")


def _invalid(field: str, *, needs_zone: bool) -> Refused:
    if needs_zone:
        return Refused("invalid_datetime", field, "Send an RFC 3339 time with its zone, like 2026-03-12T09:15:00Z.")
    return Refused(
        "invalid_datetime", field, "Send a calendar time like 2026-03-12T09:15:00Z, 2026-03-12 09:15 or 2026-03-12."
    )
