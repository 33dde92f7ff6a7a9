"""Looking again at customers who are nobody's, when the brand knows more than before."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Greatest

from affiliates.models import Affiliate, AffiliateParent, AffiliateStatus
from attribution.models import Attribution, Touched
from attribution.queries.customers import unattributed_customers
from attribution.services.deciding import attribute
from attribution.services.locks import directory, lock_sums
from attribution.services.sums import count_beginnings
from brands.models import Brand
from track360.lib.jobs import wake
from track360.lib.tenancy import tenant

CUSTOMERS_A_RUN = 5_000
# Of whom nothing was said. They are most of the unattributed, and only a default affiliate makes them somebody's.
SILENT: list[list[dict[str, str]]] = [[], [{}]]
# Changes carry the moment they were asked for, which is a little before they were committed.
MARGIN = timedelta(hours=1)


def resolve_again(*, brand_id: int, now: datetime, waits: bool = True) -> int:
    """Look again at every unattributed customer of a brand; return how many became somebody's.

    Runs in steps, each in a `tenant()` and transaction of its own, and may be repeated or interrupted at any time: what
    a brand has learned counts as dealt with only when all steps are done. One process at a time does it for a brand;
    told not to wait, another one leaves it to that. Affiliates whose status or parent changed are marked for
    commissions, because their earnings may depend on it.
    """
    with _alone(brand_id, waits=waits) as alone:
        return _resolve(brand_id, now) if alone else 0


def brands_to_resolve() -> list[int]:
    """Return the brands that know more than their unattributed customers were last looked at with."""
    return list(
        Brand.objects.filter(directory_version__gt=F("directory_resolved")).order_by("id").values_list("id", flat=True)
    )


def _resolve(brand_id: int, now: datetime) -> int:
    version = Brand.objects.values_list("directory_version", flat=True).get(pk=brand_id)
    resolved, after = 0, 0
    while True:
        with tenant(brand_id):
            customers = _next(brand_id, after)
            if not customers:
                break
            resolved += _look_again(brand_id, customers, now)
            after = customers[-1]
    with tenant(brand_id):
        _touch_changed_affiliates(Brand.objects.get(pk=brand_id), now)
        Brand.objects.filter(pk=brand_id).update(
            directory_resolved=Greatest("directory_resolved", version), directory_resolved_at=now
        )
    return resolved


def _next(brand_id: int, after: int) -> list[int]:
    unattributed = unattributed_customers(brand_id=brand_id).filter(id__gt=after)
    if not Affiliate.objects.filter(brand_id=brand_id, is_default=True).exists():
        unattributed = unattributed.exclude(evidence__in=SILENT)
    return list(unattributed.order_by("id").values_list("id", flat=True)[:CUSTOMERS_A_RUN])


@contextmanager
def _alone(brand_id: int, *, waits: bool) -> Iterator[bool]:
    # A lock of the connection, not of a transaction: it lasts over all steps, and ends with the process if that dies.
    key = directory(brand_id)
    take = "pg_advisory_lock" if waits else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {take}(hashtextextended(%s, 0))", [key])
        taken = cursor.fetchone() != (False,)
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def _look_again(brand_id: int, customers: list[int], now: datetime) -> int:
    lock_sums(brand_id=brand_id)
    # Read anew under the lock: a follow-up that held it may have decided some of them.
    undecided = list(unattributed_customers(brand_id=brand_id).filter(id__in=customers))
    attributed = attribute(brand=Brand.objects.get(pk=brand_id), customers=undecided, now=now)
    if attributed:
        count_beginnings(brand_id=brand_id, changed={}, told=attributed)
        wake("commissions.follow_up", brand_id=brand_id)
    return len(attributed)


def _touch_changed_affiliates(brand: Brand, now: datetime) -> None:
    changed: dict[int, date] = {}
    for model in (AffiliateStatus, AffiliateParent):
        rows = model._default_manager.filter(brand_id=brand.id)
        if brand.directory_resolved_at is not None:
            rows = rows.filter(created_at__gte=brand.directory_resolved_at - MARGIN)
        for affiliate, from_day in rows.values_list("affiliate_id", "from_day"):
            day = from_day or date.min
            changed[affiliate] = min(day, changed.get(affiliate, day))
    # Without any customer there is nothing to compute again.
    owned = Attribution.objects.filter(brand_id=brand.id, affiliate=OuterRef("pk"), superseded_at__isnull=True)
    owners = Affiliate.objects.filter(Exists(owned), brand_id=brand.id, id__in=changed).order_by("id")
    touched = [
        Touched(brand=brand, affiliate_id=affiliate, from_day=changed[affiliate])
        for affiliate in owners.values_list("id", flat=True)
    ]
    if touched:
        Touched.objects.bulk_create(touched)
        wake("commissions.follow_up", brand_id=brand.id)
