"""The worker takes messages again after its broker has hung."""

import pytest
from redis import RedisError

from track360.celery import ForgettingQoS, app


class Hanging:
    """A pipeline to a broker that does not answer."""

    def zrem(self, *_: object) -> "Hanging":
        return self

    hdel = zrem

    def execute(self) -> None:
        raise RedisError


def test_a_message_that_cannot_be_acknowledged_takes_no_place(monkeypatch):
    with app.connection_for_read() as connection:
        qos = connection.channel().qos
        assert isinstance(qos, ForgettingQoS)
        qos.prefetch_count = 1
        qos._delivered["tag"] = object()
        assert not qos.can_consume()
        monkeypatch.setattr(qos, "_remove_from_indices", lambda *_: Hanging())

        with pytest.raises(RedisError):
            qos.ack("tag")

        assert qos.can_consume()
        qos._delivered.clear()
