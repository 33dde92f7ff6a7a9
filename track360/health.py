"""How the platform is: `/livez` says that this process answers, `/readyz` that all it depends on does its part.

A balancer that should keep accepting records while the broker is away asks `/livez`, or `/readyz?exclude=broker,beat`.
"""

import secrets
from collections.abc import Callable, Mapping
from functools import cache as once
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_prometheus.exports import ExportToDjangoView
from redis import Redis, RedisError

from ingestion.models import Outbox
from ingestion.rates.fetching import rates_note
from track360.celery import HEARTBEAT
from track360.checks import missing_migrations
from track360.lib.postgresql.base import waiting_at_most
from track360.lib.problems import read_only

# Seconds. Beat sends a heartbeat every 5.
OLDEST_HEARTBEAT = 30
# Seconds. Every committed batch is followed up within this time, with the broker gone too.
OLDEST_WAITING = 60

# Seconds. Who asks how we are does not want to wait for an answer of PostgreSQL as long as a request does.
PATIENCE = 2


class Unready(Exception):
    """A part does not do its work; the text says which and how far it is off."""


@never_cache
@read_only
def livez(request: HttpRequest) -> JsonResponse:
    """Answer that this process takes requests."""
    return JsonResponse({"status": "live"})


@never_cache
@read_only
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part works and 503 when one does not, naming it; `?exclude=a,b` leaves parts out."""
    excluded = set(request.GET.get("exclude", "").split(","))
    with waiting_at_most(PATIENCE):
        parts = _states({name: probe for name, probe in PROBES.items() if name not in excluded})
    is_ready = all(part["ok"] for part in parts.values())
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": parts}, status=200 if is_ready else 503
    )


@never_cache
@read_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with Prometheus metrics to whoever bears METRICS_TOKEN; without one there is no such page."""
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not settings.METRICS_TOKEN or not secrets.compare_digest(
        request.headers.get("Authorization", "").encode(), expected
    ):
        raise Http404
    answer: HttpResponse = ExportToDjangoView(request)
    return answer


def _states(probes: Mapping[str, Callable[[], str]]) -> dict[str, dict[str, Any]]:
    states = {}
    database_is_away = False
    for name, probe in probes.items():
        try:
            if database_is_away and name in ASK_POSTGRESQL:
                raise Unready("not asked: PostgreSQL does not answer")
            states[name] = {"ok": True, "detail": probe()}
        except Unready as unready:
            states[name] = {"ok": False, "detail": str(unready)}
        except DatabaseError:
            connection.close()
            database_is_away = True
            states[name] = {"ok": False, "detail": "PostgreSQL does not answer"}
        except RedisError:
            states[name] = {"ok": False, "detail": "Valkey does not answer"}
    return states


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "PostgreSQL answers"


def _broker() -> str:
    _broker_client().ping()
    return "Valkey answers"


def _migrations() -> str:
    if missing := missing_migrations():
        raise Unready(f"{len(missing)} not applied, the first is {'.'.join(min(missing))}")
    return "all applied"


def _beat() -> str:
    beaten_at = cache.get(HEARTBEAT)
    if beaten_at is None:
        raise Unready("no heartbeat yet: beat or worker is away")
    age = timezone.now().timestamp() - beaten_at
    if age > OLDEST_HEARTBEAT:
        raise Unready(f"the last heartbeat came {age:.0f} s ago: beat or worker is away")
    return "beat sends and a worker answers"


def _oldest_waiting() -> str:
    since = Outbox.objects.aggregate(since=Min("created_at"))["since"]
    if since is None:
        return "nothing waits"
    age = (timezone.now() - since).total_seconds()
    if age > OLDEST_WAITING:
        raise Unready(f"a batch has waited {age:.0f} s to be followed up")
    return f"the oldest batch has waited {max(age, 0):.0f} s"


def _rates() -> str:
    # Old rates are a matter for people; they do not make this process unready.
    return rates_note(today=timezone.now().date()) or "no rate is missing as far as is known"


PROBES: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "beat": _beat,
    "oldest_waiting": _oldest_waiting,
    "rates": _rates,
}
ASK_POSTGRESQL = PROBES.keys() - {"broker", "beat"}


@once
def _broker_client() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5)
