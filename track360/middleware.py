"""What happens around every request that Django handles."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from track360.lib.problems import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdHeader:
    """Tells every caller the id under which his request is logged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["X-Request-ID"] = request_id()
        return response
