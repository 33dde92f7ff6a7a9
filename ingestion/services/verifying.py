"""Whether what is stored equals what the deliveries say, record by record."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from brands.models import Brand
from ingestion.models import Activity, Customer, Delivery
from ingestion.queries.meaning import present_meaning
from ingestion.queries.stored import stored_activities
from ingestion.rules.meaning import Meaning
from ingestion.services.rebuilding import RebuiltActivity, RebuiltCustomer, rebuilt_activities, rebuilt_customers
from ingestion.services.rereading import Rereader
from ingestion.writer.customers import stored_states

# So many activities are held in memory at once.
ACTIVITIES_AT_ONCE = 300_000
CUSTOMERS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where what is stored is not what was sent."""

    kind: str
    key: str
    says: str


def differences(*, brand: Brand, at_most: int = 100) -> list[Difference]:
    """Rebuild the brand's customers and activities from its deliveries and compare; the first differences, or none.

    Reads everything the brand ever sent, inside its `tenant()`. Meant for a snapshot (REPEATABLE READ), or for a
    moment in which nothing is sent.
    """
    found: list[Difference] = []
    for difference in _all(brand, present_meaning(brand=brand)):
        found.append(difference)
        if len(found) >= at_most:
            break
    return found


def _all(brand: Brand, meaning: Meaning) -> Iterator[Difference]:
    yield from _altered_bytes(brand)
    customers = rebuilt_customers(brand=brand, meaning=meaning)
    yield from _customer_differences(brand, customers)
    parts = 1 + Activity.objects.filter(brand=brand).count() // ACTIVITIES_AT_ONCE
    for part in range(parts):
        rebuilt = rebuilt_activities(brand=brand, meaning=meaning, part=part, parts=parts)
        yield from _activity_differences(brand, rebuilt, part, parts)


def _altered_bytes(brand: Brand) -> Iterator[Difference]:
    for delivery in Delivery.objects.filter(brand=brand).order_by("position").iterator(chunk_size=20):
        if sha256(bytes(delivery.body)).digest() != bytes(delivery.sha256):
            yield Difference("delivery", delivery.uid, "its bytes are not those that were received")


def _customer_differences(brand: Brand, rebuilt: dict[str, RebuiltCustomer]) -> Iterator[Difference]:
    keys = sorted(rebuilt)
    for start in range(0, len(keys), CUSTOMERS_AT_ONCE):
        some = keys[start : start + CUSTOMERS_AT_ONCE]
        stored = stored_states(brand_id=brand.pk, keys=some)
        reported = dict(Customer.objects.filter(brand=brand, key__in=some).values_list("key", "reported_at"))
        for key in some:
            if key not in stored:
                yield Difference("customer", key, "was reported and is not stored")
            elif stored[key] != rebuilt[key].state:
                fields = [
                    name
                    for name, was, is_now in zip(stored[key]._fields, rebuilt[key].state, stored[key], strict=True)
                    if was != is_now
                ]
                yield Difference("customer", key, f"is stored with another {', '.join(fields)}")
            elif reported[key] != rebuilt[key].reported_at:
                yield Difference("customer", key, "is stored with another time of the first report")
    for key in Customer.objects.filter(brand=brand, reported_at__isnull=False).values_list("key", flat=True).iterator():
        if key not in rebuilt:
            yield Difference("customer", key, "is stored as reported and never was")


def _activity_differences(
    brand: Brand, rebuilt: dict[str, RebuiltActivity], part: int, parts: int
) -> Iterator[Difference]:
    reader = Rereader(brand_id=brand.pk)
    for activity in stored_activities(brand=brand):
        key = activity.key.hex
        if int(key[:8], 16) % parts != part:
            continue
        expected = rebuilt.pop(key, None)
        if expected is None:
            yield Difference("activity", key, "is stored and was never sent")
        elif activity.customer != expected.row.customer:
            yield Difference("activity", key, "is stored for another customer")
        elif not activity.is_same(expected.row):
            yield Difference(
                "activity",
                key,
                f"means {_told(expected.row.kpis, expected.row.amounts)} and is stored as"
                f" {_told(activity.kpis, activity.amounts)}",
            )
        elif reader.origin(activity.delivery_id, activity.place) != expected.origin:
            yield Difference("activity", key, "is stored with the place of other bytes")
    for key in rebuilt:
        yield Difference("activity", key, "was accepted and is not stored")


def _told(kpis: Any, amounts: Any) -> str:
    return json.dumps({kpi: str(amount) for kpi, amount in zip(kpis, amounts, strict=True)})
