import pytest
from celery import current_app

from track360.lib.jobs import SILENT_AFTER_FAILURE, WAKES_ARE_MERGED_FOR, Waker


class Clock:
    def __init__(self):
        self.time = 1000.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sent(monkeypatch):
    """The messages that reached the broker's client; setting `.failure` makes it raise."""
    messages = []

    class Broker:
        failure = None

        def send_task(self, name, *, kwargs, countdown):
            if Broker.failure:
                raise Broker.failure
            messages.append((name, kwargs["brand"], countdown))

    monkeypatch.setattr("track360.lib.jobs.current_app", Broker())
    return messages, Broker


def test_the_broker_client_takes_what_a_wake_sends():
    assert {"kwargs", "countdown"} <= set(current_app.send_task.__code__.co_varnames)


def test_wakes_of_one_brand_and_second_are_one_message(clock, sent):
    messages, _ = sent
    waker = Waker(clock)

    assert [waker.wake("a.follow_up", 1), waker.wake("a.follow_up", 1), waker.wake("a.follow_up", 2)] == [
        True,
        False,
        True,
    ]
    clock.time += WAKES_ARE_MERGED_FOR
    assert waker.wake("a.follow_up", 1)

    assert [(name, brand) for name, brand, _ in messages] == [
        ("a.follow_up", 1),
        ("a.follow_up", 2),
        ("a.follow_up", 1),
    ]


def test_a_message_arrives_after_everything_that_was_merged_into_it(clock, sent):
    messages, _ = sent

    Waker(clock).wake("a.follow_up", 1)

    assert messages[0][2] >= WAKES_ARE_MERGED_FOR


def test_after_a_failure_nothing_is_tried_for_a_while(clock, sent):
    messages, broker = sent
    waker = Waker(clock)
    broker.failure = OSError("away")

    assert not waker.wake("a.follow_up", 1)
    broker.failure = None
    clock.time += SILENT_AFTER_FAILURE - 0.1
    assert not waker.wake("a.follow_up", 2)
    clock.time += 0.2
    assert waker.wake("a.follow_up", 1)

    assert len(messages) == 1
