"""How often a credential may send."""

import socket
import threading
import time

import pytest
from django.conf import settings
from django.test import Client

from brands.rate_limits import PATIENCE, RateLimited, RateLimiter
from brands.services import change_settings, create_brand, issue_token
from tests.brands.test_authentication import NOW
from track360.lib.tenancy import tenant


def test_a_credential_may_send_its_limit_in_a_minute(valkey):
    clock = [1_000_070.0]
    limiter = RateLimiter(url=settings.REDIS_URL, clock=lambda: clock[0])

    left = [limiter.count(credential="a", limit=3).remaining for _ in range(3)]
    with pytest.raises(RateLimited) as refused:
        limiter.count(credential="a", limit=3)

    assert left == [2, 1, 0]
    assert refused.value.headers["Retry-After"] == "10"
    assert limiter.count(credential="b", limit=3).remaining == 2
    clock[0] += 10
    assert limiter.count(credential="a", limit=3).remaining == 2


def test_counting_is_exact_between_threads(valkey):
    limiter = RateLimiter(url=settings.REDIS_URL, clock=lambda: 1_000_030.0)
    refused = []

    def send():
        for _ in range(50):
            try:
                limiter.count(credential="a", limit=120)
            except RateLimited:
                refused.append(1)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 200 - 120


def test_large_limits_are_shared_between_processes_and_never_exceeded(valkey):
    processes = [RateLimiter(url=settings.REDIS_URL, clock=lambda: 1_000_030.0) for _ in range(3)]
    sent = dict.fromkeys(range(3), 0)
    refused = 0

    for number in range(6300):
        try:
            processes[number % 3].count(credential="a", limit=6000)
            sent[number % 3] += 1
        except RateLimited:
            refused += 1

    assert sum(sent.values()) == 6000
    assert refused == 300


def test_what_a_process_has_taken_ends_with_the_minute(valkey):
    clock = [1_000_070.0]
    limiter = RateLimiter(url=settings.REDIS_URL, clock=lambda: clock[0])

    in_this_minute = [limiter.count(credential="a", limit=6000).remaining for _ in range(3)]
    clock[0] += 10
    in_the_next = limiter.count(credential="a", limit=6000).remaining

    assert (in_this_minute, in_the_next) == ([5999, 5998, 5997], 5999)


def test_a_large_limit_asks_the_store_rarely(valkey, monkeypatch):
    limiter = RateLimiter(url=settings.REDIS_URL, clock=lambda: 1_000_030.0)
    asked = []
    count = limiter._storage.incr
    monkeypatch.setattr(limiter._storage, "incr", lambda *given: asked.append(given) or count(*given))

    for _ in range(60):
        limiter.count(credential="a", limit=6000)

    assert len(asked) == 5


def test_without_its_store_everything_is_let_through(valkey):
    clock = [1000.0]
    limiter = RateLimiter(url="unix:///nowhere/valkey.sock", clock=lambda: clock[0])

    assert [limiter.count(credential="a", limit=1).remaining for _ in range(5)] == [1] * 5


def test_a_hung_store_costs_one_request_a_moment(tmp_path):
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(tmp_path / "hung.sock"))
        hung.listen()
        limiter = RateLimiter(url=f"unix://{tmp_path}/hung.sock")
        began = time.perf_counter()

        for _ in range(50):
            limiter.count(credential="a", limit=1)

    assert time.perf_counter() - began < 3 * PATIENCE


def test_every_answer_says_what_is_left(db, valkey):
    brand = create_brand(slug="slow", name="Slow", vertical="igaming", by="test", now=NOW)
    with tenant(brand.id):
        change_settings(brand=brand, changes={"requests_per_minute": 2}, records_exist=False, by="test", now=NOW)
        secret = issue_token(brand=brand, by="test", now=NOW).secret

    def post(body: str):
        return Client().post(
            "/tracking/events/activities", body, content_type="application/json", headers={"x-api-key": secret}
        )

    good, bad, refused = post("[]"), post("["), post("[]")

    assert [answer.status_code for answer in (good, bad, refused)] == [200, 400, 429]
    assert [answer["X-RateLimit-Remaining"] for answer in (good, bad, refused)] == ["1", "0", "0"]
    assert {answer["RateLimit-Policy"] for answer in (good, bad, refused)} == {'"default";q=2;w=60'}
    assert refused.json()["code"] == "rate_limited"
    assert refused["Retry-After"] == refused["X-RateLimit-Reset"]
