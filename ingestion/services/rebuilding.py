"""What customers and activities must be, computed from nothing but the deliveries and the present configuration."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from django.db.models import F

from brands.models import Brand
from ingestion.dialects.registry import Origin
from ingestion.models import Delivery
from ingestion.models.deliveries import Source
from ingestion.rules.activities import ActivityRow
from ingestion.rules.customers import CustomerRow
from ingestion.rules.meaning import Meaning
from ingestion.rules.merging import UNKNOWN, CustomerState, merged
from ingestion.rules.refusals import Refused
from ingestion.services.rereading import opened
from track360.lib.problems import Conflict


class RecordsUnreadable(Conflict):
    """Under this configuration stored records cannot be read."""

    code = "records_unreadable"

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"Stored records could no longer be read: {refused.message}")


@dataclass(slots=True)
class RebuiltCustomer:
    """A customer as the deliveries say: his state, and when he was first reported."""

    state: CustomerState
    reported_at: datetime


class Accepted(NamedTuple):
    """A record that was not rejected when it came."""

    row: ActivityRow | CustomerRow
    origin: Origin
    received_at: datetime


def rebuilt_customers(
    *, brand: Brand, meaning: Meaning, keys: Collection[str] | None = None
) -> dict[str, RebuiltCustomer]:
    """Return the brand's customers by key, all or only these, merged in the order of the deliveries' positions."""
    customers: dict[str, RebuiltCustomer] = {}
    for row, _, received_at in accepted_records(brand=brand, meaning=meaning, entity="customers"):
        if not isinstance(row, CustomerRow) or (keys is not None and row.key not in keys):
            continue
        known = customers.get(row.key)
        if known is None:
            customers[row.key] = RebuiltCustomer(merged(UNKNOWN, row).state, received_at)
        else:
            known.state = merged(known.state, row).state
    return customers


def accepted_records(
    *, brand: Brand, meaning: Meaning, entity: Literal["customers", "activities"]
) -> Iterator[Accepted]:
    """Yield every record of a kind that was accepted, as it means today, in the order of the deliveries' positions.

    What was rejected when it came stays rejected: that is part of the delivery, not of the configuration. So are
    activities that were stored as sent before. Nothing was locked for those, so the position of their delivery says
    nothing about the time at which that was so.
    """
    deliveries = Delivery.objects.filter(brand=brand, entity=entity, received__gt=F("rejected"))
    deliveries = deliveries.exclude(source=Source.CONFIGURATION).order_by("position")
    if entity == "activities":
        deliveries = deliveries.filter(accepted__gt=0)
    for delivery in deliveries.iterator(chunk_size=20):
        ignored = {error["index"] for error in delivery.errors}
        if entity == "activities":
            ignored |= set(delivery.repeated)
        dialect, records, received_at = opened(delivery)
        rows = dialect.read(records, meaning=meaning, received_at=received_at, again=True)
        for index, row in enumerate(rows):
            if index not in ignored:
                if isinstance(row, Refused):
                    raise RecordsUnreadable(row)
                yield Accepted(row, Origin(delivery.pk, index), received_at)
