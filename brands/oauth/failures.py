"""Counting failed attempts at the token endpoint, so that secrets cannot be tried out.

Counted by client and address together, and by address alone. A right secret from another address always works: whoever
guesses cannot lock a brand out. When the counters' store is away attempts go through; secrets have 256 random bits.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from brands.oauth.errors import TooManyFailures

WINDOW_SECONDS = 60
PER_CLIENT_AND_ADDRESS = 20
PER_ADDRESS = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to authenticate as a client from an address."""

    client_id: str
    address: str

    def refuse_after_too_many(self) -> None:
        """Raise TooManyFailures when this client from this address, or the address, failed too often just now."""
        try:
            failed = cache.get_many([key for key, _ in self._counters()])
        except RedisError as error:
            log.warning("failures_not_counted", error=type(error).__name__)
            return
        if any(failed.get(key, 0) >= limit for key, limit in self._counters()):
            raise TooManyFailures("Too many attempts failed. Wait a minute before the next one.")

    def failed(self) -> None:
        """Count this attempt as a failed one."""
        try:
            for key, _ in self._counters():
                cache.add(key, 0, timeout=WINDOW_SECONDS)
                cache.incr(key)
        except ValueError:  # the window ended between the two commands; the next failure opens another
            pass
        except RedisError as error:
            log.warning("failures_not_counted", error=type(error).__name__)

    def _counters(self) -> Iterator[tuple[str, int]]:
        who = hashlib.sha256(f"{self.address}\n{self.client_id}".encode("utf-8", "surrogatepass")).hexdigest()
        yield f"oauth:failures:{who}", PER_CLIENT_AND_ADDRESS
        yield f"oauth:failures:{hashlib.sha256(self.address.encode()).hexdigest()}", PER_ADDRESS
