"""How many requests a credential may send: counted atomically in Valkey, per minute of the clock."""

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


class RateLimiter:
    """Counts requests; one of these lives in each process. Without its store everything is let through."""

    def __init__(self, *, url: str, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._silent_until = 0.0

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
        counted = self._counted(f"{credential}:{int(now) // WINDOW}", now)
        allowance = Allowance(limit, max(limit - counted, 0), resets_in)
        if counted > limit:
            raise RateLimited(headers=allowance.headers | {"Retry-After": str(resets_in)})
        return allowance

    def _counted(self, key: str, now: float) -> int:
        if now < self._silent_until:
            return 0
        try:
            return self._storage.incr(key, WINDOW + 1)
        except Exception as error:  # noqa: BLE001 - whatever the store's client raises must not stop ingestion
            with self._lock:
                self._silent_until = now + SILENT_AFTER_FAILURE
            log.warning("rate_limiter_away", error=type(error).__name__)
            return 0


limiter = RateLimiter(url=settings.REDIS_URL)
