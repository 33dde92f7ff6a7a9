"""The Celery application. Messages are hints: what must happen stands in PostgreSQL, and a sweep finds it there."""

import os

import structlog
from celery import Celery
from celery.signals import setup_logging
from django.core.cache import cache
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "track360.settings")

HEARTBEAT = "heartbeat"

app = Celery("track360")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_djangos_logging(**_: object) -> None:
    """Stop Celery from replacing the logging that settings.py configures."""


@app.task(name="track360.heartbeat", ignore_result=True)
def heartbeat(**_: object) -> None:
    """Note that beat sends and a worker answers; `/readyz` reads it."""
    cache.set(HEARTBEAT, timezone.now().timestamp(), timeout=600)
    structlog.get_logger(__name__).debug("heartbeat")
