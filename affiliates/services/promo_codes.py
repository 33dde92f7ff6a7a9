"""Promo codes: words that customers type when registering."""

import re
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from affiliates.models import Affiliate, Campaign, PromoCode
from affiliates.services.codes import CodeInvalid, CodeTaken
from affiliates.services.links import check_campaign
from affiliates.services.recording import record
from brands.models import User
from track360.lib.problems import Invalid

_WORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,50}")


class PromoCodeDaysRefused(Invalid):
    """ends_on: A promo code ends on its first day or later."""

    code = "promo_code_days_refused"


@transaction.atomic
def create_promo_code(
    *,
    affiliate: Affiliate,
    code: str,
    by: User | str,
    now: datetime,
    campaign: Campaign | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> PromoCode:
    """Give an affiliate a promo code; upper and lower case are one. Whose it is never changes.

    It attributes customers who register from `starts_on` (None: from the beginning) through `ends_on` (None: open).
    Raises CodeInvalid, CodeTaken, CampaignOfAnother, PromoCodeDaysRefused.
    """
    folded = code.casefold()
    if not _WORD.fullmatch(code) or len(folded) > 50:
        raise CodeInvalid("code: A promo code has 1 to 50 characters and no spaces.")
    check_campaign(affiliate=affiliate, campaign=campaign)
    promo_code = PromoCode(
        brand_id=affiliate.brand_id,
        affiliate=affiliate,
        campaign=campaign,
        code=code,
        folded=folded,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )
    _save(promo_code)
    record(
        brand=affiliate.brand,
        subject=promo_code,
        action="promo_code.created",
        by=by,
        now=now,
        after={
            "code": code,
            "affiliate": affiliate.code,
            "campaign": campaign.code if campaign else None,
            **_days(promo_code),
        },
        attributes=True,
    )
    return promo_code


@transaction.atomic
def change_promo_code(
    *, promo_code: PromoCode, starts_on: date | None, ends_on: date | None, by: User | str, now: datetime
) -> None:
    """Change from when through when a promo code counts. Customers it has attributed stay where they are.

    Raises CodeTaken where another affiliate has the word on some of these days, PromoCodeDaysRefused.
    """
    before = _days(promo_code)
    promo_code.starts_on, promo_code.ends_on = starts_on, ends_on
    after = _days(promo_code)
    if after == before:
        return
    _save(promo_code)
    record(
        brand=promo_code.brand,
        subject=promo_code,
        action="promo_code.changed",
        by=by,
        now=now,
        before=before,
        after=after,
        attributes=True,
    )


def _save(promo_code: PromoCode) -> None:
    starts_on, ends_on = promo_code.starts_on, promo_code.ends_on
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise PromoCodeDaysRefused
    try:
        with transaction.atomic():
            promo_code.save()
    except IntegrityError:
        raise CodeTaken(
            f"code: The promo code {promo_code.code} is taken on some of these days. End it there first."
        ) from None


def _days(promo_code: PromoCode) -> dict[str, Any]:
    return {
        "starts_on": promo_code.starts_on.isoformat() if promo_code.starts_on else None,
        "ends_on": promo_code.ends_on.isoformat() if promo_code.ends_on else None,
    }
