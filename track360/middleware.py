"""What happens around every request, and the short way for those of machines."""

import re
from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse

from track360.lib.problems import request_id

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
    """Leads requests of machines straight to their view, past the middleware that only pages need."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        handler: Any = BaseHandler()
        handler._view_middleware = handler._template_response_middleware = handler._exception_middleware = []
        self._straight = cast(GetResponse, convert_exception_to_response(handler._get_response))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _SHORT(request.path_info):
            return self.get_response(request)
        response = self._straight(request)
        response["Content-Length"] = str(len(response.content))  # else it would be sent in chunks
        return response
