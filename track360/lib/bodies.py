"""The whole body of a request, however its end is told."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.http import UnreadablePostError

from track360.lib.problems import LengthRequired, TooLarge


def whole_body(environ: Mapping[str, Any], *, at_most: int) -> bytes:
    """Return the body of a request, of at most so many bytes; `environ` is as in PEP 3333.

    Without a length (chunked, or HTTP/2 with none declared) a body is read to its end where the web server tells it.
    Raises TooLarge, UnreadablePostError where the sender went away, or LengthRequired where nobody tells the end.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length and not (length.isascii() and length.isdigit() and len(length) < 20 and int(length) <= at_most):
        raise _too_large(at_most)
    if not length and environ.get("wsgi.input_terminated"):
        wanted = at_most + 1
    elif not length and "HTTP_TRANSFER_ENCODING" in environ:
        raise LengthRequired
    else:
        wanted = int(length or 0)
    body = _read(environ["wsgi.input"], wanted)
    if len(body) > at_most:
        raise _too_large(at_most)
    return body


def _read(stream: BinaryIO, length: int) -> bytes:
    try:
        body = stream.read(length)
        while len(body) < length and (part := stream.read(length - len(body))):
            body += part
    except OSError as error:
        raise UnreadablePostError(*error.args) from error
    return body


def _too_large(at_most: int) -> TooLarge:
    return TooLarge(f"Send at most {at_most} bytes in one request.")
