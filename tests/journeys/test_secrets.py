"""No secret rests anywhere (I14): after real requests, database, Valkey and logs are searched for every one of them."""

import json
import time

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis import Redis

from brands.models import BrandToken, User
from brands.services import create_brand, create_client, issue_token, revoke_token
from tests.live import Platform
from track360.lib.tenancy import tenant

PASSWORD = "correct horse battery staple 4711"
# A revoked token is refused after this many seconds at the latest.
PROMISED = 5


@pytest.fixture
def web(transactional_db, valkey, tmp_path):
    """Only the web, running."""
    platform = Platform(logs=tmp_path)
    try:
        platform.start("web")
        yield platform
    finally:
        platform.stop()


def database_dump():
    """Every row of every table, as its owner sees it; bytes are shown as text too."""
    known, owner = connection.settings_dict, settings.OWNER_DATABASE
    with psycopg.connect(
        dbname=known["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
    ) as owners:
        tables = owners.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [str(row) for (table,) in tables for row in owners.execute(f"SELECT * FROM {table}")]
    return "\n".join(rows)


def valkey_dump():
    found = []
    for database in (0, 1):
        client = Redis.from_url(settings.REDIS_URL, db=database)
        for key in client.scan_iter():
            kind = client.type(key)
            read = {b"string": client.get, b"hash": client.hgetall, b"set": client.smembers}.get(kind, lambda _: b"")
            value = client.lrange(key, 0, -1) if kind == b"list" else read(key)
            found.append(f"{key!r} {value!r}")
    return "\n".join(found)


def test_no_secret_is_in_database_valkey_or_logs(web):
    now = timezone.now()
    brand = create_brand(slug="luckyspin", name="Lucky Spin", vertical="igaming", by="test", now=now)
    with tenant(brand.id):
        token = issue_token(brand=brand, by="test", now=now).secret
        client = create_client(brand=brand, by="test", now=now)
    User.objects.create_user("somebody@example.com", PASSWORD)
    customer = {"customerId": "c1", "firstName": "Aleksandra-Canary", "email": "aleksandra.canary@example.com"}

    assert web.push("customers", [customer], token=token).status == 200
    assert web.push("customers", [customer], token=token + "x").status == 401
    bearer = web.bearer(client_id=client.application.client_id, client_secret=client.secret)
    assert web.get("/api/v1/commissions/lines", Authorization=f"Bearer {bearer}").status == 200
    assert web.get(f"/api/v1/commissions/lines?token={bearer}", Authorization=f"Bearer {bearer}").status == 400
    assert web.post("/tracking/events/customers", b"not json", **{"x-api-key": token}).status == 415
    assert web.get(f"/nowhere/{token}", **{"x-api-key": token}).status == 404
    web.stop()

    secrets = {"brand token": token, "client secret": client.secret, "access token": bearer, "password": PASSWORD}
    places = {"database": database_dump(), "Valkey": valkey_dump(), "logs": web.everything_logged()}
    assert "luckyspin" in places["database"]
    assert "request_finished" in places["logs"]
    found = [(name, place) for name, secret in secrets.items() for place, text in places.items() if secret in text]
    # Somebody who puts a token into an address writes it into his own proxy's log, but not into ours.
    assert found == []
    # Personal data rest in the database, where they can be erased, and nowhere else.
    assert [place for place in ("Valkey", "logs") if "canary" in places[place].lower()] == []


def test_a_revoked_token_is_refused_within_seconds(web):
    now = timezone.now()
    brand = create_brand(slug="luckyspin", name="Lucky Spin", vertical="igaming", by="test", now=now)
    with tenant(brand.id):
        issued = issue_token(brand=brand, by="test", now=now)

    def is_accepted():
        return web.post("/tracking/events/customers", json.dumps([]).encode(), **headers).status == 200

    headers = {"x-api-key": issued.secret, "Content-Type": "application/json"}
    assert all(is_accepted() for _ in range(8))
    with tenant(brand.id):
        revoke_token(token=BrandToken.objects.get(pk=issued.token.pk), by="test", now=timezone.now())
    revoked_at = time.monotonic()
    while is_accepted():
        assert time.monotonic() < revoked_at + PROMISED
    time.sleep(max(0.0, revoked_at + PROMISED - time.monotonic()))

    assert not any(is_accepted() for _ in range(16))
