"""Small requests of one brand that arrive at the same time are stored in one transaction.

A sender that reports one record a request costs a commit each. While one request's transaction runs, those that come
after it wait in line; the first of them then stores them all. A request that is alone is stored at once. After several
that were stored together the next ones wait a moment for the same senders, who have just been answered: few large
groups cost less than many small ones. The answers are the same as if each had been stored by itself, and are given
after the commit.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from django.db import connection

from brands.models import Brand
from ingestion.dialects.dialect import ActivityDialect
from ingestion.services.receiving import Incoming, Receipt, receive_together

# Records. Larger requests go alone: they gain nothing.
SMALL = 50
# Requests stored together at most.
TOGETHER = 32
# How long a group waits for those who came together before.
PATIENCE = timedelta(milliseconds=3)


@dataclass(eq=False, slots=True)
class _Waiting:
    """One request in line. Its thread sleeps on `turn` until its receipt is there, or it has to store the line.

    Those that were stored together are woken one by the other (`next`): woken all at once they would fight over the
    interpreter, which only one can have.
    """

    incoming: Incoming
    turn: threading.Lock = field(default_factory=threading.Lock)
    receipt: Receipt | None = None
    failure: BaseException | None = None
    next: "_Waiting | None" = None


class Gatherer:
    """Gathers what threads of this process receive for one brand in one dialect; one of these lives for each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: list[_Waiting] = []
        self._is_storing = False
        # How many were stored in company a moment ago, and how long a line whoever stores next waits for.
        self._company = 0
        self._expected = 0
        self._complete = threading.Condition(self._lock)

    def receive(self, *, dialect: ActivityDialect, brand: Brand, incoming: Incoming) -> Receipt:
        """Store a request, together with those that wait; return when it is committed, or raise what it raised."""
        mine = _Waiting(incoming)
        with self._lock:
            self._line.append(mine)
            if len(self._line) == self._expected:
                self._complete.notify()
            waits = self._is_storing
            if waits:
                mine.turn.acquire()
            self._is_storing = True
        if waits:
            mine.turn.acquire()  # released by whoever was stored before this request, or has found it first in line
            if mine.next is not None:
                mine.next.turn.release()
        if mine.receipt is None and mine.failure is None:
            self._store(dialect, brand)
        if mine.failure is not None:
            raise mine.failure
        assert mine.receipt is not None  # noqa: S101 - either is there once its turn has come
        return mine.receipt

    def _store(self, dialect: ActivityDialect, brand: Brand) -> None:
        together = self._taken_from_line()
        try:
            _store_together(dialect, brand, together)
        finally:
            with self._lock:
                following = self._line[0] if self._line else None
                self._is_storing = following is not None
            for waiting, after in pairwise(together):
                waiting.next = after
            if following is not None:
                following.turn.release()
            if together[0].next is not None:
                together[0].next.turn.release()

    def _taken_from_line(self) -> list[_Waiting]:
        with self._lock:
            self._expected = min(len(self._line) + self._company, TOGETHER)
            if self._company and len(self._line) < self._expected:
                self._complete.wait(PATIENCE.total_seconds())
            self._expected = 0
            together, self._line = self._line[:TOGETHER], self._line[TOGETHER:]
            self._company = len(together) - 1
        return together


def may_be_gathered(incoming: Incoming) -> bool:
    """Tell whether a request is small and asks for nothing that concerns it alone."""
    return len(incoming.records) <= SMALL and not incoming.arrival.is_strict


_gatherers: dict[tuple[int, str, str], Gatherer] = {}


def gather(*, dialect: ActivityDialect, brand: Brand, incoming: Incoming) -> Receipt:
    """Store a small request together with those of the brand that wait at the same moment; return once committed.

    Raises what storing this request alone would raise.
    """
    gatherer = _gatherers.setdefault((brand.pk, dialect.source, dialect.entity), Gatherer())
    return gatherer.receive(dialect=dialect, brand=brand, incoming=incoming)


def _store_together(dialect: ActivityDialect, brand: Brand, together: Sequence[_Waiting]) -> None:
    try:
        receipts = receive_together(dialect=dialect, brand=brand, requests=[each.incoming for each in together])
    except Exception as failure:  # noqa: BLE001 - raised again in the threads whose requests failed
        if len(together) == 1 or not connection.is_usable():
            _fail(together, failure)
        else:  # whatever it was, only the one whose it is shall learn of it
            for waiting in together:
                _store_together(dialect, brand, [waiting])
    except BaseException as failure:
        _fail(together, failure)
        raise
    else:
        for waiting, receipt in zip(together, receipts, strict=True):
            waiting.receipt = receipt


def _fail(together: Sequence[_Waiting], failure: BaseException) -> None:
    for waiting in together:
        waiting.failure = failure
