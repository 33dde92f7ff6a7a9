"""Sharing work among processes, because one interpreter computes one thing at a time, however many threads it has."""

import os
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar, cast

import structlog
from django.db import connection

# Processes that compute at a time for one brand, this one among them; where there are fewer cores, as many as those.
PROCESSES = 4
# Fewer affiliates than these are not worth another process.
AFFILIATES_A_PROCESS = 4

T = TypeVar("T")
log = structlog.get_logger(__name__)


class HelperLost(Exception):
    """A helping process ended without an answer: it was killed. What it had not committed waits still."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the affiliates: those whose number leaves this remainder."""

    number: int
    of: int


ALL = Share(0, 1)


def shares(affiliates: int) -> list[Share]:
    """Cut so many affiliates into as many shares as there are processes for them.

    Only a process's main thread gets helpers: the copy of a process in which others are at work may find their locks
    held for ever.
    """
    if threading.current_thread() is not threading.main_thread():
        return [ALL]
    processes = max(1, min(PROCESSES, os.cpu_count() or 1, affiliates // AFFILIATES_A_PROCESS))
    return [Share(number, processes) for number in range(processes)]


class Helper(Generic[T]):
    """A copy of this process that does one thing, with a database connection of its own, and ends.

    Plainly forked: `multiprocessing` refuses to, in the processes of a Celery worker.
    """

    def __init__(self, work: Callable[..., T], *given: Any) -> None:
        self._outcome: tuple[T | None, Exception | None] = (None, HelperLost())
        self._told, telling = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            _help(telling, work, given)
        os.close(telling)

    def wait(self) -> None:
        """Wait until it has ended."""
        with os.fdopen(self._told, "rb") as told, suppress(Exception):  # what cannot be read is no answer
            self._outcome = pickle.load(told)  # noqa: S301 - what this very program has written
        os.waitpid(self._process, 0)

    @property
    def result(self) -> T:
        """What it has returned; raises what it has raised, and HelperLost when it ended without either."""
        answer, failure = self._outcome
        if failure is not None:
            raise failure
        return cast(T, answer)


def _help(telling: int, work: Callable[..., Any], given: tuple[Any, ...]) -> NoReturn:
    try:
        # Left alone, not closed: the session is the other process's, which goes on with it.
        connection.connection = None
        answer, failure = None, None
        try:
            answer = work(*given)
        except Exception as error:  # raised again in the process that asked
            log.exception("helper_failed", work=work.__qualname__)
            failure = error
        connection.close()
        with os.fdopen(telling, "wb") as there:
            pickle.dump((answer, failure), there)
    finally:
        os._exit(0)  # nothing that the other process still has to do when it ends is done here
