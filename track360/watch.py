"""What keeps follow-up going when no messages come: every worker looks for itself once the heartbeat is missing.

The heartbeat takes the way of all messages: beat, broker, worker. While it arrives, the sweeps arrive as well, and
there is nothing to do here.
"""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from django.core.cache import cache
from django.db import connections
from django.utils import timezone
from redis import RedisError

# Seconds.
LOOKS_EVERY = 10.0
OLDEST_HEARTBEAT = 30.0

log = structlog.get_logger(__name__)


def start_watching(*, heartbeat: str, sweeps: Sequence[Callable[[], object]]) -> threading.Thread:
    """Start the thread that does the sweeps' work while nobody sends them."""
    thread = threading.Thread(target=_watch, args=(heartbeat, sweeps), name="watch", daemon=True)
    thread.start()
    return thread


def sweep_if_silent(*, heartbeat: str, sweeps: Sequence[Callable[[], object]]) -> bool:
    """Do all sweeps if the heartbeat is missing or the broker away; return whether it was so."""
    try:
        beaten_at = cache.get(heartbeat)
        is_silent = beaten_at is None or timezone.now().timestamp() - beaten_at > OLDEST_HEARTBEAT
    except RedisError:
        is_silent = True
    if is_silent:
        log.warning("no_messages_come", does="the sweeps' work in this process")
        for sweep in sweeps:
            sweep()
    return is_silent


def _watch(heartbeat: str, sweeps: Sequence[Callable[[], object]]) -> None:
    while True:
        time.sleep(LOOKS_EVERY)
        try:
            sweep_if_silent(heartbeat=heartbeat, sweeps=sweeps)
        except Exception:  # logged, and tried again: nothing may end this thread
            log.exception("watch_failed")
        finally:
            connections.close_all()
