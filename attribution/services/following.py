"""The follow-up of deliveries: who the new customers belong to, and what all sums became."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from attribution.models import AffiliateDay
from attribution.services.deciding import attribute
from attribution.services.locks import lock_sums
from attribution.services.rebuilding import rebuild_sums
from attribution.services.sums import add_deliveries, array, count_beginnings
from brands.models import Brand
from ingestion.models import Customer, Outbox
from ingestion.queries.kpis import count_kpis
from track360.lib.jobs import wake
from track360.lib.tenancy import tenant

# One run stays within seconds and memory; what waits beyond it is the next run's.
RECORDS_A_RUN = 50_000
DELIVERIES_A_RUN = 2_000


@dataclass(frozen=True, slots=True)
class Followed:
    """What one run has followed up."""

    deliveries: int = 0
    records: int = 0
    attributed: int = 0


def drain(*, brand_id: int, now: datetime, waits: bool = True) -> Followed:
    """Follow up everything that waits for a brand, run by run, each in a `tenant()` and transaction of its own.

    Told not to wait, it leaves the work to whoever is at it already.
    """
    total = Followed()
    while True:
        with tenant(brand_id):
            done = follow_up(brand=Brand.objects.get(pk=brand_id), now=now, waits=waits)
        if done.deliveries == 0:
            return total
        total = Followed(
            total.deliveries + done.deliveries, total.records + done.records, total.attributed + done.attributed
        )


@transaction.atomic
def follow_up(*, brand: Brand, now: datetime, waits: bool = True) -> Followed:
    """Follow up the oldest waiting deliveries of a brand, up to RECORDS_A_RUN records; nothing waiting is no error.

    Decides whose the customers are whom these deliveries reported, adds the facts to the sums of customers and owners,
    marks the owners for commissions and removes the deliveries from the outbox, all or nothing. Runs one at a time for
    a brand; twice at once or again after a crash, a delivery counts once.
    """
    if not lock_sums(brand_id=brand.id, waits=waits):
        return Followed()
    counts = _agreed_counts(brand)
    deliveries, records = _waiting(brand.id)
    if not deliveries:
        return Followed()
    customers = Customer.objects.filter(
        brand_id=brand.id,
        delivery_id__gte=min(deliveries),
        delivery_id__lte=max(deliveries),
        delivery_id__in=deliveries,
        reported_at__isnull=False,
    )
    told = list(customers.values_list("id", flat=True))
    undecided = _undecided(brand.id, told)
    new = [customer for customer in customers if customer.id in undecided] if undecided else []
    first_days = _days_brought(brand.id, deliveries, [c.id for c in new if c.registered_at is None])
    attributed = attribute(brand=brand, customers=new, now=now, first_days=first_days)
    changed = add_deliveries(brand_id=brand.id, deliveries=deliveries, count_kpis=counts)
    count_beginnings(brand_id=brand.id, changed=changed, told=told)
    Outbox.objects.filter(brand_id=brand.id, delivery_id__in=deliveries).delete()
    wake("commissions.follow_up", brand_id=brand.id)
    return Followed(deliveries=len(deliveries), records=records, attributed=len(attributed))


def _agreed_counts(brand: Brand) -> list[str]:
    """Return the KPIs that are summed as counts, after counting anew if another unit was chosen for one with sums."""
    counts = count_kpis(brand=brand)
    before = Brand.objects.values_list("counted_kpis", flat=True).get(pk=brand.id)
    if counts != before:
        Brand.objects.filter(pk=brand.id).update(counted_kpis=counts)
        if AffiliateDay.objects.filter(brand_id=brand.id, kpi__in=set(counts) ^ set(before)).exists():
            rebuild_sums(brand=brand)
    return counts


def _waiting(brand_id: int) -> tuple[list[int], int]:
    deliveries: list[int] = []
    records = 0
    waiting = Outbox.objects.filter(brand_id=brand_id).order_by("id").values_list("delivery_id", "records")
    for delivery, count in waiting[:DELIVERIES_A_RUN]:
        if deliveries and records + count > RECORDS_A_RUN:
            break
        deliveries.append(delivery)
        records += count
    return deliveries, records


def _undecided(brand_id: int, customers: Sequence[int]) -> set[int]:
    if not customers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM attribution_attribution"
            " WHERE brand_id = %s AND customer_id = ANY(%s::bigint[]) AND superseded_at IS NULL",
            [brand_id, array(customers)],
        )
        return set(customers) - {customer for (customer,) in cursor.fetchall()}


def _days_brought(brand_id: int, deliveries: Sequence[int], customers: Sequence[int]) -> dict[int, date]:
    """Return the first day of facts that these deliveries brought for customers without a registration time."""
    if not customers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, min(day) FROM ingestion_activity"
            " WHERE brand_id = %s AND state = 'live' AND status = 'approved' AND delivery_id BETWEEN %s AND %s"
            " AND delivery_id + 0 = ANY(%s::bigint[]) AND customer_id = ANY(%s::bigint[]) GROUP BY customer_id",
            [brand_id, min(deliveries), max(deliveries), array(deliveries), array(customers)],
        )
        return dict(cursor.fetchall())
