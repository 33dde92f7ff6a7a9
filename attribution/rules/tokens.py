"""Click tokens: what `GET /c/{link}` hands to a brand, and what proves itself when it comes back.

A token is `t1` and 48 characters of URL-safe base64: link (6 bytes), second (4), nonce (10) and a truncated
HMAC-SHA-256 (16). It says all that attribution needs, so that a lost click row never loses a commission.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

PREFIX = "t1"
_BODY = 20
_MAC = 16
_SHAPE = re.compile(r"t1[A-Za-z0-9_-]{48}", re.ASCII)
_PURPOSE = b"track360 click token v1:"


@dataclass(frozen=True, slots=True)
class ClickToken:
    """What a genuine token says: the link that was followed, when, and a number of its own."""

    link: int
    clicked_at: datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """One brand's keys, newest first: the first signs, all of them verify, so that secrets can be rotated."""

    keys: tuple[bytes, ...]


def keys_of_brand(*, brand: int, secrets: Sequence[str]) -> TokenKeys:
    """Derive a brand's token keys from the installation's secrets, newest first.

    Another brand's keys differ, so its tokens are foreign here. Raises ValueError without a secret.
    """
    if not secrets or not all(secrets):
        raise ValueError("at least one click token secret is needed, and none may be empty")
    purpose = _PURPOSE + str(brand).encode()
    return TokenKeys(keys=tuple(hmac.digest(secret.encode(), purpose, "sha256") for secret in secrets))


def new_nonce() -> bytes:
    """Return the random bytes that make one token unlike every other."""
    return secrets.token_bytes(10)


def mint(*, keys: TokenKeys, link: int, clicked_at: datetime, nonce: bytes) -> str:
    """Return the 50 characters that prove a visit through `link` at `clicked_at` (kept to the second).

    `nonce` is 10 bytes, see `new_nonce`. Raises OverflowError for a link or time the format cannot hold.
    """
    if len(nonce) != 10:
        raise ValueError("a nonce has 10 bytes")
    body = link.to_bytes(6, "big") + int(clicked_at.timestamp()).to_bytes(4, "big") + nonce
    mac = hmac.digest(keys.keys[0], body, "sha256")[:_MAC]
    return PREFIX + base64.urlsafe_b64encode(body + mac).decode("ascii")


def looks_minted(value: str) -> bool:
    """Say whether `value` has the shape of a token, genuine or not.

    Such a value is never read as a pattern: a forged token attributes nothing.
    """
    return _SHAPE.fullmatch(value) is not None


def verify(*, keys: TokenKeys, value: str) -> ClickToken | None:
    """Return what a genuine token of this brand says; None for anything else, whatever its characters."""
    if not looks_minted(value):
        return None
    raw = base64.urlsafe_b64decode(value[len(PREFIX) :])
    body, mac = raw[:_BODY], raw[_BODY:]
    genuine = False
    for key in keys.keys:
        genuine |= hmac.compare_digest(hmac.digest(key, body, "sha256")[:_MAC], mac)
    if not genuine:
        return None
    return ClickToken(
        link=int.from_bytes(body[:6], "big"),
        clicked_at=datetime.fromtimestamp(int.from_bytes(body[6:10], "big"), tz=UTC),
        nonce=body[10:].hex(),
    )
