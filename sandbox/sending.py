"""The running platform as a brand's servers see it: the Push API over HTTP, and nothing else."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.traffic.world import Record
from track360.lib import outbound

BATCH = 1000
# A platform that is just being restarted is waited for this long.
PATIENCE_SECONDS = 60.0


class PlatformRefused(Exception):
    """The platform does not take what is sent; the message says what it answered."""


@dataclass(slots=True)
class Counts:
    """What became of the records sent so far."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0

    @property
    def records(self) -> int:
        return self.accepted + self.duplicates + self.rejected


class Platform:
    """Sends batches with a brand token and counts what became of their records."""

    def __init__(self, *, base_url: str, token: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._sleep = sleep
        self.counts = Counts()

    def send(self, path: str, records: Sequence[Record]) -> None:
        """Send records to a path of the Push API in batches of a thousand. Raises PlatformRefused."""
        for start in range(0, len(records), BATCH):
            self._send(path, records[start : start + BATCH])

    def visit(self, link: str, *, sub1: str) -> None:
        """Follow a tracking link as a visitor's browser does, up to the brand's door."""
        self._request(f"/c/{link}?sub1={sub1}", "GET", None)

    def _send(self, path: str, batch: Sequence[Record]) -> None:
        answer = self._request(path, "POST", json.dumps(batch).encode())
        if answer.status not in (200, 207, 422):
            raise PlatformRefused(f"{path} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
        counted = json.loads(answer.body)
        if "accepted" not in counted:
            raise PlatformRefused(f"{path} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
        self.counts.accepted += counted["accepted"]
        self.counts.duplicates += counted["duplicates"]
        self.counts.rejected += counted["rejected"]

    def _request(self, path: str, method: str, body: bytes | None) -> outbound.Answer:
        waited = 0.0
        while True:
            try:
                answer = outbound.fetch(
                    self._base_url + path,
                    method=method,
                    body=body,
                    headers={"x-api-key": self._token, "Content-Type": "application/json", "Prefer": "return=minimal"},
                    schemes=("http", "https"),
                    seconds=30.0,
                    attempts=1,  # what is sent twice is a duplicate, so this loop may decide
                    is_allowed=_ourselves,
                )
            except outbound.OutboundFailed as error:
                pause = 1.0
                if waited >= PATIENCE_SECONDS:
                    raise PlatformRefused(str(error)) from error
            else:
                if answer.status != 429:
                    return answer
                pause = float(answer.headers.get("retry-after", "1"))
            waited += pause
            self._sleep(pause)


def _ourselves(_: outbound.Address) -> bool:
    """Allow every address: the operator of this machine named the platform's, usually this machine itself."""
    return True
