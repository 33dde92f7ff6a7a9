"""Sharing work among processes, because one interpreter computes one thing at a time, however many threads it has."""

import multiprocessing
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar, cast

import structlog
from django.db import connection

# Processes that compute at a time for one brand, this one among them; where there are fewer cores, as many as those.
PROCESSES = 4
# Fewer affiliates than these are not worth another process.
AFFILIATES_A_PROCESS = 4

T = TypeVar("T")
_forking = multiprocessing.get_context("fork")
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
    """Cut so many affiliates into as many shares as there are processes for them."""
    processes = max(1, min(PROCESSES, os.cpu_count() or 1, affiliates // AFFILIATES_A_PROCESS))
    return [Share(number, processes) for number in range(processes)]


class Helper(Generic[T]):
    """A copy of this process that does one thing, with a database connection of its own, and ends."""

    def __init__(self, work: Callable[..., T], *given: Any) -> None:
        self._answers, there = _forking.Pipe(duplex=False)
        self._process = _forking.Process(target=_help, args=(there, work, given), daemon=True)
        self._process.start()
        there.close()
        self._outcome: tuple[T | None, Exception | None] = (None, HelperLost())

    def wait(self) -> None:
        """Wait until it has ended."""
        with self._answers, suppress(EOFError):
            self._outcome = self._answers.recv()
        self._process.join()

    @property
    def result(self) -> T:
        """What it has returned; raises what it has raised, and HelperLost when it ended without either."""
        answer, failure = self._outcome
        if failure is not None:
            raise failure
        return cast(T, answer)


def _help(there: Connection, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    # Left alone, not closed: the session is the other process's, which goes on with it.
    connection.connection = None
    answer, failure = None, None
    try:
        answer = work(*given)
    except Exception as error:  # raised again in the process that asked
        log.exception("helper_failed", work=work.__qualname__)
        failure = error
    finally:
        connection.close()
    there.send((answer, failure))
