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

    `rest` is the digest where nothing says when it happened, so that only identical records are one.
    """
    return hashed("content", event, customer, at, product, currency, value, rest)


def canonical(value: Any) -> str:
    """Return a text that is equal for equal values: amounts by value, objects without the order of their keys."""
    if isinstance(value, str):
        number = shortest(value)
        if number is not None:
            return number
        return f"{'#' if type(value) is Number else '$'}{len(value)}:{value}"
    if isinstance(value, dict):
        inner = [f"{canonical(name)}={canonical(value[name])}" for name in sorted(value)]
        return f"{{{','.join(inner)}}}"
    if isinstance(value, list):
        return f"[{','.join(canonical(item) for item in value)}]"
    return str(value)
