"""Making the OpenAPI document."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from track360.api_docs.paths import COMPONENTS, FOR_EVERY_READER, PATHS, SECURITY
from track360.api_docs.schemas import Schema

DESCRIBED = "/api/v1/"


@cache
def document() -> Schema:
    """Return the document; it changes only with the code, so it is made once."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    made: Schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def without_slash(endpoints: Iterable[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Keep the REST API's addresses, written without the optional slash at their end."""
    return [
        (re.sub(r"/\??$", "", path), regex, method, view)
        for path, regex, method, view in endpoints
        if path.startswith(DESCRIBED)
    ]


def with_the_rest(result: Schema, **_: Any) -> Schema:
    """Add the Push API, the token endpoint, and what several answers share."""
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"] |= FOR_EVERY_READER
    result["paths"] = PATHS | result["paths"]
    result["components"]["schemas"] = dict(sorted((result["components"].get("schemas", {}) | COMPONENTS).items()))
    result["components"]["securitySchemes"] = SECURITY
    return result
