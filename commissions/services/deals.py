"""Deals: which plan an affiliate has, from which day through which, for all campaigns or one."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from affiliates.models import Affiliate, Campaign
from brands import audit
from brands.models import User
from commissions.models import Deal, Plan
from commissions.services.touching import touch_affiliates
from track360.lib.constraints import refusing
from track360.lib.problems import Conflict, Invalid


class DealRefused(Invalid):
    """A deal joins an affiliate, a plan and a campaign of his of one brand, and ends on its first day or later."""

    code = "deal_refused"


class DealsOverlap(Conflict):
    """The affiliate has a deal for the same campaign on some of these days. End that one first."""

    code = "deals_overlap"


@transaction.atomic
def create_deal(
    *,
    affiliate: Affiliate,
    plan: Plan,
    starts_on: date,
    by: User | str,
    now: datetime,
    ends_on: date | None = None,
    campaign: Campaign | None = None,
) -> Deal:
    """Give an affiliate a plan. Raises DealRefused, DealsOverlap."""
    deal = Deal(
        brand_id=affiliate.brand_id,
        affiliate=affiliate,
        plan=plan,
        campaign=campaign,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )
    _save(deal)
    _record(deal, "deal.created", by, now, after=_stated(deal))
    return deal


@transaction.atomic
def change_deal(
    *, deal: Deal, plan: Plan, starts_on: date, ends_on: date | None, by: User | str, now: datetime
) -> None:
    """Change a deal's plan or days. What that changes in closed periods becomes adjustments.

    Raises DealRefused, DealsOverlap.
    """
    before = _stated(deal)
    deal.plan, deal.starts_on, deal.ends_on = plan, starts_on, ends_on
    after = _stated(deal)
    if after == before:
        return
    _save(deal)
    _record(deal, "deal.changed", by, now, before=before, after=after)


@transaction.atomic
def end_deal(*, deal: Deal, ends_on: date, by: User | str, now: datetime) -> None:
    """Let a deal end; `ends_on` is its last day. Raises DealRefused, DealsOverlap."""
    change_deal(deal=deal, plan=deal.plan, starts_on=deal.starts_on, ends_on=ends_on, by=by, now=now)


@transaction.atomic
def delete_deal(*, deal: Deal, by: User | str, now: datetime) -> None:
    """Take a deal back as if it had never been. What that changes in closed periods becomes adjustments."""
    _record(deal, "deal.deleted", by, now, before=_stated(deal))
    deal.delete()


def _save(deal: Deal) -> None:
    if (
        deal.plan.brand_id != deal.brand_id
        or (deal.campaign is not None and deal.campaign.affiliate_id != deal.affiliate_id)
        or (deal.ends_on is not None and deal.ends_on < deal.starts_on)
    ):
        raise DealRefused
    with refusing(deals_of_an_affiliate_do_not_overlap=DealsOverlap()):
        deal.save()


def _stated(deal: Deal) -> dict[str, Any]:
    return {
        "affiliate": deal.affiliate.code,
        "plan": deal.plan.name,
        "campaign": deal.campaign.code if deal.campaign else None,
        "starts_on": deal.starts_on.isoformat(),
        "ends_on": deal.ends_on.isoformat() if deal.ends_on else None,
    }


def _record(deal: Deal, action: str, by: User | str, now: datetime, **values: Any) -> None:
    audit.record(
        brand=deal.affiliate.brand,
        by=by,
        action=action,
        object_type="deal",
        object_id=str(deal.pk),
        object_label=f"{deal.affiliate.code} · {deal.plan.name}",
        now=now,
        before=values.get("before"),
        after=values.get("after"),
    )
    touch_affiliates(brand=deal.affiliate.brand, affiliates=[deal.affiliate_id])
