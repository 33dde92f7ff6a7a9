"""When a brand last sent what."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max

from brands.models import Brand
from ingestion.models import Activity, Delivery
from ingestion.models.deliveries import Source


@dataclass(frozen=True, slots=True)
class EntityFreshness:
    """When records of one kind last came, and by which way."""

    source: str
    entity: str
    deliveries: int
    last_received_at: datetime


@dataclass(frozen=True, slots=True)
class EventFreshness:
    """Up to which moment an event is reported."""

    event: str
    records: int
    last_moment: datetime
    last_day: date


def entity_freshness(*, brand: Brand) -> list[EntityFreshness]:
    """Return when each kind of record last came, the latest first. Heartbeats count: the sender is alive."""
    rows = (
        Delivery.objects.filter(brand=brand)
        .exclude(source=Source.CONFIGURATION)
        .values_list("source", "entity")
        .annotate(deliveries=Count("id"), last=Max("received_at"))
        .order_by("-last")
    )
    return [EntityFreshness(*row) for row in rows]


def event_freshness(*, brand: Brand, since: date) -> list[EventFreshness]:
    """Return up to when each event is reported, of those that happened since a day; the latest first."""
    rows = (
        Activity.objects.filter(brand=brand, day__gte=since)
        .values_list("event")
        .annotate(records=Count("id"), last=Max("moment"), last_day=Max("day"))
        .order_by("-last")
    )
    return [EventFreshness(*row) for row in rows]
