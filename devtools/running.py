"""The servers that one command needs, and the environment in which its programs find them."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devtools.place import ROOT, STATE, Command, Refused, only_one, say, socket_folder
from devtools.programs import is_alive
from devtools.servers import APPLICATION, OWNER, PostgreSQL, Valkey
from devtools.venv import FOLDER, LOCK, PYTHON

BINARIES = FOLDER / "bin"

_SETTING = re.compile(r'\benv\.\w+\("(\w+)"')


def surroundings() -> dict[str, str]:
    """Return the environment in which our programs run, in development.

    It has none of the names that the settings read. A machine may use them for other programs, like Node's DEBUG, or
    for a real installation, whose mail server demo data must not reach.
    """
    settings = set(_SETTING.findall((ROOT / "track360" / "settings.py").read_text()))
    inherited = {name: value for name, value in os.environ.items() if name not in settings}
    path = f"{BINARIES}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**inherited, "ENVIRONMENT": "development", "PATH": path}


class Servers:
    """PostgreSQL and Valkey for one command: ours, or those that DATABASE_URL and REDIS_URL name."""

    def __init__(self, *, state: Path, durable: bool, system: bool) -> None:
        sockets = socket_folder(state)
        outside = os.environ.get("DATABASE_URL", "")
        self.postgresql = None if outside else PostgreSQL(state=state, sockets=sockets, durable=durable, system=system)
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(state=state, sockets=sockets)
        self.is_migrated = False
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
            "BASE_URL": f"http://127.0.0.1:{port}",
            "REDIS_URL": self.redis_url,
            "DATABASE_URL": self.owner_url if owner else self.application_url,
            "PYTHONUNBUFFERED": "1",
        }
        return {**surroundings(), **ours}


@contextmanager
def running_servers(*, state: Path, durable: bool, system: bool) -> Iterator[Servers]:
    """Start the servers and stop them again, whatever happens in between."""
    servers = Servers(state=state, durable=durable, system=system)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def migrate(servers: Servers) -> None:
    """Bring the tables up to date, as their owner.

    Raises Refused when that fails; the reason is on the terminal by then.
    """
    say("Tables: migrating")
    command: Command = [PYTHON, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
    if subprocess.run(command, cwd=ROOT, env=servers.environment(port=0, owner=True), check=False).returncode:
        raise Refused("The tables could not be migrated.")
    servers.is_migrated = True


@contextmanager
def throw_away_servers(*, state: Path, system: bool) -> Iterator[Servers]:
    """Start servers for tests. Their tables are made once for each state of the migrations and copied afterwards."""
    servers = Servers(state=state, durable=False, system=system)
    postgresql = servers.postgresql
    try:
        if postgresql and postgresql.folder.parent == state:
            with only_one("tables", wait=True):
                kept = STATE / f"tables-{postgresql.version}-{_digest_of_tables()}"
                if not kept.exists():
                    _keep_tables(servers, postgresql, kept)
                else:
                    shutil.copytree(kept, postgresql.folder)
            servers.is_migrated = True
        servers.start()
        yield servers
    finally:
        servers.stop()
        if postgresql:
            postgresql.remove()


def _keep_tables(servers: Servers, postgresql: PostgreSQL, kept: Path) -> None:
    postgresql.start()
    migrate(servers)
    postgresql.stop()
    for outdated in STATE.glob(f"tables-{postgresql.version}-*"):
        shutil.rmtree(outdated, ignore_errors=True)
    shutil.copytree(postgresql.folder, state := STATE / f"run-{os.getpid()}-tables")
    state.rename(kept)


def _digest_of_tables() -> str:
    """Return what changes whenever migrating could make other tables."""
    others = (ROOT / "track360" / name for name in ("settings.py", "roles.sql", "lib/tenancy.py"))
    digest = hashlib.sha256()
    for source in (*sorted(ROOT.glob("*/migrations/*.py")), *others, LOCK):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def throw_away_state() -> Iterator[Path]:
    """Make a folder under `.state/` for one run, and remove it afterwards with those that killed runs left."""
    STATE.mkdir(exist_ok=True)
    for left in STATE.glob("run-*"):
        with suppress(ValueError):
            if not is_alive(int(left.name.split("-")[1])):
                shutil.rmtree(left, ignore_errors=True)
    state = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=STATE))
    sockets = socket_folder(state)
    try:
        yield state
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(state, ignore_errors=True)
