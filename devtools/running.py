"""The servers that one command needs, and the environment in which its programs find them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devtools.place import STATE, Refused, say, socket_folder
from devtools.servers import APPLICATION, OWNER, PostgreSQL, Valkey
from devtools.venv import FOLDER

BINARIES = FOLDER / "bin"


class Servers:
    """PostgreSQL and Valkey for one command: ours, or those that DATABASE_URL and REDIS_URL name."""

    def __init__(self, *, state: Path, durable: bool, system: bool) -> None:
        sockets = socket_folder(state)
        outside = os.environ.get("DATABASE_URL", "")
        self.postgresql = None if outside else PostgreSQL(state=state, sockets=sockets, durable=durable, system=system)
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(state=state, sockets=sockets)
        self.owner_url = self.postgresql.url(OWNER) if self.postgresql else os.environ.get("DATABASE_OWNER_URL", "")
        self.application_url = self.postgresql.url(APPLICATION) if self.postgresql else outside
        self.redis_url = self.valkey.url if self.valkey else os.environ["REDIS_URL"]
        if not self.owner_url:
            raise Refused("DATABASE_URL is set, so DATABASE_OWNER_URL must be as well: migrations run as the owner.")

    def start(self) -> None:
        """Start what is ours."""
        if self.postgresql:
            self.postgresql.start()
        else:
            say("PostgreSQL: the one that DATABASE_URL names")
        if self.valkey:
            self.valkey.start()
        else:
            say("Valkey: the server that REDIS_URL names")

    def stop(self) -> None:
        """Stop what is ours."""
        if self.valkey:
            self.valkey.stop()
        if self.postgresql:
            self.postgresql.stop()

    def environment(self, *, port: int, owner: bool = False) -> dict[str, str]:
        """Return the environment of a program; only the owner's programs learn the owner's address."""
        ours = {
            "DJANGO_SETTINGS_MODULE": "track360.settings",
            "ENVIRONMENT": "development",
            "BASE_URL": f"http://127.0.0.1:{port}",
            "REDIS_URL": self.redis_url,
            "DATABASE_URL": self.owner_url if owner else self.application_url,
            "PYTHONUNBUFFERED": "1",
        }
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        return {**inherited, **ours, "PATH": f"{BINARIES}{os.pathsep}{os.environ.get('PATH', '')}"}


@contextmanager
def running_servers(*, state: Path, durable: bool, system: bool) -> Iterator[Servers]:
    """Start the servers and stop them again, whatever happens in between."""
    servers = Servers(state=state, durable=durable, system=system)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


@contextmanager
def throw_away_state() -> Iterator[Path]:
    """Make a folder under `.state/` for one run, and remove it afterwards with those that killed runs left."""
    STATE.mkdir(exist_ok=True)
    for left in STATE.glob("run-*"):
        with suppress(ValueError):
            if not Path(f"/proc/{int(left.name.split('-')[1])}").exists():
                shutil.rmtree(left, ignore_errors=True)
    state = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=STATE))
    try:
        yield state
    finally:
        shutil.rmtree(state, ignore_errors=True)
        shutil.rmtree(socket_folder(state), ignore_errors=True)
