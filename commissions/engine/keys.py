"""The stable key of a line (commissions.md 11)."""

import hashlib
import json

from track360.lib.periods import Period

_encode = json.JSONEncoder(separators=(",", ":")).encode


def line_key(
    *,
    affiliate: int,
    period: Period,
    plan: int,
    version: int,
    component: str,
    customer: int | None,
    posted_in: Period | None = None,
) -> str:
    """Give 32 hex digits that name the line: the same whenever it is computed again.

    `period` is the one it is earned in; `posted_in` is given for adjustments only.
    """
    parts = [affiliate, str(period), plan, version, component, customer, None if posted_in is None else str(posted_in)]
    return hashlib.sha256(_encode(parts).encode()).hexdigest()[:32]
