"""Promo codes: words that customers type when registering."""

import re
from datetime import datetime

from django.db import transaction

from affiliates.models import Affiliate, Campaign, PromoCode
from affiliates.services.codes import CodeInvalid, check_free
from affiliates.services.links import check_campaign
from affiliates.services.recording import record
from brands.models import User

_WORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,50}")


@transaction.atomic
def create_promo_code(
    *, affiliate: Affiliate, code: str, by: User | str, now: datetime, campaign: Campaign | None = None
) -> PromoCode:
    """Give an affiliate a promo code; upper and lower case are one. Whose it is never changes.

    Raises CodeInvalid, CodeTaken, CampaignOfAnother.
    """
    folded = code.casefold()
    if not _WORD.fullmatch(code) or len(folded) > 50:
        raise CodeInvalid("A promo code has 1 to 50 characters and no spaces.")
    check_campaign(affiliate=affiliate, campaign=campaign)
    check_free(model=PromoCode, brand=affiliate.brand, folded=folded)
    promo_code = PromoCode.objects.create(
        brand_id=affiliate.brand_id, affiliate=affiliate, campaign=campaign, code=code, folded=folded, created_at=now
    )
    record(
        brand=affiliate.brand,
        subject=promo_code,
        action="promo_code.created",
        by=by,
        now=now,
        after={"code": code, "affiliate": affiliate.code, "campaign": campaign.code if campaign else None},
        attributes=True,
    )
    return promo_code
