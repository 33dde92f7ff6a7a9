"""The three programs the platform consists of, as `up`, the benchmarks and the tests of whole journeys start them."""

from collections.abc import Mapping
from pathlib import Path

from devtools.place import Command
from devtools.programs import Program
from devtools.running import BINARIES

APPLICATION = "track360.wsgi:application"


def parts(
    environment: Mapping[str, str], *, port: int, logs: Path, application: str = APPLICATION
) -> dict[str, Program]:
    """Return web, worker and beat, not yet started; each writes its log to a file of its name."""
    web: Command = [BINARIES / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    web += ["--workers", "2", "--blocking-threads", "32", "--blocking-threads-idle-timeout", "600"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "10", application]
    celery: Command = [BINARIES / "celery", "--app", "track360"]
    worker: Command = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    beat: Command = [*celery, "beat", "--pidfile="]
    commands = {"web": web, "worker": [*worker, "--loglevel", "INFO"], "beat": [*beat, "--loglevel", "INFO"]}
    return {
        name: Program(name, command, environment=environment, log=logs / f"{name}.log")
        for name, command in commands.items()
    }
