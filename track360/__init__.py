"""The composition root: the one place that knows every app. Apps know only `track360.lib`."""

from track360.celery import app as celery_app

__all__ = ["celery_app"]
