"""Where every request comes in. Pushes go straight to their view; all others take Django's way.

A brand that reports each record by itself sends more requests than everybody else together. Django's handler, its
signals and the middleware that pages need cost such a request more than reading and storing its record.
"""

import random
import uuid
from collections.abc import Iterable, Iterator
from http import HTTPMethod, HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.handlers.wsgi import WSGIHandler
from django.urls import resolve, reverse
from prometheus_client import Counter
from structlog.contextvars import bind_contextvars, clear_contextvars

from ingestion.dialects.dialect import Dialect
from ingestion.views import push
from track360.lib.postgresql.base import database
from track360.logs import request_finished

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Environ = dict[str, Any]

_METHODS = frozenset(HTTPMethod)
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_PUSHES = Counter("track360_pushes", "Requests to the Push API", ["entity", "status"])


class Entrance:
    """The application that the web server calls (PEP 3333), around Django's."""

    def __init__(self, django: WSGIHandler) -> None:
        self._django = django
        self._dialects = dict(_addresses())

    def __call__(self, environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        dialect = self._dialects.get(environ["PATH_INFO"])
        if dialect is None:
            return self._django(environ, start_response)
        # It names the request in logs and answers, and guards nothing: no need to ask the system for randomness.
        request_id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        bind_contextvars(request_id=request_id)
        try:
            reply = push(environ, dialect)
            method = environ["REQUEST_METHOD"]  # the sender's word, and nothing is taken out of the line that is logged
            request_finished(
                code=reply.status, request=f"{method if method in _METHODS else '?'} {environ['PATH_INFO']}"
            )
        finally:
            clear_contextvars()
            database().close_if_unusable_or_obsolete()
        _PUSHES.labels(dialect.entity, reply.status).inc()
        headers = reply.headers | {
            "Content-Length": str(len(reply.body)),
            "X-Content-Type-Options": "nosniff",
            "X-Request-ID": request_id,
        }
        start_response(_STATUS_LINES[reply.status], list(headers.items()))
        return [reply.body]


def _addresses() -> Iterator[tuple[str, Dialect]]:
    for name in ("push-customers", "push-activities"):
        address = reverse(name)
        dialect = resolve(address).func.view_class.dialect  # type: ignore[attr-defined]
        yield address, dialect
        yield f"{address}/", dialect
