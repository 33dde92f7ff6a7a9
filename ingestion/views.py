"""The Push API: two addresses that take a brand's records (wire.md)."""

import re
from typing import BinaryIO, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from brands.authentication import BrandTokenAuthentication, Sender, authenticated
from brands.rate_limits import limiter
from ingestion.dialects import push
from ingestion.dialects.dialect import ActivityDialect, Dialect
from ingestion.rules.decoding import MAX_BYTES
from ingestion.services.gathering import gather, may_be_gathered
from ingestion.services.idempotency import Answer, RequestKey, once
from ingestion.services.receiving import Incoming, Receipt, read, receive_one
from track360.lib.problems import LengthRequired, TooLarge, UnsupportedMedia, exception_handler, request_id
from track360.lib.tenancy import tenant

_JSON = re.compile(r'application/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?', re.IGNORECASE).fullmatch
_STRICT = re.compile(r"(?:^|[,;])\s*handling\s*=\s*\"?strict\"?\s*(?:$|[,;])", re.IGNORECASE).search
_MINIMAL = re.compile(r"(?:^|[,;])\s*return\s*=\s*\"?minimal\"?\s*(?:$|[,;])", re.IGNORECASE).search


class UnsupportedEncoding(UnsupportedMedia):
    """Send UTF-8, neither compressed nor in another character set."""

    code = "unsupported_encoding"


class PushView(APIView):
    """Takes records from a brand's servers. A 2xx promises that every counted record is stored.

    It is one of the framework's views so that the API's document finds it; of what the framework does around a request
    a machine's needs only the problems.
    """

    authentication_classes = [BrandTokenAuthentication]  # said for the document; `dispatch` asks for the token
    http_method_names = ["post"]
    dialect: ClassVar[Dialect]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Let only a brand's server pass, as often as its brand allows, and answer what became of each record."""
        headers = {"Allow": "POST"}
        try:
            sender = authenticated(request.META.get("HTTP_X_API_KEY", ""), now=timezone.now())
            bind_contextvars(brand=sender.brand.slug)  # into the line that is logged for this request
            limit = sender.brand.requests_per_minute
            headers |= limiter.count(credential=f"token:{sender.token_id}", limit=limit).headers
            if request.method != "POST":
                raise MethodNotAllowed(request.method or "")
            answer = self._answer(request, sender)
            response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
        except Exception as error:  # noqa: BLE001 - told as a problem, whatever it is
            response = exception_handler(error, {})
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, request: HttpRequest, sender: Sender) -> Answer:
        body = read_body(request)
        now = timezone.now()
        prefer = request.META.get("HTTP_PREFER", "")
        is_minimal = bool(prefer and _MINIMAL(prefer))

        def incoming() -> Incoming:
            return read(
                dialect=self.dialect,
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
            return told(receive_one(dialect=self.dialect, brand=sender.brand, incoming=incoming()))

        if (sent_key := request.META.get("HTTP_IDEMPOTENCY_KEY")) is not None:
            key = RequestKey("POST", request.path_info.rstrip("/"), sent_key)
            with tenant(sender.brand.pk):
                return once(brand=sender.brand, key=key, body=body, now=now, work=work)
        arrived = incoming()
        if isinstance(self.dialect, ActivityDialect) and may_be_gathered(arrived):
            return told(gather(dialect=self.dialect, brand=sender.brand, incoming=arrived))
        with tenant(sender.brand.pk):
            return told(receive_one(dialect=self.dialect, brand=sender.brand, incoming=arrived))


class CustomerCollection(PushView):
    """Takes new and changed customers."""

    dialect = push.CUSTOMERS


class ActivityCollection(PushView):
    """Takes what customers did."""

    dialect = push.ACTIVITIES


def read_body(request: HttpRequest) -> bytes:
    """Return the whole JSON body of a request.

    Raises UnsupportedMedia, UnsupportedEncoding, TooLarge, or LengthRequired where the end of a body without a length
    cannot be told.
    """
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "")
    if encoding and encoding.strip().lower() != "identity":
        raise UnsupportedEncoding
    media_type = request.META.get("CONTENT_TYPE", "")
    if not _JSON(media_type.strip()):
        if media_type.lower().startswith("application/json"):
            raise UnsupportedEncoding
        raise UnsupportedMedia("Send application/json in UTF-8.")
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        if not request.META.get("wsgi.input_terminated"):
            raise LengthRequired
        body = _read_to_end(request.META["wsgi.input"])
    else:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BYTES:
            raise TooLarge(f"Send at most {MAX_BYTES} bytes in one request.")
        body = request.body
    if len(body) > MAX_BYTES:
        raise TooLarge(f"Send at most {MAX_BYTES} bytes in one request.")
    return body


def _read_to_end(stream: BinaryIO) -> bytes:
    parts, size = [], 0
    while size <= MAX_BYTES and (part := stream.read(MAX_BYTES + 1 - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
