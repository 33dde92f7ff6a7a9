"""Waking background work. A message is a hint, never the only record that something must be done.

Work that must happen rests in PostgreSQL (an outbox row, a touched affiliate); a periodic sweep finds it. A wake-up
only makes it happen sooner, so losing one loses nothing but seconds.
"""

import threading
import time
from collections.abc import Callable

import structlog
from celery import current_app
from django.db import transaction

# Seconds. A message is delivered this long after the first wake, so one message covers all that commits meanwhile.
WAKES_ARE_MERGED_FOR = 1.0
# Seconds without any attempt once the broker did not answer.
SILENT_AFTER_FAILURE = 5.0

log = structlog.get_logger(__name__)


class Waker:
    """Send coalesced wake-ups; one of these lives in each process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: dict[tuple[str, int], float] = {}
        self._silent_until = 0.0

    def wake(self, job: str, brand_id: int) -> bool:
        """Send a message for the job unless one was just sent or the broker is away. Return whether it was sent."""
        now = self._clock()
        with self._lock:
            if now < self._silent_until or now - self._sent.get((job, brand_id), -WAKES_ARE_MERGED_FOR) < (
                WAKES_ARE_MERGED_FOR
            ):
                return False
            self._sent[job, brand_id] = now
        try:
            current_app.send_task(job, kwargs={"brand": brand_id}, countdown=WAKES_ARE_MERGED_FOR)
        except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, the sweep will find the work
            with self._lock:
                self._silent_until = self._clock() + SILENT_AFTER_FAILURE
            log.warning("wake_not_sent", job=job, brand=brand_id, error=type(error).__name__)
            return False
        return True


_waker = Waker()


def wake(job: str, *, brand_id: int) -> None:
    """Ask a worker to run `job` for a brand once the surrounding transaction has committed."""
    transaction.on_commit(lambda: _waker.wake(job, brand_id), robust=True)
