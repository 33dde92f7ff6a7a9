"""The Celery application. Messages are hints: what must happen stands in PostgreSQL, and a sweep finds it there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError
from kombu.transport import virtual
from kombu.transport.redis import Channel, QoS

from track360.checks import refuse_unsafe_start
from track360.watch import start_watching

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "track360.settings")

HEARTBEAT = "heartbeat"

# Messages are hints, so none has to be given back when the broker goes away. kombu 5.7 would try to, over the
# connection that was just lost, and the worker would end.
Channel.do_restore = False


class ForgettingQoS(QoS):
    """Keeps count of the messages in work. One that the broker cannot be told about is done all the same.

    kombu would count it for ever; after a broker had hung for a moment the worker would be full of messages long done
    and take no other until somebody restarted it. Work that outlasts its connection has nobody to tell: kombu would
    look for the connection on the closed channel, and the worker would end.
    """

    def ack(self, delivery_tag: str) -> None:
        """Count a message as done, whether or not the broker hears of it."""
        with self._counting(delivery_tag) as has_broker:
            if has_broker:
                super().ack(delivery_tag)  # type: ignore[no-untyped-call]

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Count a message as done; it is given back if the broker hears of it."""
        with self._counting(delivery_tag) as has_broker:
            if has_broker:
                super().reject(delivery_tag, requeue=requeue)  # type: ignore[no-untyped-call]

    @contextmanager
    def _counting(self, delivery_tag: str) -> Iterator[bool]:
        try:
            yield not self.channel.closed
        finally:
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]


Channel.QoS = ForgettingQoS

app = Celery("track360")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["ingestion.rates"])


@setup_logging.connect
def keep_djangos_logging(**_: object) -> None:
    """Stop Celery from replacing the logging that settings.py configures."""


# Worker and beat are held to the same conditions as the web.
worker_init.connect(refuse_unsafe_start)
beat_init.connect(refuse_unsafe_start)


@worker_init.connect
def watch(**_: object) -> None:
    """Let the worker do the sweeps' work by itself while no messages come."""
    start_watching(
        heartbeat=HEARTBEAT,
        sweeps=[lambda: app.tasks["attribution.sweep"](), lambda: app.tasks["commissions.sweep"]()],
    )


@app.task(name="track360.heartbeat", ignore_result=True)
def heartbeat(**_: object) -> None:
    """Note that beat sends and a worker answers; `/readyz` reads it."""
    cache.set(HEARTBEAT, timezone.now().timestamp(), timeout=600)
    structlog.get_logger(__name__).debug("heartbeat")


@beat_init.connect
def announce_beat(**_: object) -> None:
    """Let `/readyz` know at once that beat is there, not only after its first interval."""
    with suppress(OperationalError):
        heartbeat.apply_async(expires=10)
