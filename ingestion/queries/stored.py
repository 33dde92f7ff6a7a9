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

    def is_same(self, row: ActivityRow) -> bool:
        """Tell whether a record means what is stored."""
        return (
            self.digest.hex == row.digest
            and self.event == row.event
            and self.event_id == row.event_id
            and self.product == row.product
            and self.currency == row.currency
            and self.status == row.status
            and self.parked_for == row.parked_for
            and tuple(self.kpis) == row.kpis
            and str(self.day) == row.day
            and str(self.moment) == row.moment
            and self.amounts == [Decimal(amount) for amount in row.amounts]
            and (self.details == row.details or _json(self.details) == _json(row.details))
        )


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
