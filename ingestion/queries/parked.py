"""Records that are stored and wait for somebody to say what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet

from brands.models import Brand
from ingestion.models import Activity, Customer, Delivery
from ingestion.models.records import State

# Of a brand's records so many are looked at for figures that nobody sums; no index leads to them.
LOOKED_AT = 100_000


@dataclass(frozen=True, slots=True)
class ParkedGroup:
    """Parked records that wait for the same: the reason, the word that is not understood, and how many there are."""

    reason: str
    word: str
    records: int
    first_on: datetime
    last_on: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored record as an operator looks at it: where it came from and what was sent."""

    activity_id: int
    customer: str
    event: str
    event_id: str
    moment: datetime
    details: dict[str, Any]
    delivery_uid: str


def parked_groups(*, brand: Brand) -> list[ParkedGroup]:
    """Return what the brand's parked records wait for, the most frequent first."""
    parked = Activity.objects.filter(brand=brand, state=State.PARKED)
    found = [
        *_groups(parked.exclude(parked_for="unknown_status"), "event"),
        *_groups(parked.filter(parked_for="unknown_status"), "details__status"),
    ]
    return sorted(found, key=lambda group: (-group.records, group.reason, group.word))


def parked_samples(*, brand: Brand, reason: str, word: str, at_most: int = 5) -> list[Sample]:
    """Return the latest parked records that wait for this."""
    parked = Activity.objects.filter(brand=brand, state=State.PARKED, parked_for=reason)
    parked = parked.filter(details__status=word) if reason == "unknown_status" else parked.filter(event=word)
    return _samples(brand, list(parked.select_related("customer").order_by("-id")[:at_most]))


def numeric_details(*, brand: Brand) -> dict[str, int]:
    """Return the names of numeric fields that no KPI explains, and how many of the latest LOOKED_AT records carry each.

    Parked ones are not counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH latest AS"
            " (SELECT state, details FROM ingestion_activity WHERE brand_id = %s ORDER BY id DESC LIMIT %s)"
            " SELECT field.key, count(*) FROM latest, jsonb_each_text(latest.details) AS field"
            " WHERE latest.state = 'live'"
            " AND field.key NOT IN ('Value', 'Currency', 'amount_usd', 'status', 'product')"
            r" AND field.value ~ '^-?\d+(\.\d+)?$' GROUP BY 1 ORDER BY 2 DESC, 1",
            [brand.pk, LOOKED_AT],
        )
        return dict(cursor.fetchall())


def awaited_customers(*, brand: Brand, at_most: int) -> int:
    """Count the customers whom activities named and the brand has not reported, no further than `at_most`."""
    return not_reported(brand=brand)[:at_most].count()


def not_reported(*, brand: Brand) -> QuerySet[Customer]:
    """Return the customers whom activities named and the brand has not reported."""
    # Of them no registration is known either, and that an index finds.
    return Customer.objects.filter(brand=brand, registered_on__isnull=True, reported_at__isnull=True)


def _groups(parked: Any, word: str) -> list[ParkedGroup]:
    rows = parked.values_list("parked_for", word).annotate(Count("id"), Min("moment"), Max("moment")).order_by()
    return [ParkedGroup(*row) for row in rows]


def _samples(brand: Brand, activities: Sequence[Activity]) -> list[Sample]:
    uids = dict(
        Delivery.objects.filter(brand=brand, pk__in={activity.delivery_id for activity in activities}).values_list(
            "pk", "uid"
        )
    )
    return [
        Sample(
            activity.pk,
            activity.customer.key,
            activity.event,
            activity.event_id,
            activity.moment,
            activity.details,
            uids[activity.delivery_id],
        )
        for activity in activities
    ]
