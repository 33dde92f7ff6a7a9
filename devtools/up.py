"""`dev.py up`: the whole platform on this machine, kept running until somebody stops it."""

import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from devtools.parts import parts
from devtools.place import STATE, Command, Refused, note, only_one, say
from devtools.programs import Program, until
from devtools.running import Servers, migrate, running_servers
from devtools.venv import PYTHON

DEMO = STATE / "demo.json"
LOGS = STATE / "logs"
LONGEST_LOG = 20_000_000
# A program that ends more often than this within a minute is broken; starting it again would only hide why.
MOST_RESTARTS = 5


class Watched(Protocol):
    """What `up` keeps running."""

    @property
    def status(self) -> int | None: ...

    def start(self) -> None: ...


def up(*, port: int, system_postgres: bool) -> int:
    """Start everything, tell where it is, and keep it running.

    Raises Refused, with the reason, when something does not start.
    """
    with only_one("up"):
        _wait_for_port(port)
        _forget_long_logs()
        servers_of_ours = running_servers(state=STATE, durable=True, system=system_postgres)
        with servers_of_ours as servers, _running_programs(servers, port) as programs:
            _introduce(port)
            with _demo(servers, port) as tell_about_demo:
                watched: list[tuple[str, Watched]] = [(program.name, program) for program in programs]
                watched += [("PostgreSQL", servers.postgresql)] if servers.postgresql else []
                watched += [("Valkey", servers.valkey)] if servers.valkey else []
                _keep_running(watched, tell_about_demo)
    return 1


@contextmanager
def _running_programs(servers: Servers, port: int) -> Iterator[list[Program]]:
    programs = list(parts(servers.environment(port=port), port=port, logs=LOGS).values())
    try:
        web, *others = programs
        say("web: starting, to answer once the tables are there")
        web.start()
        migrate(servers)
        for program in others:
            say(f"{program.name}: starting")
            program.start()
        _wait_for_web(web, port)
        yield programs
    finally:
        say("Stopping")
        for program in programs:
            program.ask_to_stop()
        for program in programs:
            program.stop(within=10)


@contextmanager
def _demo(servers: Servers, port: int) -> Iterator[Callable[[], None]]:
    """Load the demo data beside the running platform; yield what tells the reader how that goes."""
    command: Command = [PYTHON, "manage.py", "demo", "--state", DEMO]
    program = Program("demo", command, environment=servers.environment(port=port), log=None)
    told_of: list[str] = []

    def tell() -> None:
        if "logins" not in told_of and DEMO.exists():
            with suppress(ValueError, KeyError):  # it is being written
                _print_logins(json.loads(DEMO.read_text()))
                told_of.append("logins")
        if "end" not in told_of and program.status is not None:
            told_of.append("end")
            say("Demo data: complete" if program.status == 0 else "Demo data: not loaded; everything else works")

    say("Demo data: loading")
    program.start()
    try:
        yield tell
    finally:
        program.stop(within=5)


def _keep_running(watched: Sequence[tuple[str, Watched]], tell: Callable[[], None]) -> None:
    """Start again what ends by itself; return when something ends again and again."""
    ended: list[float] = []
    while True:
        for name, each in watched:
            if (status := each.status) is not None:
                ended = [moment for moment in ended if moment > time.monotonic() - 60] + [time.monotonic()]
                if len(ended) > MOST_RESTARTS:
                    note(f"{name} ended again and again; the reason is in {LOGS}")
                    return
                say(f"{name} ended with status {status}: starting it again")
                each.start()
        tell()
        time.sleep(0.25)


def _forget_long_logs() -> None:
    for log in LOGS.glob("*.log"):
        if log.stat().st_size > LONGEST_LOG:
            log.unlink()


def _wait_for_port(port: int) -> None:
    def is_free() -> bool:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                return False
            return True

    # After kill -9 of an earlier dev.py its web server needs a moment to end.
    if not until(is_free, seconds=10):
        raise Refused(f"Port {port} is taken by another program. Try `PORT={port + 1} python3 dev.py up`.")


def _wait_for_web(web: Program, port: int) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers() -> bool:
        with suppress(OSError, urllib.error.URLError):
            return bool(opener.open(f"http://127.0.0.1:{port}/livez", timeout=5).status == 200)
        return web.status is not None

    if not until(answers, seconds=120, step=0.1) or web.status is not None:
        raise Refused(f"The web server does not answer:\n{web.last_words(30)}")


def _introduce(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    say(f"Track360 answers at {base}")
    for path, what in {"admin/": "operators", "portal/": "affiliates", "api/docs/": "brands' engineers"}.items():
        print(f"{'':11}{base}/{path:<10} for {what}", flush=True)
    print(f"{'':11}logs in {os.path.relpath(LOGS, Path.cwd())}/; Ctrl-C stops everything", flush=True)


def _print_logins(demo: dict[str, dict[str, str]]) -> None:
    say("Demo logins")
    for who, path in (("operator", "/admin/"), ("affiliate", "/portal/")):
        print(f"{'':11}{who:<10} {demo[who]['email']}  {demo[who]['password']}  at {path}", flush=True)
    print(f"{'':11}tokens and client secrets of the demo brands: {os.path.relpath(DEMO, Path.cwd())}", flush=True)
