"""Structured logs: one JSON object a line, with the request's id, and never a secret or a person's data.

Reports of errors go through the same sieve (`without_personal_data`).
"""

import logging
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from json import dumps
from typing import Any

import psycopg
import structlog
from django.db.utils import Error as DatabaseError

from track360.lib.credentials import ACCESS_TOKEN_MARK, BRAND_TOKEN_MARK

# What a request carries in its address may be a signature, a click token or a customer: the path is enough to find it.
QUERY = re.compile(r"\?\S*")
# What PostgreSQL says about an error, up to the first value of a row: whatever stands in quotes may be one unless it is
# called a thing of the schema, and the lines after the message quote rows and statements.
THINGS = ("column", "constraint", "database", "function", "index", "policy", "relation", "role", "schema", "server at",
          "socket", "table", "user", "view")  # fmt: skip
_NAMED = "|".join(f"(?<={thing} )" for thing in THINGS)
WITHOUT_VALUES = re.compile(rf'(?:(?!\n(?:LINE \d+|DETAIL|HINT|QUERY|CONTEXT):)[^"]|(?:{_NAMED})"[^"]*")*')
# Our tokens, also where somebody has put one into an address, and the keys in the addresses of letters about passwords.
TOKEN = re.compile(rf"(?:{BRAND_TOKEN_MARK}|{ACCESS_TOKEN_MARK})[\w-]+|(?<=/password/reset/key/)[\w-]+")
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


def without_rows(logger: Any, method: str, event: Any) -> Any:
    """Write the exception out, and remove the values that PostgreSQL quotes in its errors wherever they are told."""
    replacements = _without_values(_error(event.get("exc_info")))
    event = structlog.processors.format_exc_info(logger, method, event)
    if replacements:
        for name, value in event.items():
            if isinstance(value, str):
                event[name] = _replaced(value, replacements)
    return event


def without_tokens(_: object, __: str, event: Any) -> Any:
    """Blank brands' and access tokens and the keys to passwords wherever they stand in a text."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = TOKEN.sub("[redacted]", value)
    return event


def without_personal_data(report: Any, hint: Mapping[str, Any]) -> Any:
    """Take out of a report of an error what is taken out of logs (Sentry's `before_send`)."""
    report.get("request", {}).pop("query_string", None)
    return _sieved(report, _without_values(_error(hint.get("exc_info"))))


def _sieved(value: Any, replacements: Mapping[str, str]) -> Any:
    match value:
        case str():
            return TOKEN.sub("[redacted]", _replaced(value, replacements))
        case dict():
            return {
                name: "[redacted]"
                if isinstance(said, str) and SECRET_NAMES.search(name)
                else _sieved(said, replacements)
                for name, said in value.items()
            }
        case list() | tuple():
            return [_sieved(each, replacements) for each in value]
    return value


def _error(exc_info: Any) -> BaseException | None:
    match exc_info:
        case BaseException() as error:
            return error
        case (_, BaseException() as error, _):
            return error
    return sys.exc_info()[1] if exc_info else None


def _without_values(error: BaseException | None) -> dict[str, str]:
    """Return what PostgreSQL said in an error and its causes, as text and in a `repr` → the same without values."""
    replacements: dict[str, str] = {}
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__]
        said = str(each).strip() if isinstance(each, DatabaseError | psycopg.Error) else ""
        harmless = WITHOUT_VALUES.match(said)[0]  # type: ignore[index]
        if harmless != said:
            replacements[said] = replacements[repr(said)[1:-1]] = f"{harmless.rstrip()} [redacted]"
    return replacements


def _replaced(text: str, replacements: Mapping[str, str]) -> str:
    for said, harmless in replacements.items():
        text = text.replace(said, harmless)
    return text


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_queries,
    without_secrets,
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
