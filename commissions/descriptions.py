"""What the reading API's addresses do, in words, for the API's document."""

from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from commissions.filters import EntryFilter, LineFilter
from commissions.serializers import EntriesSchema, ExplanationSchema, LinesSchema

TAG = "Reading API"
READ: Any = [{"accessToken": ["read"]}]  # drf-spectacular copies it as it is, whatever its types say
PAGING = [
    OpenApiParameter("page", OpenApiTypes.INT, description="Counts from 1."),
    OpenApiParameter("per_page", OpenApiTypes.INT, description="50, at most 500."),
    OpenApiParameter("cursor", description="`meta.next_cursor` of the page before; not together with `page`."),
]
PROBLEM = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> dict[tuple[int, str], dict[str, str]]:
    """Return the answers of requests that fail, each a problem of RFC 9457."""
    return {(status, "application/problem+json"): PROBLEM for status in statuses}


def parameters(filters: type[django_filters.FilterSet]) -> list[OpenApiParameter]:
    """Return a list's filters and those of all lists, as the document names them."""
    return [
        *(
            OpenApiParameter(
                name,
                description=each.extra["help_text"],
                enum=[value for value, _ in each.extra.get("choices", ())] or None,
            )
            for name, each in filters.base_filters.items()
        ),
        *PAGING,
    ]


LINE = {
    "key": "15baf71ddfe570aa394235827d542864",
    "affiliate": "1000",
    "period": "2025-07",
    "source_period": "2025-07",
    "plan": "Hybrid USD",
    "version": 1,
    "component": "Bounty",
    "kind": "cpa",
    "customer": "12386a7c-d843-4b12-9ad3-3ae295d49c27",
    "order": None,
    "amount": "120.00",
    "currency": "USD",
    "available_on": "2025-08-04",
    "state": "provisional",
    "reason": None,
}
ENTRY = {
    "key": "15baf71ddfe570aa394235827d542864",
    "affiliate": "1000",
    "period": "2025-07",
    "source_period": "2025-07",
    "amount": "120.00",
    "currency": "USD",
    "available_on": "2025-08-04",
    "posted_at": "2025-08-03T09:00:00+00:00",
}


def _page_of(item: dict[str, Any]) -> OpenApiExample:
    meta = {"total": 1, "page": 1, "per_page": 50, "next_cursor": None}
    return OpenApiExample("A page", value={"data": [item], "meta": meta}, response_only=True, status_codes=["200"])


describe_lines = extend_schema(
    operation_id="list_lines",
    tags=[TAG],
    auth=READ,
    summary="List commission lines",
    description=(
        "Every amount that an affiliate earns, provisional until its month is closed. Late data never changes a closed "
        "month: it becomes an adjustment, a line whose `source_period` lies before its `period`."
    ),
    parameters=parameters(LineFilter),
    responses={200: LinesSchema, **problems(400, 401, 403, 429, 503)},
    examples=[_page_of(LINE)],
)
describe_explanation = extend_schema(
    operation_id="explain_line",
    tags=[TAG],
    auth=READ,
    summary="Explain a line",
    description=(
        "The terms in words, every step of the calculation, and the records that went in, down to the bytes that were "
        "sent. A posted line is explained by what went into it when its month was closed, with what came or changed "
        "since beside it; any other by what its whole month is made of now."
    ),
    parameters=[
        OpenApiParameter("key", location=OpenApiParameter.PATH, description="The line's key."),
        *PAGING[:2],
    ],
    responses={200: ExplanationSchema, **problems(400, 401, 403, 404, 429, 503)},
)
describe_entries = extend_schema(
    operation_id="list_entries",
    tags=[TAG],
    auth=READ,
    summary="List the ledger's entries",
    description="What closed months have posted. Entries are only ever added.",
    parameters=parameters(EntryFilter),
    responses={200: EntriesSchema, **problems(400, 401, 403, 429, 503)},
    examples=[_page_of(ENTRY)],
)
