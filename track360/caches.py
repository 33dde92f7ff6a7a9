"""The cache in Valkey or Redis, which may be lost at any time: what it cannot answer is simply not known."""

from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class LosableCache(RedisCache):
    """Django's Redis cache, but a server that is away makes nothing fail: reads find nothing, writes are forgotten.

    So people can sign in without it; how often they try is then not counted.
    """

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store a value that is not there yet; without a server it is taken as stored."""
        try:
            return super().add(key, value, timeout, version)
        except RedisError as error:
            _lost(error)
            return True

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return what is stored, or the default."""
        try:
            return super().get(key, default, version)
        except RedisError as error:
            _lost(error)
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store a value."""
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            _lost(error)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget a value; return whether there was one."""
        try:
            return super().delete(key, version)
        except RedisError as error:
            _lost(error)
            return False


def _lost(error: RedisError) -> None:
    log.warning("cache_away", error=type(error).__name__)
