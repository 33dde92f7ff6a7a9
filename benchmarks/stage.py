"""What measures stand on: the web server as in production, brands with tokens, and what PostgreSQL spends."""

import base64
import http.client
import io
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import yaml

from benchmarks.measure import Skipped
from benchmarks.terms import Document
from devtools.parts import APPLICATION, parts
from devtools.programs import until

CUSTOMERS = "/tracking/events/customers"
ACTIVITIES = "/tracking/events/activities"
TICKS = os.sysconf("SC_CLK_TCK")


def production_environment() -> dict[str, str]:
    """Return the settings of a production server, with secrets of its own, for this process and for the web server."""
    return {
        "ENVIRONMENT": "production",
        "BASE_URL": "https://localhost",
        "DJANGO_SETTINGS_MODULE": "track360.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand to send to: its number, name in commands, and token."""

    id: int
    slug: str
    token: str


@dataclass(frozen=True, slots=True)
class Web:
    """A web server that answers on the loopback address."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the processor seconds that it and its processes have used."""
        return cpu_seconds([self.pid, *_children(self.pid)])


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether something answers HTTP requests there; what it answers is not asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/livez")
        return bool(connection.getresponse().status)
    return False


@contextmanager
def web(more: Mapping[str, str] | None = None, *, application: str = APPLICATION) -> Iterator[Web]:
    """Start Granian with the production settings and stop it again."""
    port = free_port()
    environment = {**os.environ, **(more or {})}
    environment.pop("DATABASE_OWNER_URL", None)
    with tempfile.TemporaryDirectory(prefix="track360-bench-") as folder:
        program = parts(environment, port=port, logs=Path(folder), application=application)["web"]
        program.start()
        try:
            until(lambda: program.status is not None or answers(port), seconds=60, step=0.1)
            if program.status is not None or not answers(port):
                raise RuntimeError(f"the web server does not answer:\n{program.last_words(30)}")
            yield Web(port=port, pid=program.pid)
        finally:
            program.stop(within=10)


def new_brand(slug: str, *, vertical: str = "igaming", landing: str = "https://landing.example/welcome") -> Brand:
    """Create a brand that may send as fast as it can; a name is used once."""
    from django.utils import timezone

    from brands import services

    slug = f"{slug}-{secrets.token_hex(3)}"
    now = timezone.now()
    brand = services.create_brand(
        slug=slug,
        name=slug,
        vertical=vertical,
        by="benchmarks",
        now=now,
        default_currency="EUR",
        landing_url=landing,
        landing_hosts=["landing.example"],
        requests_per_minute=2_000_000_000,
    )
    from track360.lib.tenancy import tenant

    with tenant(brand.id):
        issued = services.issue_token(brand=brand, by="benchmarks", now=now)
    return Brand(id=brand.id, slug=slug, token=issued.secret)


def owners_connection(*, autocommit: bool = False) -> psycopg.Connection:
    """Connect as the tables' owner, for which row security does not hold (COPY is refused where it does)."""
    return psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=autocommit)


def application_connection(brand: Brand) -> psycopg.Connection:
    """Connect as the application, inside a brand, for statements that commit one by one."""
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection.execute(f"SET app.brand = '{brand.id}'")
    return connection


def settle() -> None:
    """Let PostgreSQL write out what it owes, so that no side pays for what another one did."""
    with owners_connection(autocommit=True) as connection, suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("CHECKPOINT")


def vacuum(*tables: str) -> None:
    """Vacuum and analyze tables, as their owner."""
    with owners_connection(autocommit=True) as connection:
        for table in tables:
            connection.execute(f"VACUUM (ANALYZE) {table}")


class _WithoutReferences(yaml.SafeDumper):
    """Writes out again what it has written before, as documents want it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def configure(document: Document) -> None:
    """Apply a configuration document, as `manage.py brand_config apply` does."""
    from django.core.management import call_command

    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.dump(document, file, Dumper=_WithoutReferences)
        file.flush()
        call_command("brand_config", "apply", file.name, stdout=io.StringIO())


class Backends:
    """The PostgreSQL processes that serve the application, and the processor time they use."""

    def __init__(self) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND application_name = 'track360'"
            ).fetchall()
        self.pids = [pid for (pid,) in rows]
        if not all(Path(f"/proc/{pid}/stat").exists() for pid in self.pids):
            raise Skipped("PostgreSQL runs elsewhere: what its processes use cannot be read from /proc")

    def cpu(self) -> float:
        """Return the processor seconds used so far."""
        return cpu_seconds(self.pids)


def dead_tuples(tables: Sequence[str]) -> dict[str, int]:
    """Return how many dead row versions each table holds."""
    with owners_connection(autocommit=True) as connection:
        connection.execute("SELECT pg_stat_clear_snapshot()")
        rows = connection.execute(
            "SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE relname = ANY (%s)", [list(tables)]
        ).fetchall()
    return dict(rows)


def cpu_seconds(pids: Sequence[int]) -> float:
    """Add up the processor time of processes; one that ended counts nothing."""
    total = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _children(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
