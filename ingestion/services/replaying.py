"""Records that a change of configuration gives another meaning, read again from their stored bytes."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Self, cast

from brands.models import Brand
from ingestion.dialects.registry import Origin
from ingestion.models import Customer
from ingestion.models.deliveries import Source
from ingestion.queries.stored import StoredActivity, stored_activities
from ingestion.queries.touched import touched_activities, touched_customers
from ingestion.rules.activities import ActivityRow
from ingestion.rules.meaning import Meaning
from ingestion.rules.refusals import Refused
from ingestion.services.rebuilding import RecordsUnreadable, rebuilt_customers
from ingestion.services.rereading import Rereader, origins_body
from ingestion.writer.activities import Known, Version, replace
from ingestion.writer.customers import correct, stored_states
from ingestion.writer.deliveries import Arrival, Written, new_delivery_id, write_deliveries
from ingestion.writer.outcomes import UPDATED, Outcome
from track360.lib.problems import Conflict

# Records of one synthetic delivery.
CHUNK = 5000


class IdentityFixed(Conflict):
    """The change would give stored records another identity."""

    code = "identity_fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How many stored records a change of configuration touches, and what becomes of them."""

    becomes_live: int = 0
    becomes_parked: int = 0
    changes: int = 0
    stays: int = 0
    customers: int = 0

    @property
    def records(self) -> int:
        return self.becomes_live + self.becomes_parked + self.changes + self.stays

    def __add__(self, other: Self) -> Self:
        sums = {field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        return type(self)(**sums)


def replay(*, brand: Brand, before: Meaning, after: Meaning, now: datetime, writes: bool) -> Effect:
    """Read again what the change touches; with `writes` replace what differs, else only count it.

    Inside the brand's `tenant()` and, when it writes, under the configuration lock. Raises IdentityFixed or
    RecordsUnreadable.
    """
    effect = Effect()
    reader = Rereader(brand_id=brand.pk)
    condition = touched_activities(brand=brand, before=before, after=after)
    if condition is not None:
        touched = stored_activities(brand=brand, condition=condition)
        while chunk := list(islice(touched, CHUNK)):
            effect += _replayed(brand, after, reader, chunk, now, writes=writes)
    keys = touched_customers(brand=brand, before=before, after=after)
    if keys:
        effect += _corrected(brand, after, reader, keys, now, writes=writes)
    return effect


def _replayed(
    brand: Brand,
    meaning: Meaning,
    reader: Rereader,
    activities: Sequence[StoredActivity],
    now: datetime,
    *,
    writes: bool,
) -> Effect:
    counted: Counter[str] = Counter()
    changed: list[tuple[StoredActivity, ActivityRow, Origin]] = []
    for activity in activities:
        origin = reader.origin(activity.delivery_id, activity.place)
        row = _read_again(reader, meaning, origin)
        if row.key != activity.key.hex:
            raise IdentityFixed(
                "This would change what tells stored records apart. Records that name the field already exist without"
                " an event id; it can only be explained before the first of them."
            )
        becomes = _becomes(activity, row)
        counted[becomes] += 1
        if becomes != "stays":
            changed.append((activity, row, origin))
    if writes and changed:
        changed.sort(key=lambda change: change[1].key)
        delivery_id = new_delivery_id()
        versions = [
            Version(row, Known(activity.customer_id, is_reported=True), delivery_id, place)
            for place, (activity, row, _) in enumerate(changed)
        ]
        replace(brand_id=brand.pk, versions=versions)
        _deliver(brand, delivery_id, "activities", [origin for *_, origin in changed], now)
    return Effect(**counted)


def _corrected(
    brand: Brand, meaning: Meaning, reader: Rereader, keys: Collection[str], now: datetime, *, writes: bool
) -> Effect:
    wanted = rebuilt_customers(brand=brand, meaning=meaning, keys=keys)
    stored = stored_states(brand_id=brand.pk, keys=sorted(wanted))
    changed = {key: wanted[key].state for key in sorted(wanted) if stored.get(key) != wanted[key].state}
    if writes and changed:
        places = {customer.key: customer for customer in Customer.objects.filter(brand=brand, key__in=list(changed))}
        delivery_id = new_delivery_id()
        correct(brand_id=brand.pk, delivery_id=delivery_id, states=changed)
        origins = [reader.origin(places[key].delivery_id or 0, places[key].index) for key in changed]
        _deliver(brand, delivery_id, "customers", origins, now)
    return Effect(customers=len(changed))


def _deliver(brand: Brand, delivery_id: int, entity: str, origins: Iterable[Origin], now: datetime) -> None:
    origins = list(origins)
    arrival = Arrival(source=Source.CONFIGURATION, entity=entity, body=origins_body(origins), received_at=now)
    outcomes = [Outcome(UPDATED)] * len(origins)
    write_deliveries(brand_id=brand.pk, deliveries=[Written(delivery_id, arrival, outcomes)])


def _read_again(reader: Rereader, meaning: Meaning, origin: Origin) -> ActivityRow:
    dialect, records, received_at = reader.open(origin.delivery_id)
    (row,) = dialect.read([records[origin.place]], meaning=meaning, received_at=received_at, again=True)
    if isinstance(row, Refused):
        raise RecordsUnreadable(row)
    return cast(ActivityRow, row)


def _becomes(activity: StoredActivity, row: ActivityRow) -> str:
    if activity.is_same(row):
        return "stays"
    if activity.parked_for and not row.parked_for:
        return "becomes_live"
    if row.parked_for and not activity.parked_for:
        return "becomes_parked"
    return "changes"
