"""Campaigns: the names under which an affiliate groups links and customers."""

from datetime import datetime

from django.db import transaction

from affiliates.models import Affiliate, Campaign
from affiliates.services.codes import check_code, check_free
from affiliates.services.recording import record
from brands.models import User


@transaction.atomic
def create_campaign(*, affiliate: Affiliate, code: str, by: User | str, now: datetime, name: str = "") -> Campaign:
    """Add a campaign to an affiliate; whose it is never changes. Raises CodeInvalid, CodeTaken."""
    check_code(code)
    check_free(model=Campaign, brand=affiliate.brand, code=code)
    campaign = Campaign.objects.create(
        brand_id=affiliate.brand_id, affiliate=affiliate, code=code, name=name or code, created_at=now
    )
    record(
        brand=affiliate.brand,
        subject=campaign,
        action="campaign.created",
        by=by,
        now=now,
        after={"code": code, "name": campaign.name, "affiliate": affiliate.code},
        attributes=True,
    )
    return campaign


@transaction.atomic
def rename_campaign(*, campaign: Campaign, name: str, by: User | str, now: datetime) -> None:
    """Change what a campaign is called; its code never changes."""
    if campaign.name == name:
        return
    before, campaign.name = campaign.name, name
    campaign.save(update_fields=["name"])
    record(
        brand=campaign.brand,
        subject=campaign,
        action="campaign.changed",
        by=by,
        now=now,
        before={"name": before},
        after={"name": name},
    )
