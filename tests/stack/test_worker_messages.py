"""The worker takes messages again after its broker has hung or has gone."""

import pytest
from redis import RedisError

from track360.celery import ForgettingQoS, app


@pytest.fixture
def channel():
    """An open channel that has taken one message and may not take a second one."""
    with app.connection_for_read() as connection:
        channel = connection.channel()
        assert isinstance(channel.qos, ForgettingQoS)
        channel.qos.prefetch_count = 1
        channel.qos._delivered["tag"] = object()
        assert not channel.qos.can_consume()
        yield channel


@pytest.fixture(params=[lambda channel: channel.basic_ack("tag"), lambda channel: channel.basic_reject("tag"),
                        lambda channel: channel.basic_reject("tag", requeue=True)])  # fmt: skip
def done_with(request):
    """A way to be done with the message."""
    return request.param


def test_a_message_that_the_broker_cannot_be_told_about_takes_no_place(channel, done_with, monkeypatch):
    def hangs(*_, **__):
        raise RedisError

    monkeypatch.setattr(channel.qos, "_remove_from_indices", hangs)
    monkeypatch.setattr(channel.qos, "restore_by_tag", hangs)

    with pytest.raises(RedisError):
        done_with(channel)

    assert channel.qos.can_consume()


def test_work_that_outlasts_its_connection_does_not_end_the_worker(channel, done_with):
    channel.close()

    done_with(channel)

    assert channel.qos.can_consume()
