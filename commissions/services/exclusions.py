"""Exclusions: customers on whom nothing is earned, and lifting one that turned out to be wrong."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from attribution.services import lock_sums
from brands import audit
from brands.models import User
from commissions.models import Exclusion
from commissions.models.terms import ExclusionReason
from commissions.services.touching import touch_customer
from ingestion.models import Customer
from track360.lib.constraints import refusing
from track360.lib.problems import Conflict, Invalid


class ReasonUnknown(Invalid):
    """A customer is excluded as self_excluded, duplicate or fraud."""

    code = "reason_unknown"


class AlreadyExcluded(Conflict):
    """The customer is excluded for this reason already. Lift that exclusion first to change its day."""

    code = "already_excluded"


@transaction.atomic
def exclude_customer(*, customer: Customer, reason: str, from_day: date, by: User | str, now: datetime) -> Exclusion:
    """Let nothing be earned on a customer: from a day when self-excluded, else from his beginning.

    Raises ReasonUnknown, AlreadyExcluded.
    """
    if reason not in ExclusionReason.values:
        raise ReasonUnknown
    _keep_owners(customer)
    with refusing(a_customer_is_excluded_once_for_a_reason=AlreadyExcluded()):
        exclusion = Exclusion.objects.create(
            brand_id=customer.brand_id, customer=customer, reason=reason, from_day=from_day, created_at=now
        )
    _record(exclusion, "customer.excluded", by, now, after=_stated(exclusion))
    return exclusion


@transaction.atomic
def lift_exclusion(*, exclusion: Exclusion, by: User | str, now: datetime) -> None:
    """Take an exclusion back as if it had never been; lifting it twice changes nothing."""
    _keep_owners(exclusion.customer)
    exclusion.refresh_from_db(fields=["lifted_at"])
    if exclusion.lifted_at is not None:
        return
    exclusion.lifted_at = now
    exclusion.save(update_fields=["lifted_at"])
    _record(exclusion, "customer.exclusion_lifted", by, now, before=_stated(exclusion))


def _keep_owners(customer: Customer) -> None:
    # Whoever is just being given the customer would neither see the exclusion nor be marked for it.
    lock_sums(brand_id=customer.brand_id)


def _stated(exclusion: Exclusion) -> dict[str, Any]:
    return {"reason": str(exclusion.reason), "from_day": exclusion.from_day.isoformat()}


def _record(exclusion: Exclusion, action: str, by: User | str, now: datetime, **values: Any) -> None:
    customer = exclusion.customer
    audit.record(
        brand=customer.brand,
        by=by,
        action=action,
        object_type="customer",
        object_id=str(customer.pk),
        object_label=customer.key,
        now=now,
        before=values.get("before"),
        after=values.get("after"),
    )
    touch_customer(brand=customer.brand, customer=customer.id)
