"""What happens around every request, and the short way for those of machines."""

import re
import uuid
from collections.abc import Callable
from typing import Any, cast

import structlog
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from track360.lib.problems import request_id

log = structlog.get_logger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

# Requests of machines and of visitors on their way: no session, no cookie, no form, no page.
_SHORT = re.compile(r"/(?:tracking|c)/").match


class RequestIdHeader:
    """Tells every caller the id under which his request is logged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["X-Request-ID"] = request_id()
        return response


class ShortWay:
    """Leads requests of machines straight to their view, past the middleware that only pages need.

    Around them stays what everybody gets: a request id, one line in the log, and the length of the answer, without
    which it would be sent in chunks.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        handler: Any = BaseHandler()
        handler._view_middleware = handler._template_response_middleware = handler._exception_middleware = []
        self._straight = cast(GetResponse, convert_exception_to_response(handler._get_response))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _SHORT(request.path_info):
            return self.get_response(request)
        request.urlconf = "track360.machine_urls"
        request_id = str(uuid.uuid4())
        bind_contextvars(request_id=request_id)
        try:
            response = self._straight(request)
            response["Content-Length"] = str(len(response.content))
            response["X-Request-ID"] = request_id
            log.info("request_finished", code=response.status_code, request=f"{request.method} {request.path_info}")
        finally:
            clear_contextvars()
        return response
