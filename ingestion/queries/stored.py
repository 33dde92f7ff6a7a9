"""Stored activities as bare values, for work that looks at very many of them."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from brands.models import Brand
from ingestion.models import Activity
from ingestion.rules.activities import ActivityRow

_COMPARED_AS_THEY_ARE = ("event", "event_id", "product", "currency", "status", "parked_for")


class StoredActivity(NamedTuple):
    """An activity as the table holds it; `details` is the JSON text."""

    key: UUID
    digest: UUID
    customer_id: int
    customer: str
    event: str
    event_id: str
    moment: datetime
    day: date
    product: str
    currency: str
    status: str
    kpis: list[str]
    amounts: list[Decimal]
    details: str
    parked_for: str
    delivery_id: int
    place: int

    def differing(self, row: ActivityRow) -> Iterator[str]:
        """Yield the names of what a record says otherwise than what is stored; none when it means the same."""
        for name in _COMPARED_AS_THEY_ARE:
            if getattr(self, name) != getattr(row, name):
                yield name
        if self.digest.hex != row.digest:
            yield "digest"
        if str(self.moment) != row.moment:
            yield "moment"
        if str(self.day) != row.day:
            yield "day"
        if tuple(self.kpis) != row.kpis or self.amounts != [Decimal(amount) for amount in row.amounts]:
            yield "amounts"
        if self.details != row.details and _json(self.details) != _json(row.details):
            yield "details"


def stored_activities(*, brand: Brand, condition: Q | None = None) -> Iterator[StoredActivity]:
    """Yield the brand's activities in the order of the bytes that brought them, all or those that meet a condition."""
    rows = stored_rows(brand=brand).filter(condition or Q()).order_by("delivery_id", "index")
    return map(StoredActivity._make, rows.iterator(chunk_size=2000))


def stored_rows(*, brand: Brand) -> QuerySet[Activity, tuple[Any, ...]]:
    """Return the brand's activities as rows of what a StoredActivity has."""
    return Activity.objects.filter(brand=brand).values_list(
        "key",
        "digest",
        "customer_id",
        "customer__key",
        "event",
        "event_id",
        "moment",
        "day",
        "product",
        "currency",
        "status",
        "kpis",
        "amounts",
        Cast("details", TextField()),
        "parked_for",
        "delivery_id",
        "index",
    )


def _json(text: str) -> object:
    return json.loads(text, parse_float=Decimal)
