"""A worker looks for work by itself exactly while no messages come."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis import ConnectionError as BrokerAway

from track360 import watch


@pytest.fixture
def sweep(db):
    """Sweeps, and how often each was done."""
    done = []
    return done, lambda: watch.sweep_if_silent(
        heartbeat="heartbeat", sweeps=[lambda: done.append("a"), lambda: done.append("b")]
    )


@pytest.mark.parametrize(
    ("beaten_ago", "is_silent"),
    [(None, True), (0, False), (29, False), (31, True)],
    ids=["never", "now", "29 s", "31 s"],
)
def test_sweeps_are_done_when_the_heartbeat_is_missing(sweep, beaten_ago, is_silent):
    done, look = sweep
    if beaten_ago is not None:
        cache.set("heartbeat", timezone.now().timestamp() - beaten_ago)

    assert look() is is_silent
    assert done == (["a", "b"] if is_silent else [])


def test_sweeps_are_done_while_the_broker_is_away(sweep, monkeypatch):
    done, look = sweep

    def away(_):
        raise BrokerAway

    monkeypatch.setattr(cache, "get", away)

    assert look() is True
    assert done == ["a", "b"]
