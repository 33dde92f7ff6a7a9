"""Two pieces of work on two connections, the second begun before the first is committed."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection

from tests.commissions.conftest import Business


def at_once(
    business: Business,
    first: Callable[[], object],
    second: Callable[[], Any],
    then: Callable[[], object] = lambda: None,
) -> Any:
    """Return what the second gives or raises; each is done in a `tenant()` of its own.

    `then` is done by the first while the second waits.
    """

    def work() -> Any:
        try:
            with business.open():
                return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with business.open():
            first()
            begun = threads.submit(work)
            wait_until_blocked(begun)
            then()
        return begun.result(timeout=30)


def wait_until_blocked(begun: Future[Any]) -> None:
    """Wait until work of another connection waits for a lock, or has ended without."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone() == (True,) or begun.done():
                return
        time.sleep(0.01)
    raise TimeoutError("The other work neither waits nor ends.")
