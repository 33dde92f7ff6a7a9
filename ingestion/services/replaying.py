"""Records that a change of configuration gives another meaning, read again from their stored bytes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import NamedTuple, Self

from brands.models import Brand
from ingestion.dialects.registry import Origin
from ingestion.models import Customer
from ingestion.models.deliveries import Source
from ingestion.queries.stored import StoredActivity, stored_activities
from ingestion.queries.touched import touched_activities, touched_customers
from ingestion.rules.activities import ActivityRow
from ingestion.rules.meaning import Meaning
from ingestion.rules.names import fold
from ingestion.rules.refusals import Refused
from ingestion.services.rebuilding import RecordsUnreadable, rebuilt_customers
from ingestion.services.rereading import origins_body, origins_of, read_again
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


class Figure(NamedTuple):
    """What amounts of live records add up under; a count has no currency. `month` is the brand's, written YYYY-MM."""

    kpi: str
    currency: str
    status: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How many stored records a change of configuration touches, and what becomes of them.

    `amounts` is what is live afterwards less what is live before, for every figure where that is not 0.
    """

    becomes_live: int = 0
    becomes_parked: int = 0
    changes: int = 0
    stays: int = 0
    customers: int = 0
    amounts: Mapping[Figure, Decimal] = field(default_factory=dict, compare=False)

    @property
    def records(self) -> int:
        return self.becomes_live + self.becomes_parked + self.changes + self.stays

    def __add__(self, other: Self) -> Self:
        return type(self)(
            becomes_live=self.becomes_live + other.becomes_live,
            becomes_parked=self.becomes_parked + other.becomes_parked,
            changes=self.changes + other.changes,
            stays=self.stays + other.stays,
            customers=self.customers + other.customers,
            amounts=_summed((*self.amounts.items(), *other.amounts.items())),
        )


def replay(*, brand: Brand, before: Meaning, after: Meaning, now: datetime, writes: bool) -> Effect:
    """Read again what the change touches; with `writes` replace what differs, else only count it.

    Inside the brand's `tenant()` and, when it writes, under the configuration lock. Raises IdentityFixed or
    RecordsUnreadable.
    """
    effect = Effect()
    for condition in touched_activities(brand=brand, before=before, after=after):
        touched = stored_activities(brand=brand, condition=condition)
        while chunk := list(islice(touched, CHUNK)):
            effect += _replayed(brand, before, after, chunk, now, writes=writes)
    keys = touched_customers(brand=brand, before=before, after=after)
    if keys:
        effect += _corrected(brand, after, keys, now, writes=writes)
    return effect


def _replayed(
    brand: Brand,
    before: Meaning,
    after: Meaning,
    activities: Sequence[StoredActivity],
    now: datetime,
    *,
    writes: bool,
) -> Effect:
    counted: Counter[str] = Counter()
    changed: list[tuple[StoredActivity, ActivityRow, Origin]] = []
    places = [Origin(activity.delivery_id, activity.place) for activity in activities]
    origins = origins_of(brand_id=brand.pk, places=places)
    rows = read_again(brand=brand, meaning=after, origins=origins)
    for activity, row, origin in zip(activities, rows, origins, strict=True):
        if isinstance(row, Refused):
            raise RecordsUnreadable(row)
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
    withdrawn = chain.from_iterable(_withdrawn(activity, before) for activity, _, _ in changed)
    added = chain.from_iterable(_added(row, after) for _, row, _ in changed)
    return Effect(**counted, amounts=_summed(chain(withdrawn, added)))


def _withdrawn(activity: StoredActivity, meaning: Meaning) -> Iterator[tuple[Figure, Decimal]]:
    for kpi, amount in zip(activity.kpis, activity.amounts, strict=True):
        yield _figure(kpi, activity.currency, activity.status, str(activity.day), meaning), -amount


def _added(row: ActivityRow, meaning: Meaning) -> Iterator[tuple[Figure, Decimal]]:
    for kpi, amount in zip(row.kpis, row.amounts, strict=True):
        yield _figure(kpi, row.currency, row.status, row.day, meaning), Decimal(amount)


def _figure(kpi: str, currency: str, status: str, day: str, meaning: Meaning) -> Figure:
    known = meaning.kpi_by_name.get(fold(kpi))
    is_count = known is not None and known.unit == "count"
    return Figure(kpi, "" if is_count else currency, status, day[:7])


def _summed(moved: Iterable[tuple[Figure, Decimal]]) -> dict[Figure, Decimal]:
    sums: defaultdict[Figure, Decimal] = defaultdict(Decimal)
    for figure, amount in moved:
        sums[figure] += amount
    return {figure: amount for figure, amount in sums.items() if amount}


def _corrected(brand: Brand, meaning: Meaning, keys: Collection[str], now: datetime, *, writes: bool) -> Effect:
    wanted = rebuilt_customers(brand=brand, meaning=meaning, keys=keys)
    stored = stored_states(brand_id=brand.pk, keys=sorted(wanted))
    changed = {key: wanted[key].state for key in sorted(wanted) if stored.get(key) != wanted[key].state}
    if writes and changed:
        people = Customer.objects.filter(brand=brand, key__in=list(changed))
        places = {person.key: Origin(person.delivery_id or 0, person.index) for person in people}
        delivery_id = new_delivery_id()
        correct(brand_id=brand.pk, delivery_id=delivery_id, states=changed)
        origins = origins_of(brand_id=brand.pk, places=[places[key] for key in changed])
        _deliver(brand, delivery_id, "customers", origins, now)
    return Effect(customers=len(changed))


def _deliver(brand: Brand, delivery_id: int, entity: str, origins: Iterable[Origin], now: datetime) -> None:
    origins = list(origins)
    arrival = Arrival(source=Source.CONFIGURATION, entity=entity, body=origins_body(origins), received_at=now)
    outcomes = [Outcome(UPDATED)] * len(origins)
    write_deliveries(brand_id=brand.pk, deliveries=[Written(delivery_id, arrival, outcomes)])


def _becomes(activity: StoredActivity, row: ActivityRow) -> str:
    if not any(activity.differing(row)):
        return "stays"
    if activity.parked_for and not row.parked_for:
        return "becomes_live"
    if row.parked_for and not activity.parked_for:
        return "becomes_parked"
    return "changes"
