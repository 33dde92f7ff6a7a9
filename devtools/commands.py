"""dev.py's commands, except `up`: test, lint, bench, manage, reset."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from devtools.place import ROOT, STATE, Command, is_held, only_one, say, socket_folder
from devtools.programs import run_in_front, until
from devtools.running import Servers, migrate, running_servers, surroundings, throw_away_servers, throw_away_state
from devtools.servers import DATABASE, nobodys_folder
from devtools.venv import PYTHON

# These change or describe tables, so they run as the tables' owner.
AS_OWNER = frozenset({"migrate", "makemigrations", "sqlmigrate", "optimizemigration", "squashmigrations"})


def test(arguments: Sequence[str], *, system_postgres: bool) -> int:
    """Run pytest on servers that exist for this run only; return its status."""
    with throw_away_state() as state, throw_away_servers(state=state, system=system_postgres) as servers:
        environment = servers.environment(port=0) | {"DATABASE_OWNER_URL": servers.owner_url}
        if servers.is_migrated:
            environment["TEST_DATABASE_TEMPLATE"] = DATABASE  # the test database starts as a copy of this one
        say("Tests: pytest " + " ".join(arguments))
        return run_in_front([PYTHON, "-m", "pytest", *arguments], environment=environment)


def bench(arguments: Sequence[str], *, system_postgres: bool) -> int:
    """Run the benchmarks on durable servers that exist for this run only, one run at a time."""
    with (
        only_one("bench"),
        throw_away_state() as state,
        running_servers(state=state, durable=True, system=system_postgres) as servers,
    ):
        environment = servers.environment(port=0) | {"DATABASE_OWNER_URL": servers.owner_url}
        migrate(servers)
        return run_in_front([PYTHON, "-m", "benchmarks", *arguments], environment=environment)


def manage(arguments: Sequence[str], *, port: int, system_postgres: bool) -> int:
    """Run a management command beside a running `dev.py up`, or on servers started for it alone."""
    owner = bool(arguments) and arguments[0] in AS_OWNER
    command: Command = [PYTHON, "manage.py", *arguments]
    if is_held("up"):
        servers = Servers(state=STATE, durable=True, system=system_postgres)
        if servers.postgresql:
            until(servers.postgresql.is_answering, seconds=30)
        return run_in_front(command, environment=servers.environment(port=port, owner=owner))
    with only_one("up"), running_servers(state=STATE, durable=True, system=system_postgres) as servers:
        return run_in_front(command, environment=servers.environment(port=port, owner=owner))


def reset() -> int:
    """Remove all that `up` keeps. What the locks, `.venv` and the sources hold stays."""
    with only_one("up"):
        for folder in (socket_folder(STATE), nobodys_folder(STATE)):
            shutil.rmtree(folder, ignore_errors=True)
        for entry in STATE.iterdir():
            if entry.is_dir() and not entry.name.startswith("run-"):
                shutil.rmtree(entry)
            elif entry.is_file() and entry.suffix != ".lock":
                entry.unlink()
    say("Everything that `up` kept is gone; the next `dev.py up` starts from nothing.")
    return 0


def lint(*, fix: bool) -> int:
    """Check style, types, templates, both arrows and migrations; print what fails and return 1 if anything does.

    With `fix`, first mend what machines can mend.
    """
    templates = sorted((ROOT / "templates").rglob("*.html"))
    djade = ["djade", "--target-version", "5.2", *map(str, templates)]
    environment = surroundings()
    if fix:
        for command in (["ruff", "check", "--fix", "--quiet"], ["ruff", "format", "--quiet"], djade):
            subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, check=False)
    checks = {
        "mypy": ["mypy"],
        "makemigrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
        "ruff check": ["ruff", "check"],
        "ruff format": ["ruff", "format", "--diff"],
        "lint-imports": ["lint-imports"],
        "djade": [*djade[:1], "--check", *djade[1:]],
    }

    def passes(check: tuple[str, list[str]]) -> bool:
        name, command = check
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        say(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)")
        if done.returncode:
            print(done.stdout + done.stderr, flush=True)
        return done.returncode == 0

    with ThreadPoolExecutor(2) as two_at_a_time:
        passed = list(two_at_a_time.map(passes, checks.items()))
    return 0 if all([*passed, _migrations_are_gentle()]) else 1


def _migrations_are_gentle() -> bool:
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]
    release = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    if not release:
        say("migrations: nothing is released yet, so none can hurt")
        return True
    with throw_away_state() as state, throw_away_servers(state=state, system=False) as servers:
        say(f"migrations: those since {release}")
        environment = servers.environment(port=0, owner=True) | {"LOG_LEVEL": "ERROR"}
        return run_in_front([PYTHON, "-m", "devtools.migration_lint", release], environment=environment) == 0
