"""The whole platform as it really runs: web, worker and beat in processes of their own, on the tests' database."""

import base64
import http.client
import json
import os
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from devtools.parts import parts
from devtools.programs import until


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Platform:
    """Web, worker and beat; everything they write to their logs is kept in a folder."""

    def __init__(self, *, logs: Path, database_url: str = "", redis_url: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.origin = f"http://127.0.0.1:{self.port}"
        self.logs = logs
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        self.environment = {
            **inherited,
            "ENVIRONMENT": "development",
            "DATABASE_URL": database_url or database_of_tests(),
            "REDIS_URL": redis_url or settings.REDIS_URL,
            "BASE_URL": self.origin,
        }
        self.programs = parts(self.environment, port=self.port, logs=logs)

    def start(self, *names: str) -> None:
        """Start parts (all of them without a name) and wait until the web answers."""
        for name in names or self.programs:
            self.programs[name].start()
        if not names or "web" in names:
            assert until(self.is_answering, seconds=60), self.programs["web"].last_words(40)

    def stop(self) -> None:
        """Stop everything that runs."""
        for program in self.programs.values():
            program.ask_to_stop()
        for program in self.programs.values():
            program.stop(within=15)

    def is_answering(self) -> bool:
        """Tell whether the web takes requests."""
        with suppress(OSError, http.client.HTTPException):
            return self.get("/livez", timeout=5).status == 200
        return False

    def get(self, path: str, *, timeout: float = 30, **headers: str) -> Answer:
        """Send a GET; redirects are not followed."""
        return self._send("GET", path, None, headers, timeout)

    def post(self, path: str, body: bytes, *, timeout: float = 30, **headers: str) -> Answer:
        """Send a POST with these bytes."""
        return self._send("POST", path, body, headers, timeout)

    def push(self, entity: str, records: Sequence[Mapping[str, Any]], *, token: str, timeout: float = 30) -> Answer:
        """Report records with a brand's token."""
        sent = json.dumps(records).encode()
        headers = {"x-api-key": token, "Content-Type": "application/json"}
        return self.post(f"/tracking/events/{entity}", sent, timeout=timeout, **headers)

    def bearer(self, *, client_id: str, client_secret: str) -> str:
        """Exchange a client's credentials for an access token."""
        basic = base64.b64encode(f"{quote(client_id)}:{quote(client_secret)}".encode()).decode()
        form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = self.post("/oauth/token", urlencode({"grant_type": "client_credentials"}).encode(), **form)
        assert answer.status == 200, answer
        return str(answer.json()["access_token"])

    def everything_logged(self) -> str:
        """Return all logs."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.logs.glob("*.log")))

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], timeout: float) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            line.request(method, path, body, dict(headers))
            answer = line.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            line.close()


def database_of_tests() -> str:
    """Return the address of the tests' database for the application's role."""
    known = connection.settings_dict
    secret = f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    port = f":{known['PORT']}" if known["PORT"] else ""
    if known["HOST"].startswith("/"):
        return f"postgresql://{known['USER']}{secret}@/{known['NAME']}?host={known['HOST']}"
    return f"postgresql://{known['USER']}{secret}@{known['HOST']}{port}/{known['NAME']}"


def eventually(question: Any, *, seconds: float = 30) -> Any:
    """Ask again and again until the answer is something; return it. Fails with the last answer when it never is."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"after {seconds:.0f} s still {answer!r}"
        time.sleep(0.2)
    return answer
