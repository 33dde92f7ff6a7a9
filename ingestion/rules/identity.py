"""What makes two records the same: keys and digests, made only of what was sent (wire.md, Identity).

Both are 128 bits of BLAKE2b as 32 hex digits, which PostgreSQL reads as a uuid.
"""

from hashlib import blake2b
from typing import Any

from ingestion.rules.amounts import shortest
from ingestion.rules.decoding import Number

# No id or name may contain a control character, so joining with one is unambiguous.
_SEPARATOR = "\x1f"


def hashed(*parts: str) -> str:
    """Return the hash of texts of which all but the last are free of control characters."""
    return blake2b(_SEPARATOR.join(parts).encode(), digest_size=16).hexdigest()


def by_event_id(*, event: str, event_id: str) -> str:
    """Return the key of an activity that has an id: the folded event name and that id."""
    return blake2b(f"id{_SEPARATOR}{event}{_SEPARATOR}{event_id}".encode(), digest_size=16).hexdigest()


def by_day(*, event: str, customer: str, day: str, product: str, currency: str) -> str:
    """Return the key of a day's row of a customer."""
    return hashed("day", event, customer, day, product, currency)


def by_content(*, event: str, customer: str, at: str, product: str, currency: str, value: str, rest: str = "") -> str:
    """Return the key of an activity without an id: the instant and the amount stand for it.

    Dollars that were stated in place of an amount stand for it. `rest` is the digest where nothing says when it
    happened, so that only identical records are one.
    """
    return hashed("content", event, customer, at, product, currency, value, rest)


def canonical(value: Any) -> str:
    """Return a text that equal values have in common and no others: objects without the order of their keys.

    Amounts are equal by value, whether they are strings or numbers: any field of a record may be a KPI's one day.
    Inside of objects and arrays nothing ever is, so there strings are what they are. No text contains NUL.
    """
    if isinstance(value, str) and (number := shortest(value)) is not None:
        return number
    return _inner(value)


def _inner(value: Any) -> str:
    if type(value) is Number:
        return shortest(value) or f"#{len(value)}:{value}"
    if isinstance(value, str):
        return f"${len(value)}:{value}"
    if isinstance(value, dict):
        inner = [f"{_inner(name)}={_inner(value[name])}" for name in sorted(value)]
        return f"{{{','.join(inner)}}}"
    if isinstance(value, list):
        return f"[{','.join(_inner(item) for item in value)}]"
    return str(value)
