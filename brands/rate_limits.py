"""How many requests a credential may send: counted atomically in Valkey, per minute of the clock.

A process takes a small share of a large limit at a time and counts it down by itself, so that not every request asks
Valkey. No credential may ever send more than its limit; it may be refused up to one share for each process early.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog
from django.conf import settings
from limits.storage import Storage, storage_from_string
from redis.backoff import NoBackoff
from redis.retry import Retry

from track360.lib.problems import TooMany

WINDOW = 60
# Seconds. Longer than this no request waits for the counter, and after a failure none waits for a while.
PATIENCE = 0.1
SILENT_AFTER_FAILURE = 5.0
# A share is this part of a limit; limits below it are counted one by one.
PARTS = 500

log = structlog.get_logger(__name__)


class RateLimited(TooMany):
    """More requests came in this minute than this credential may send."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a credential may still send in this minute."""

    limit: int
    remaining: int
    resets_in: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell it, the standard's and the older ones."""
        return {
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW}',
            "RateLimit": f'"default";r={self.remaining};t={self.resets_in}',
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.resets_in),
        }


@dataclass(slots=True)
class _Share:
    """What this process has taken of a credential's minute: how many are left, and how many are taken by all."""

    left: int = 0
    taken: int = 0


class RateLimiter:
    """Counts requests; one of these lives in each process. Without its store everything is let through."""

    def __init__(self, *, url: str, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._silent_until = 0.0
        self._minute = 0
        self._shares: dict[str, _Share] = {}

    @cached_property
    def _storage(self) -> Storage:
        url = self._url.replace("unix://", "redis+unix://", 1) if self._url.startswith("unix://") else self._url
        options: dict[str, Any] = {
            "socket_timeout": PATIENCE,
            "socket_connect_timeout": PATIENCE,
            "retry": Retry(NoBackoff(), 0),  # its own would try a hung server three times more
        }
        storage = storage_from_string(url, **options)
        assert isinstance(storage, Storage)  # noqa: S101 - the other kind is asynchronous
        return storage

    def prepare(self) -> None:
        """Load what counting needs, so that no first request has to; nothing is connected."""
        assert self._storage is not None  # noqa: S101

    def count(self, *, credential: str, limit: int) -> Allowance:
        """Count one request of a credential and return what is left. Raises RateLimited above the limit."""
        now = self._clock()
        resets_in = WINDOW - int(now) % WINDOW
        counted = self._counted(credential, limit, now)
        allowance = Allowance(limit, max(limit - counted, 0), resets_in)
        if counted > limit:
            raise RateLimited(headers=allowance.headers | {"Retry-After": str(resets_in)})
        return allowance

    def _counted(self, credential: str, limit: int, now: float) -> int:
        minute = int(now) // WINDOW
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._shares = {}
            share = self._shares.setdefault(credential, _Share())
            if share.left:
                share.left -= 1
                return share.taken - share.left
            if now < self._silent_until:
                return 0
        amount = max(1, limit // PARTS)
        try:
            taken = self._storage.incr(f"{credential}:{minute}", WINDOW + 1, amount)
        except Exception as error:  # noqa: BLE001 - whatever the store's client raises must not stop ingestion
            with self._lock:
                self._silent_until = now + SILENT_AFTER_FAILURE
            log.warning("rate_limiter_away", error=type(error).__name__)
            return 0
        granted = amount - max(0, taken - limit)  # of the last share only a part, or nothing, is within the limit
        if granted <= 0:
            return limit + 1
        with self._lock:
            share.left += granted - 1
            share.taken = max(share.taken, min(taken, limit))
            return share.taken - share.left


limiter = RateLimiter(url=settings.REDIS_URL)
