"""The Push API: two addresses that take a brand's records (wire.md)."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed
from structlog.contextvars import bind_contextvars

from brands.authentication import BrandSuspended, Sender, authenticated
from brands.rate_limits import limiter
from ingestion.dialects.dialect import ActivityDialect, Dialect
from ingestion.dialects.push import ACTIVITIES, CUSTOMERS
from ingestion.rules.decoding import MAX_BYTES
from ingestion.services.gathering import gather, may_be_gathered
from ingestion.services.idempotency import Answer, RequestKey, once
from ingestion.services.receiving import Incoming, Receipt, read, receive_one
from track360.lib.bodies import whole_body
from track360.lib.problems import UnsupportedMedia, exception_handler, request_id
from track360.lib.tenancy import tenant

# Parameters mean nothing to JSON (RFC 8259, 11); the one that senders use all the same must say the truth.
_JSON = re.compile(r"application/json\s*(?:;.*)?", re.IGNORECASE).fullmatch
_CHARSETS = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE).findall
_STRICT = re.compile(r"(?:^|[,;])\s*handling\s*=\s*\"?strict\"?\s*(?:$|[,;])", re.IGNORECASE).search
_MINIMAL = re.compile(r"(?:^|[,;])\s*return\s*=\s*\"?minimal\"?\s*(?:$|[,;])", re.IGNORECASE).search


class UnsupportedEncoding(UnsupportedMedia):
    """Send UTF-8, neither compressed nor in another character set."""

    code = "unsupported_encoding"


class Reply(NamedTuple):
    """An answer in terms of HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


@method_decorator(csrf_exempt, name="dispatch")
class PushView(View):
    """Takes records from a brand's servers. A 2xx promises that every counted record is stored."""

    dialect: ClassVar[Dialect]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer as `push` does; only tests and servers without `track360.entrance` come through here."""
        reply = push(request.META, self.dialect)
        return HttpResponse(reply.body, status=reply.status, headers=reply.headers)


class CustomerCollection(PushView):
    """Takes new and changed customers."""

    dialect = CUSTOMERS


class ActivityCollection(PushView):
    """Takes what customers did."""

    dialect = ACTIVITIES


def push(environ: Mapping[str, Any], dialect: Dialect) -> Reply:
    """Let only a brand's server pass, as often as its brand allows, and answer what became of each record.

    `environ` is the request as the web server hands it over (PEP 3333). Raises nothing: what goes wrong is told as a
    problem.
    """
    headers = {"Allow": "POST", "Content-Type": "application/json"}
    try:
        sender = authenticated(environ.get("HTTP_X_API_KEY", ""), now=timezone.now())
        bind_contextvars(brand=sender.brand.slug)  # into the line that is logged for this request
        limit = sender.brand.requests_per_minute
        headers |= limiter.count(credential=f"token:{sender.token_id}", limit=limit).headers
        if sender.brand.is_suspended:
            raise BrandSuspended
        if environ["REQUEST_METHOD"] != "POST":
            raise MethodNotAllowed(environ["REQUEST_METHOD"])
        answer = _answer(environ, dialect, sender)
        return Reply(answer.status, headers, answer.body.encode())
    except Exception as error:  # noqa: BLE001 - told as a problem, whatever it is
        problem = exception_handler(error, {})
        return Reply(problem.status_code, headers | dict(problem.items()), problem.content)


def _answer(environ: Mapping[str, Any], dialect: Dialect, sender: Sender) -> Answer:
    body = read_body(environ)
    now = timezone.now()
    prefer = environ.get("HTTP_PREFER", "")
    is_minimal = bool(prefer and _MINIMAL(prefer))

    def incoming() -> Incoming:
        return read(
            dialect=dialect,
            body=body,
            received_at=now,
            token_id=sender.token_id,
            request_id=request_id(),
            is_strict=bool(prefer and _STRICT(prefer)),
        )

    def told(receipt: Receipt) -> Answer:
        bind_contextvars(delivery=receipt.counted.uid)
        return Answer(receipt.status, receipt.as_json(is_minimal=is_minimal))

    def work() -> Answer:
        return told(receive_one(dialect=dialect, brand=sender.brand, incoming=incoming()))

    if (sent_key := environ.get("HTTP_IDEMPOTENCY_KEY")) is not None:
        key = RequestKey("POST", environ["PATH_INFO"].rstrip("/"), sent_key)
        with tenant(sender.brand.pk):
            return once(brand=sender.brand, key=key, body=body, now=now, work=work)
    arrived = incoming()
    if isinstance(dialect, ActivityDialect) and may_be_gathered(arrived):
        return told(gather(dialect=dialect, brand=sender.brand, incoming=arrived))
    return told(receive_one(dialect=dialect, brand=sender.brand, incoming=arrived))


def read_body(environ: Mapping[str, Any]) -> bytes:
    """Return the whole JSON body of a request.

    Raises UnsupportedMedia, UnsupportedEncoding, and what `whole_body` raises.
    """
    encoding = environ.get("HTTP_CONTENT_ENCODING", "")
    if encoding and encoding.strip().lower() != "identity":
        raise UnsupportedEncoding
    media_type = environ.get("CONTENT_TYPE", "")
    if not _JSON(media_type.strip()):
        raise UnsupportedMedia("Send application/json in UTF-8.")
    if ";" in media_type and {*_CHARSETS(media_type.lower())} - {"utf-8", "utf8"}:
        raise UnsupportedEncoding
    return whole_body(environ, at_most=MAX_BYTES)
