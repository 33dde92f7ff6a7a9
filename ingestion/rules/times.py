"""Moments and days. A time without a zone is in the brand's, never in the server's."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from ingestion.rules.refusals import Refused

MAX_AHEAD = timedelta(hours=24)
# Before it no brand had customers; without a bound one typing error would reopen two thousand years of months.
EARLIEST = "1970-01-01"

# As any other text. Times are remembered as they were sent.
LONGEST = 500

# Extended ISO 8601 calendar forms, with PostgreSQL's offset of hours only; of a second its microseconds count. The
# groups: what makes it more than a date, and its zone.
_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?([Zz]|[+-][0-9]{2}(?::?[0-5][0-9])?)?)?"
).fullmatch


class Moment(NamedTuple):
    """When something happened, as PostgreSQL reads it: the instant in UTC, and the day of it in the brand's time zone.

    `is_day`: only a day was sent, and the instant is its beginning.
    """

    at: str
    day: str
    is_day: bool


def moment(value: object, field: str, *, zone: tzinfo, latest: str, needs_zone: bool = False) -> Moment:
    """Read a time as sent; `zone` is the brand's, `latest` the last instant that may be reported (see `latest_after`).

    A local time that happens twice is the first one; one that does not exist is shifted forward. Raises Refused
    `invalid_datetime`, or `future_datetime` after `latest` (wire.md, Records and batches).
    """
    if not isinstance(value, str) or len(value) > LONGEST or not (form := _FORM(value)):
        raise _invalid(field, needs_zone=needs_zone)
    if value < EARLIEST:
        raise Refused("invalid_datetime", field, "Send a time after 1970.")
    is_day = form[1] is None
    try:
        if form[2] is not None:
            instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
        elif needs_zone:
            raise _invalid(field, needs_zone=needs_zone)
        else:
            instant = datetime.fromisoformat(value)
            if zone is UTC:
                return _reported(field, f"{instant}+00:00", value[:10], is_day, latest)
            instant = instant.replace(tzinfo=zone).astimezone(UTC)
        day = value[:10] if is_day else str(instant.astimezone(zone).date())
    except (ValueError, OverflowError):
        raise _invalid(field, needs_zone=needs_zone) from None
    return _reported(field, str(instant), day, is_day, latest)


def latest_after(received_at: datetime) -> str:
    """Return the last instant that a request received then may report: MAX_AHEAD later."""
    return str(received_at.astimezone(UTC) + MAX_AHEAD)


def check_future(at: str, field: str, *, latest: str) -> None:
    """Raise Refused `future_datetime` for an instant after `latest`. Texts of instants sort as they do."""
    if at > latest:
        raise Refused("future_datetime", field, "Send a time at most 24 hours ahead of now.")


def _reported(field: str, at: str, day: str, is_day: bool, latest: str) -> Moment:
    check_future(at, field, latest=latest)
    return Moment(at, day, is_day)


def _invalid(field: str, *, needs_zone: bool) -> Refused:
    if needs_zone:
        return Refused("invalid_datetime", field, "Send an RFC 3339 time with its zone, like 2026-03-12T09:15:00Z.")
    return Refused(
        "invalid_datetime", field, "Send a calendar time like 2026-03-12T09:15:00Z, 2026-03-12 09:15 or 2026-03-12."
    )
