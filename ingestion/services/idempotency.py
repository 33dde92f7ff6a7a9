"""A request with an `Idempotency-Key` has one effect and one answer for a day, however often it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b, sha256

from django.db import connection

from brands.models import Brand
from ingestion.models import IdempotencyKey
from track360.lib.problems import Conflict, Malformed

REMEMBERED_FOR = timedelta(hours=24)
LONGEST_KEY = 255


class InvalidKey(Malformed):
    """Send an Idempotency-Key of 1 to 255 printable ASCII characters."""

    code = "invalid_idempotency_key"


class KeyReused(Conflict):
    """This Idempotency-Key came with another body before. Send a new key with a new request."""

    code = "idempotency_mismatch"


class StillRunning(Conflict):
    """The first request with this Idempotency-Key is still being worked on. Send it again in a moment."""

    code = "in_progress"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the JSON text of a body."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes two requests of a brand the same: method, path and the key that was sent."""

    method: str
    path: str
    key: str

    def __post_init__(self) -> None:
        if not (0 < len(self.key) <= LONGEST_KEY and self.key.isascii() and self.key.isprintable()):
            raise InvalidKey


def once(*, brand: Brand, key: RequestKey, body: bytes, now: datetime, work: Callable[[], Answer]) -> Answer:
    """Do the work and remember its answer, or return the answer that is remembered. Inside the brand's `tenant()`.

    The answer commits with the work. Raises KeyReused for another body, StillRunning while the first one runs.
    """
    digest = sha256(body).digest()
    _lock(brand, key)
    same = IdempotencyKey.objects.filter(brand=brand, method=key.method, path=key.path, key=key.key)
    remembered = same.filter(created_at__gt=now - REMEMBERED_FOR).first()
    if remembered is not None:
        if bytes(remembered.body_sha256) != digest:
            raise KeyReused
        return Answer(remembered.status, remembered.answer)
    answer = work()
    same.delete()
    IdempotencyKey.objects.create(
        brand=brand,
        method=key.method,
        path=key.path,
        key=key.key,
        body_sha256=digest,
        status=answer.status,
        answer=answer.body,
        created_at=now,
    )
    return answer


def forget_old_keys(*, brand: Brand, now: datetime) -> int:
    """Delete the answers that are no longer owed; return how many."""
    deleted, _ = IdempotencyKey.objects.filter(brand=brand, created_at__lte=now - REMEMBERED_FOR).delete()
    return deleted


def _lock(brand: Brand, key: RequestKey) -> None:
    name = f"{brand.pk}\n{key.method}\n{key.path}\n{key.key}".encode()
    number = int.from_bytes(blake2b(name, digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if cursor.fetchone() != (True,):
            raise StillRunning
