"""What can go wrong, in terms of HTTP, and how it is told: RFC 9457, always JSON on the paths of machines.

One base class per meaning, subclassed beside the function that raises it.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from json import dumps
from typing import Any, ClassVar, Concatenate, NamedTuple, ParamSpec

import structlog
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.views import csrf, defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

# Paths on which no person reads the answer.
MACHINE_PATHS = ("/tracking/", "/api/", "/oauth/")
RETRY_AFTER_SECONDS = 5
# More is not listed, whatever is wrong with a request.
LISTED_ERRORS = 100

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]

log = structlog.get_logger(__name__)


class Mistake(NamedTuple):
    """One thing that is wrong in a request: where (a JSON pointer), its stable code, and what to do."""

    pointer: str
    code: str
    message: str


class Problem(Exception):
    """Something the caller did or has to know. The message says what to do; `code` is stable for programs."""

    status: ClassVar[int] = 500
    code: str = "error"

    def __init__(
        self, detail: str = "", *, errors: Sequence[Mistake] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail or (self.__doc__ or "").strip().splitlines()[0])
        self.errors = errors
        self.headers = headers or {}

    @property
    def detail(self) -> str:
        return str(self)


class Malformed(Problem):
    """The request cannot be read."""

    status = 400
    code = "malformed"


class Unauthorized(Problem):
    """No valid credential came with the request."""

    status = 401
    code = "unauthorized"


class Forbidden(Problem):
    """The credential is valid and does not allow this."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """There is no such object for this credential."""

    status = 404
    code = "not_found"


class Conflict(Problem):
    """The request does not fit what is stored."""

    status = 409
    code = "conflict"


class LengthRequired(Problem):
    """Send the length of the body in Content-Length."""

    status = 411
    code = "length_required"


class TooLarge(Problem):
    """The request is larger than the published limits."""

    status = 413
    code = "too_large"


class UnsupportedMedia(Problem):
    """The body has another media type or encoding than the one accepted."""

    status = 415
    code = "unsupported_media_type"


class Invalid(Problem):
    """The request can be read and what it says cannot be."""

    status = 422
    code = "invalid"


class TooMany(Problem):
    """More requests came than are allowed in this time. Retry-After says when to go on."""

    status = 429
    code = "rate_limited"


class Unavailable(Problem):
    """This cannot be done at the moment. Retry-After says when to try again."""

    status = 503
    code = "unavailable"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


_BY_STATUS: dict[int, tuple[str, str]] = {
    400: ("malformed", "The request cannot be read."),
    401: ("unauthorized", "No valid credential came with the request."),
    403: ("forbidden", "The credential is valid and does not allow this."),
    404: ("not_found", "There is no such object for this credential."),
    405: ("method_not_allowed", "This address does not take this method. Allow says which it takes."),
    406: ("not_acceptable", "The answer is application/json and nothing else."),
    413: ("too_large", "The request is larger than the published limits."),
    415: ("unsupported_media_type", "Send application/json."),
    422: ("invalid", "The request can be read and what it says cannot be."),
    429: ("rate_limited", "More requests came than are allowed in this time."),
    500: ("error", "Something broke here. The request id finds it in our logs."),
}


def request_id() -> str:
    """Return the id under which the present request is logged."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def problem_response(
    *,
    status: int,
    code: str,
    detail: str,
    errors: Sequence[Mistake] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the answer that tells a problem (RFC 9457)."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id(),
    }
    if errors:
        body["errors"] = [mistake._asdict() for mistake in errors[:LISTED_ERRORS]]
    return HttpResponse(dumps(body), status=status, content_type="application/problem+json", headers=headers)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Answer for whatever an API view raised; installed as Django REST framework's exception handler."""
    match error:
        case Problem():
            return problem_response(
                status=error.status, code=error.code, detail=error.detail, errors=error.errors, headers=error.headers
            )
        case OperationalError() | InterfaceError():
            connection.close()
            log.warning("database_away", error=type(error).__name__)
            return problem_response(
                status=503,
                code="unavailable",
                detail="The database does not answer. Nothing was stored; send the request again.",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        case exceptions.ValidationError():
            return problem_response(status=422, code="invalid", detail=_plain(422), errors=_mistakes(error.detail))
        case exceptions.APIException():
            return _of_status(error.status_code, headers=_headers(error))
        case Http404():
            return _of_status(404)
        case PermissionDenied():
            return _of_status(403)
        case RequestDataTooBig():
            return _of_status(413)
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return _of_status(400)
        case _:
            log.error("request_failed", exc_info=error)
            return _of_status(500)


def read_only(view: View[Arguments]) -> View[Arguments]:
    """Let a view that changes nothing be asked with GET and HEAD; whatever else comes is told so, from whoever it is.

    It needs no protection from forms of other sites, which would tell programs of forms instead of methods.
    """

    @csrf_exempt
    @wraps(view)
    def asked(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return _of_status(405, headers={"Allow": "GET, HEAD"})
        return view(request, *args, **kwargs)

    return asked


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses before any view: an unknown host, say."""
    return _of_status(400) if _is_machine(request) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what a page's view does not allow."""
    return _of_status(403) if _is_machine(request) else defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer what was sent to a page by something else than its own form."""
    if not _is_machine(request):
        return csrf.csrf_failure(request, reason)
    detail = "This is a page for people and their browsers. /api/docs lists the addresses for programs."
    return problem_response(status=403, code="forbidden", detail=detail)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that nothing stands at."""
    return _of_status(404) if _is_machine(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for what nothing else has caught; a database that is away is told as that."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _of_status(500) if _is_machine(request) else defaults.server_error(request)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if _is_machine(request):
        return problem_response(status=503, code="unavailable", detail="The database does not answer.", headers=headers)
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def _is_machine(request: HttpRequest) -> bool:
    # A base address with a slash too many, another case or an address that never was: who sends JSON reads JSON.
    path = "/" + request.path_info.lstrip("/").lower() + "/"
    accepts = request.headers.get("Accept", "").lower()
    scheme = request.headers.get("Authorization", "").partition(" ")[0].lower()
    return (
        path.startswith(MACHINE_PATHS)
        or request.content_type == "application/json"
        or "x-api-key" in request.headers
        or scheme == "bearer"
        # A browser sends HTTP Basic too, to a proxy that asks for it.
        or (scheme == "basic" and "html" not in accepts)
        or ("json" in accepts and "html" not in accepts)
    )


def _plain(status: int) -> str:
    return _BY_STATUS.get(status, _BY_STATUS[500])[1]


def _of_status(status: int, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    code, detail = _BY_STATUS.get(status, ("error", HTTPStatus(status).phrase))
    return problem_response(status=status, code=code, detail=detail, headers=headers)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    # Where Django REST framework's own handler would put them.
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    return headers


def _mistakes(detail: Any, pointer: str = "") -> list[Mistake]:
    if isinstance(detail, Mapping):
        return [mistake for name, inner in detail.items() for mistake in _mistakes(inner, f"{pointer}/{name}")]
    if isinstance(detail, list | tuple):
        return [
            mistake
            for index, inner in enumerate(detail)
            for mistake in _mistakes(inner, pointer if isinstance(inner, str) else f"{pointer}/{index}")
        ]
    return [Mistake(pointer, getattr(detail, "code", None) or "invalid", str(detail))]
