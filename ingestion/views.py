"""The Push API: two addresses that take a brand's records (wire.md)."""

import re
from json import dumps
from typing import ClassVar, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from brands.authentication import BrandTokenAuthentication, Sender
from brands.rate_limits import limiter
from ingestion.dialects import push
from ingestion.dialects.dialect import Dialect
from ingestion.rules.decoding import MAX_BYTES
from ingestion.services import receive
from ingestion.services.idempotency import Answer, RequestKey, once
from track360.lib.problems import LengthRequired, TooLarge, UnsupportedMedia, request_id
from track360.lib.tenancy import tenant

_JSON = re.compile(r'application/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?', re.IGNORECASE).fullmatch
_STRICT = re.compile(r"(?:^|[,;])\s*handling\s*=\s*\"?strict\"?\s*(?:$|[,;])", re.IGNORECASE).search
_MINIMAL = re.compile(r"(?:^|[,;])\s*return\s*=\s*\"?minimal\"?\s*(?:$|[,;])", re.IGNORECASE).search


class UnsupportedEncoding(UnsupportedMedia):
    """Send UTF-8, neither compressed nor in another character set."""

    code = "unsupported_encoding"


class AlwaysJSON(BaseContentNegotiation):
    """Answers in JSON whatever is asked for: a sender that accepts something else can still read the status."""

    def select_parser(self, request: Request, parsers: object) -> None:
        """Parse nothing: the bytes are read by our own strict decoder."""

    def select_renderer(
        self, request: Request, renderers: object, format_suffix: str | None = None
    ) -> tuple[JSONRenderer, str]:
        """Return the one renderer there is."""
        return JSONRenderer(), "application/json"


class PushView(APIView):
    """Takes records from a brand's servers. A 2xx promises that every counted record is stored."""

    authentication_classes = [BrandTokenAuthentication]
    permission_classes = [AllowAny]  # the authentication refuses whoever shows no token
    content_negotiation_class = AlwaysJSON
    http_method_names = ["post"]
    dialect: ClassVar[Dialect]

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Let only a brand's server pass, as often as its brand allows."""
        super().initial(request, *args, **kwargs)
        sender = cast(Sender, request.user)
        allowance = limiter.count(credential=f"token:{sender.token_id}", limit=sender.brand.requests_per_minute)
        self.headers = {**self.headers, **allowance.headers}

    def post(self, request: Request) -> HttpResponse:
        """Store the records of the body and answer what became of each."""
        sender = cast(Sender, request.user)
        body = read_body(request._request)
        now = timezone.now()
        prefer = request.META.get("HTTP_PREFER", "")

        def work() -> Answer:
            receipt = receive(
                dialect=self.dialect,
                brand=sender.brand,
                body=body,
                received_at=now,
                token_id=sender.token_id,
                request_id=request_id(),
                is_strict=bool(prefer and _STRICT(prefer)),
            )
            return Answer(receipt.status, dumps(receipt.as_json(is_minimal=bool(prefer and _MINIMAL(prefer)))))

        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        with tenant(sender.brand.pk):
            if key is None:
                answer = work()
            else:
                path = request.path_info.rstrip("/")
                answer = once(brand=sender.brand, key=RequestKey("POST", path, key), body=body, now=now, work=work)
        return HttpResponse(answer.body, status=answer.status, content_type="application/json")


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
        body: bytes = request.META["wsgi.input"].read(MAX_BYTES + 1)
    else:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BYTES:
            raise TooLarge(f"Send at most {MAX_BYTES} bytes in one request.")
        body = request.body
    if len(body) > MAX_BYTES:
        raise TooLarge(f"Send at most {MAX_BYTES} bytes in one request.")
    return body
