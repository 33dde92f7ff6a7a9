"""Transfers: a person decides that a customer is another affiliate's from a day on."""

from datetime import date, datetime

from django.db import transaction

from affiliates.models import Affiliate, Campaign
from attribution.models import Attribution
from attribution.models.decisions import Rule
from attribution.queries.customers import owner_on
from attribution.services.deciding import attribute
from attribution.services.locks import lock_sums
from attribution.services.sums import return_sums, withdraw_sums
from brands import audit
from brands.models import Brand, User
from ingestion.models import Customer
from track360.lib.jobs import wake
from track360.lib.problems import Conflict, Invalid


class AlreadyHis(Conflict):
    """The customer already belongs to this affiliate on that day."""

    code = "already_his"


class TransferRefused(Invalid):
    """A transfer needs a reported customer, an affiliate and campaign of the same brand, and a reason."""

    code = "transfer_refused"


@transaction.atomic
def transfer(
    *,
    brand: Brand,
    customer: Customer,
    to: Affiliate,
    from_day: date | None,
    by: User | str,
    reason: str,
    now: datetime,
    campaign: Campaign | None = None,
) -> Attribution:
    """Give a customer to an affiliate from a day on (None: from the beginning), for good.

    Decisions that would hold from that day or later are superseded, none is edited. A customer about whom nothing was
    decided yet is attributed first, so that the days before belong to whoever sent him. All affiliates whose he was or
    now is are marked for commissions. Raises AlreadyHis, TransferRefused.
    """
    if customer.brand_id != brand.id or customer.reported_at is None or to.brand_id != brand.id or not reason.strip():
        raise TransferRefused
    if campaign is not None and campaign.affiliate_id != to.id:
        raise TransferRefused("The campaign belongs to another affiliate.")
    lock_sums(brand_id=brand.id)
    stored = Attribution.objects.filter(brand_id=brand.id, customer=customer, superseded_at__isnull=True)
    if from_day is not None and not stored.exists():
        attribute(brand=brand, customers=[customer], now=now)
    later = stored if from_day is None else stored.filter(holds_from__gte=from_day)
    before = owner_on(brand_id=brand.id, customer_id=customer.id, day=from_day or date.min)
    wanted = (to.id, campaign.id if campaign else None)
    is_his = before is not None and (before.affiliate_id, before.campaign_id) == wanted
    if before is not None and is_his and not later.exclude(pk=before.pk).exists():
        raise AlreadyHis(f"{customer.key} already belongs to {to.name} on that day.")
    withdrawn = withdraw_sums(brand_id=brand.id, customers=[customer.id])
    later.update(superseded_at=now)
    decision = Attribution.objects.create(
        brand=brand,
        customer=customer,
        affiliate=to,
        campaign=campaign,
        holds_from=from_day,
        rule=Rule.TRANSFER,
        decided_at=now,
        decided_by=by if isinstance(by, User) else None,
        reason=reason[:200],
    )
    return_sums(withdrawn=withdrawn)
    audit.record(
        brand=brand,
        by=by,
        action="customer.transferred",
        object_type="customer",
        object_id=str(customer.pk),
        object_label=customer.key,
        before={"affiliate": before.affiliate.code if before else None},
        after={"affiliate": to.code, "from_day": from_day.isoformat() if from_day else None},
        reason=reason,
        now=now,
    )
    wake("commissions.follow_up", brand_id=brand.id)
    return decision
