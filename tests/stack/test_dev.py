"""dev.py's promises: one at a time, nothing left running, and a start after any end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from devtools import place
from devtools.programs import Program, until
from devtools.running import Servers
from devtools.servers import ADMINISTRATOR, PostgreSQL, Valkey


@pytest.fixture
def short_path(tmp_path_factory):
    """A folder whose sockets' paths are short enough wherever pytest keeps its own."""
    return place.socket_folder(tmp_path_factory.mktemp("dev") / ("deep" * 30))


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]
    except FileNotFoundError:
        return False


def family(tmp_path: Path) -> tuple[Program, list[int]]:
    """Start a program that has a child which ignores what would end it in good order; return both process ids."""
    note = tmp_path / "pids"
    script = f"trap '' TERM; sleep 60 & echo $$ $! > {note}; wait"
    program = Program("family", ["sh", "-c", script], environment={"PATH": os.environ["PATH"]}, log=tmp_path / "log")
    program.start()
    assert until(lambda: note.exists() and len(note.read_text().split()) == 2, seconds=5)
    return program, [int(word) for word in note.read_text().split()]


def test_sockets_have_short_paths_and_a_private_folder_however_deep_the_checkout_lies(tmp_path):
    folder = place.socket_folder(tmp_path / ("deep" * 30))

    assert len(str(folder / ".s.PGSQL.5432")) < 100
    assert folder.stat().st_mode & 0o777 == 0o700


def test_programs_are_told_no_settings_that_the_machine_has_for_others(tmp_path, monkeypatch):
    others = {
        "DEBUG": "express:*",
        "LOG_LEVEL": "loud",
        "EMAIL_HOST": "mail.example",
        "SENTRY_DSN": "https://a@b.example/1",
    }
    for name, value in (others | {"BASE_URL": "https://track.example", "TZ": "Asia/Tokyo"}).items():
        monkeypatch.setenv(name, value)

    environment = Servers(state=tmp_path, durable=False, system=False).environment(port=8123)

    assert others.keys() & environment.keys() == set()
    assert (environment["BASE_URL"], environment["ENVIRONMENT"]) == ("http://127.0.0.1:8123", "development")
    assert (environment["TZ"], environment["DATABASE_URL"]) == ("Asia/Tokyo", os.environ["DATABASE_URL"])


def test_a_command_runs_once_in_a_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "STATE", tmp_path)

    with (
        place.only_one("up"),
        pytest.raises(place.Refused, match=f"already runs .* {os.getpid()}"),
        place.only_one("up"),
    ):
        pass

    with place.only_one("up"):
        assert place.is_held("up")
    assert not place.is_held("up")


def test_a_program_that_does_not_stop_is_killed_with_all_it_started(tmp_path):
    program, pids = family(tmp_path)

    program.stop(within=0.2)

    assert until(lambda: not any(map(is_alive, pids)), seconds=5)


def test_starting_again_ends_what_the_first_start_left(tmp_path):
    program, (first, child) = family(tmp_path)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: program.status is not None, seconds=5)
    assert is_alive(child)

    program.start()

    assert until(lambda: not is_alive(child), seconds=5)
    program.stop(within=0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_program_ends_when_dev_itself_is_killed():
    script = (
        "import os, time; from devtools.programs import Program;"
        "each = Program('sleeper', ['sleep', '60'], environment=dict(os.environ), log=None);"
        "each.start(); print(each.pid, flush=True); time.sleep(60)"
    )
    dev = subprocess.Popen([sys.executable, "-c", script], cwd=place.ROOT, stdout=subprocess.PIPE, text=True)
    sleeper = int(dev.stdout.readline())

    dev.kill()
    dev.wait()

    assert until(lambda: not is_alive(sleeper), seconds=5)


def test_postgresql_starts_again_after_a_kill_and_has_lost_nothing(short_path, tmp_path):
    system = os.environ.get("TRACK360_POSTGRES") == "system"
    postgresql = PostgreSQL(state=tmp_path, sockets=short_path, durable=True, system=system)
    try:
        postgresql.start()
        with psycopg.connect(postgresql.url(ADMINISTRATOR), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            (server,) = connection.execute("SELECT pg_backend_pid()").fetchone()
        pid = int((postgresql.folder / "postmaster.pid").read_text().splitlines()[0])
        assert pid != server

        os.kill(pid, signal.SIGKILL)
        postgresql.start()

        with psycopg.connect(postgresql.url(ADMINISTRATOR)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        postgresql.stop()
        postgresql.remove()
    assert not postgresql.is_answering()


def test_a_left_over_postgresql_is_used_and_stopped(short_path, tmp_path):
    system = os.environ.get("TRACK360_POSTGRES") == "system"
    first = PostgreSQL(state=tmp_path, sockets=short_path, durable=False, system=system)
    second = PostgreSQL(state=tmp_path, sockets=short_path, durable=False, system=system)
    try:
        first.start()
        before = (first.folder / "postmaster.pid").read_text().splitlines()[0]

        second.start()

        assert (first.folder / "postmaster.pid").read_text().splitlines()[0] == before
        second.stop()
        assert not first.is_answering()
    finally:
        first.stop()
        first.remove()


def test_a_left_over_valkey_makes_way(short_path, tmp_path):
    first, second = (Valkey(state=tmp_path, sockets=short_path) for _ in range(2))
    try:
        first.start()
        second.start()

        assert until(lambda: first.status is not None, seconds=5)
        assert second.status is None
    finally:
        first.stop()
        second.stop()
