from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone
from model_bakery import baker

from ingestion.models import Outbox
from track360 import checks, health
from track360.celery import HEARTBEAT, heartbeat


@pytest.fixture
def beating(db, valkey):
    heartbeat()


def states(answer):
    return {name: part["ok"] for name, part in answer.json()["checks"].items()}


def test_livez_answers_without_anything_else(client):
    answer = client.get("/livez")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


@pytest.mark.parametrize("path", ["/livez/", "/readyz/"])
def test_a_trailing_slash_is_served_like_the_bare_path(client, beating, path):
    assert client.get(path).status_code == 200


def test_readyz_is_ready_when_every_part_works(client, beating):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert all(states(answer).values())


def test_readyz_names_a_beat_that_is_away(client, db, valkey):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert [name for name, ok in states(answer).items() if not ok] == ["beat"]


def test_readyz_names_a_heartbeat_that_is_old(client, db, valkey):
    cache.set(HEARTBEAT, timezone.now().timestamp() - 31)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["beat"]["detail"].startswith("the last heartbeat came 31 s ago")


@pytest.mark.parametrize(("age", "status"), [(59, 200), (61, 503)])
def test_readyz_names_a_batch_that_waits_too_long(client, beating, age, status):
    brand = baker.make("brands.Brand", created_at=timezone.now())
    Outbox.objects.create(brand=brand, delivery_id=1, records=1, created_at=timezone.now() - timedelta(seconds=age))

    assert client.get("/readyz").status_code == status


def test_readyz_names_a_migration_that_is_missing(client, beating, monkeypatch):
    on_disk = checks._migrations_on_disk() | {("brands", "9999_to_come")}
    monkeypatch.setattr(checks, "_migrations_on_disk", lambda: on_disk)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {
        "ok": False,
        "detail": "1 not applied, the first is brands.9999_to_come",
    }


def test_readyz_names_a_database_that_is_away(client, beating, monkeypatch):
    def fails():
        raise DatabaseError("with a password in it")

    monkeypatch.setitem(health.PROBES, "database", fails)
    monkeypatch.setattr(health.connection, "close", lambda: None)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {"ok": False, "detail": "PostgreSQL does not answer"}
    not_asked = {name for name, part in answer.json()["checks"].items() if part["detail"].startswith("not asked")}
    assert not_asked == {"migrations", "oldest_waiting", "rates"}  # each would wait for it in turn


def test_readyz_names_a_broker_that_is_away(client, db, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    health._broker_client.cache_clear()
    try:
        answer = client.get("/readyz?exclude=beat")
    finally:
        health._broker_client.cache_clear()

    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "detail": "Valkey does not answer"}


def test_readyz_leaves_out_what_it_is_told_to(client, db, valkey):
    answer = client.get("/readyz?exclude=broker,beat")

    assert answer.status_code == 200
    assert {"broker", "beat"} & set(states(answer)) == set()


@pytest.mark.parametrize(
    ("token", "header", "status"),
    [("", "Bearer ", 404), ("secret", "", 404), ("secret", "Bearer wrong", 404), ("secret", "Bearer secret", 200)],
)
def test_metrics_are_for_those_who_know_the_token(client, settings, token, header, status):
    settings.METRICS_TOKEN = token

    assert client.get("/metrics", headers={"Authorization": header}).status_code == status
