"""Structured logs: one JSON object a line, with the request's id, and never a secret or a person's data."""

import logging
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from json import dumps
from typing import Any

import structlog

# What a request carries in its address may be a signature, a click token or a customer: the path is enough to find it.
QUERY = re.compile(r"\?\S*")
# PostgreSQL's DETAIL and CONTEXT quote the row's values.
QUOTED_ROWS = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)
# A brand's token, also where somebody has put it into an address. It begins with a mark so that it can be found.
TOKEN_MARK = "t360_"  # noqa: S105
TOKEN = re.compile(r"t360_[\w-]+")
SECRET_NAMES = re.compile(r"token|secret|password|authorization|cookie|api_?key|signature|e-?mail|phone", re.IGNORECASE)

STDERR = 2

_requests = logging.getLogger("track360.requests")


def without_queries(_: object, __: str, event: Any) -> Any:
    """Cut the query string from the logged request line."""
    if isinstance(event.get("request"), str):
        event["request"] = QUERY.sub("", event["request"])
    return event


def without_secrets(_: object, __: str, event: Any) -> Any:
    """Blank every value whose name says that it is a secret or personal."""
    for name in event:
        if SECRET_NAMES.search(name):
            event[name] = "[redacted]"
    return event


def without_rows(_: object, __: str, event: Any) -> Any:
    """Remove the values that PostgreSQL quotes in its errors from a formatted exception."""
    if isinstance(event.get("exception"), str):
        event["exception"] = QUOTED_ROWS.sub(r"\1: [redacted]", event["exception"])
    return event


def without_tokens(_: object, __: str, event: Any) -> Any:
    """Blank brand tokens wherever they stand in a text."""
    for name, value in event.items():
        if isinstance(value, str) and TOKEN_MARK in value:
            event[name] = TOKEN.sub("[redacted]", value)
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_queries,
    without_secrets,
    structlog.processors.format_exc_info,
    without_rows,
    without_tokens,
]


def request_finished(*, code: int, request: str) -> None:
    """Write the line of a request that Django's middleware has not seen, as it stands for all others.

    Nothing a sender chose may be in it, for nothing is taken out: the whole chain costs a fifth of such a request.
    """
    if not _requests.isEnabledFor(logging.INFO):
        return
    line = {
        "code": code,
        "request": request,
        "event": "request_finished",
        **structlog.contextvars.get_contextvars(),
        "level": "info",
        "logger": _requests.name,
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    with suppress(OSError):  # whoever read the log is gone; the answer must not be
        os.write(STDERR, f"{dumps(line)}\n".encode())


def configure(*, level: str) -> dict[str, Any]:
    """Set structlog up and return the LOGGING setting that gives the standard library the same voice."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "CRITICAL"},  # what went wrong with a request is in its own line
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # robots, all day long; they are answered 400
            # Names the whole address of every request, and an affiliate's or brand's address may hold a secret.
            "httpx2": {"level": "WARNING"},
            # The sweeps run every few seconds; a line for each would hide what matters.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
