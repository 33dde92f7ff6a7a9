"""Brand tokens: who sends a request with `x-api-key`."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from brands.models import Brand, BrandToken
from brands.services import token_digest
from track360.lib.problems import Forbidden, Unauthorized

# Seconds for which a process trusts what it has read: a revoked token is refused after that at the latest.
TRUSTED_FOR = 3.0
# How exact `last_used_at` is. Writing it with every request would cost each of them a commit.
USE_IS_NOTED_EVERY = timedelta(minutes=1)
LONGEST_TOKEN = 200
_KNOWN_AT_MOST = 10_000


class NoValidToken(Unauthorized):
    """Send the brand's token in the header x-api-key."""

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'ApiKey realm="track360"'})


class BrandSuspended(Forbidden):
    """The brand is suspended; nothing is accepted from it."""

    code = "brand_suspended"


@dataclass(frozen=True, slots=True)
class Sender:
    """A brand's server that has shown a valid token."""

    brand: Brand
    token_id: int
    is_authenticated: bool = True


@dataclass(frozen=True, slots=True)
class _Seen:
    token: BrandToken
    read_at: float


class TokenCache:
    """Tokens that were valid a moment ago; one of these lives in each process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[bytes, _Seen] = {}

    def find(self, digest: bytes, *, now: datetime) -> BrandToken | None:
        """Return the token with this digest if it is valid at that moment, with its brand."""
        seen = self._seen.get(digest)
        if seen is None or self._clock() - seen.read_at > TRUSTED_FOR:
            token = BrandToken.objects.select_related("brand").filter(digest=digest).first()
            if token is None or not token.is_valid(now=now):
                self._seen.pop(digest, None)
                return None
            note_use(token, now=now)
            seen = _Seen(token, self._clock())
            with self._lock:
                if len(self._seen) >= _KNOWN_AT_MOST:
                    self._seen.clear()
                self._seen[digest] = seen
        return seen.token if seen.token.is_valid(now=now) else None


_tokens = TokenCache()


def note_use(token: BrandToken, *, now: datetime) -> None:
    """Note that a token was used, at most once in USE_IS_NOTED_EVERY whatever the number of processes."""
    before = now - USE_IS_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < before:
        BrandToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=before), pk=token.pk).update(
            last_used_at=now
        )


def authenticated(secret: str, *, now: datetime) -> Sender:
    """Return who sends this secret.

    Raises NoValidToken, the same for every reason. A suspended brand is let go on: its requests are counted before they
    are refused. Two headers arrive joined by a comma and are no token either; the comparison is PostgreSQL's, by
    SHA-256.
    """
    if not secret or len(secret) > LONGEST_TOKEN:
        raise NoValidToken
    token = _tokens.find(token_digest(secret), now=now)
    if token is None:
        raise NoValidToken
    return Sender(token.brand, token.pk)
