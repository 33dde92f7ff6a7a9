"""Affiliates themselves: who they are, and what their status is from which day on."""

from datetime import date, datetime

from django.db import transaction

from affiliates.models import Affiliate, AffiliateStatus
from affiliates.models import Status as AffiliateStatusName
from affiliates.services.codes import check_code, check_free
from affiliates.services.recording import record
from affiliates.services.tree import set_parent
from brands.models import Brand, User
from track360.lib.periods import AHEAD
from track360.lib.problems import Invalid


class StatusUnknown(Invalid):
    """An affiliate is pending, active, suspended, blocked or declined."""

    code = "unknown_status"


class StatusTooFarAhead(Invalid):
    """from_day: A status begins at most a year ahead. Check the year."""

    code = "status_too_far_ahead"


@transaction.atomic
def create_affiliate(
    *,
    brand: Brand,
    code: str,
    name: str,
    by: User | str,
    now: datetime,
    email: str = "",
    status: str = AffiliateStatusName.ACTIVE,
    parent: Affiliate | None = None,
) -> Affiliate:
    """Add an affiliate; his first status and parent hold from the beginning.

    Raises CodeInvalid, CodeTaken, StatusUnknown, ParentRefused.
    """
    check_code(code)
    check_free(model=Affiliate, brand=brand, code=code)
    affiliate = Affiliate.objects.create(brand=brand, code=code, name=name or code, email=email, created_at=now)
    record(
        brand=brand,
        subject=affiliate,
        action="affiliate.created",
        by=by,
        now=now,
        after={"code": code, "name": affiliate.name, "email": email},
    )
    set_status(affiliate=affiliate, status=status, from_day=None, by=by, now=now)
    if parent is not None:
        set_parent(affiliate=affiliate, parent=parent, from_day=None, by=by, now=now)
    return affiliate


@transaction.atomic
def change_affiliate(
    *, affiliate: Affiliate, by: User | str, now: datetime, name: str | None = None, email: str | None = None
) -> None:
    """Change what an affiliate is called and how he is reached; None leaves it. His code never changes."""
    changes = {
        field: value
        for field, value in {"name": name, "email": email}.items()
        if value is not None and getattr(affiliate, field) != value
    }
    if not changes:
        return
    before = {field: getattr(affiliate, field) for field in changes}
    for field, value in changes.items():
        setattr(affiliate, field, value)
    affiliate.save(update_fields=list(changes))
    record(
        brand=affiliate.brand,
        subject=affiliate,
        action="affiliate.changed",
        by=by,
        now=now,
        before=before,
        after=changes,
    )


@transaction.atomic
def set_status(
    *, affiliate: Affiliate, status: str, from_day: date | None, by: User | str, now: datetime, reason: str = ""
) -> None:
    """Give an affiliate a status from a day on (None: from the beginning), until the day of his next one.

    A status that begins on the same day is replaced. Raises StatusUnknown, StatusTooFarAhead.
    """
    if status not in AffiliateStatusName.values:
        raise StatusUnknown
    if from_day is not None and from_day > now.date() + AHEAD:
        raise StatusTooFarAhead
    stored = AffiliateStatus.objects.select_for_update().filter(
        brand_id=affiliate.brand_id, affiliate=affiliate, from_day=from_day
    )
    before = stored.first()
    if before is not None and before.status == status:
        return
    AffiliateStatus.objects.update_or_create(
        brand_id=affiliate.brand_id,
        affiliate=affiliate,
        from_day=from_day,
        defaults={"status": status, "reason": reason, "created_at": now},
    )
    record(
        brand=affiliate.brand,
        subject=affiliate,
        action="affiliate.status",
        by=by,
        now=now,
        before=None if before is None else {"status": before.status, "from_day": _plain(from_day)},
        after={"status": status, "from_day": _plain(from_day)},
        reason=reason,
        attributes=True,
    )


@transaction.atomic
def set_default_affiliate(*, brand: Brand, affiliate: Affiliate | None, by: User | str, now: datetime) -> None:
    """Name the affiliate who receives customers that nothing else attributes, or nobody."""
    before = Affiliate.objects.select_for_update().filter(brand=brand, is_default=True).first()
    if before == affiliate:
        return
    if before is not None:
        Affiliate.objects.filter(brand=brand, pk=before.pk).update(is_default=False)
    if affiliate is not None:
        Affiliate.objects.filter(brand=brand, pk=affiliate.pk).update(is_default=True)
        affiliate.is_default = True
    record(
        brand=brand,
        subject=affiliate or before or Affiliate(brand=brand),
        action="brand.default_affiliate",
        by=by,
        now=now,
        before={"default_affiliate": before.code if before else None},
        after={"default_affiliate": affiliate.code if affiliate else None},
        attributes=True,
    )


def _plain(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
