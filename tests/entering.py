"""Requests that come in where the web server hands them over, not past it into Django."""

from typing import Any
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client

from track360.entrance import Entrance
from track360.lib.postgresql.base import database

PASSED_ON: list[bytes] = []


class EntranceClient(Client):
    """Django's client, but each request goes through `Entrance`, as in production."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        django = self.handler
        entrance = Entrance(lambda *_: PASSED_ON)

        def handle(environ: dict[str, Any]) -> Any:
            said: list[Any] = []
            with patch.object(database(), "close_if_unusable_or_obsolete"):  # the test's transaction is open
                body = entrance(environ, lambda status, headers: said.extend((status, headers)))
            if body is PASSED_ON:
                return django(environ)
            status, headers = said
            response = HttpResponse(b"".join(body), status=int(status.split()[0]), headers=dict(headers))
            response.wsgi_request = WSGIRequest(environ)
            return response

        self.handler = handle
