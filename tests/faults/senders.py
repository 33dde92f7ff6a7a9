"""Brands' servers that go on sending whatever happens, and note what was answered 2xx."""

import http.client
import threading
import time
from contextlib import suppress

from tests.live import Platform


class Senders:
    """Threads that send deposits, alone and in batches, and repeat what got no answer, as brands are told to."""

    def __init__(self, platform: Platform, token: str, *, threads: int = 3) -> None:
        self.acknowledged: set[str] = set()
        self.unexpected: list[str] = []
        self._platform = platform
        self._token = token
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(threads)]

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _send(self, thread: int) -> None:
        number = 0
        while not self._stop.is_set():
            size = 1 if number % 3 else 40
            ids = [f"{thread}-{number}-{place}" for place in range(size)]
            self._until_answered(ids)
            number += 1

    def _until_answered(self, ids: list[str]) -> None:
        records = [
            {"eventname": "Deposit", "eventid": each, "createtime": "2026-03-01", "customerid": "c1", "Value": "1"}
            for each in ids
        ]
        while not self._stop.is_set():
            with suppress(OSError, http.client.HTTPException):
                answer = self._platform.push("activities", records, token=self._token, timeout=20)
                if answer.status == 200:
                    counts = answer.json()
                    if counts["accepted"] + counts["duplicates"] != len(ids):
                        self.unexpected.append(str(counts))
                    self.acknowledged.update(ids)
                    return
                if answer.status != 503:
                    self.unexpected.append(f"{answer.status} {answer.body[:300]!r}")
            time.sleep(0.1)
