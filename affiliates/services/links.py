"""Tracking links: the addresses `/c/{code}` that affiliates put on their pages."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from affiliates.models import Affiliate, Campaign, LinkRoute, TrackingLink
from affiliates.rules.landing import landing_hosts, safe_landing
from affiliates.services.codes import CodeTaken, check_code
from affiliates.services.recording import record
from brands.models import Brand, User
from track360.lib.problems import Invalid


class CampaignOfAnother(Invalid):
    """The campaign belongs to another affiliate."""

    code = "campaign_of_another"


class LandingRefused(Invalid):
    """A landing page is https on one of the brand's landing hosts."""

    code = "landing_refused"


@transaction.atomic
def create_link(
    *,
    affiliate: Affiliate,
    by: User | str,
    now: datetime,
    campaign: Campaign | None = None,
    code: str | None = None,
    landing_url: str | None = None,
) -> TrackingLink:
    """Give an affiliate a link; without a code it gets a random one, without a landing page the brand's.

    Codes are unique over all brands, because the address does not name one. Raises CodeInvalid, CodeTaken,
    CampaignOfAnother, LandingRefused.
    """
    brand = affiliate.brand
    code = code or secrets.token_urlsafe(6)
    check_code(code)
    check_campaign(affiliate=affiliate, campaign=campaign)
    _check_landing(brand, landing_url)
    try:
        with transaction.atomic():
            LinkRoute.objects.create(code=code, brand=brand)
    except IntegrityError:
        raise CodeTaken(f"{code} is taken. Choose another code.") from None
    link = TrackingLink.objects.create(
        brand=brand, affiliate=affiliate, campaign=campaign, code=code, landing_url=landing_url or None, created_at=now
    )
    record(
        brand=brand,
        subject=link,
        action="link.created",
        by=by,
        now=now,
        after={
            "code": code,
            "affiliate": affiliate.code,
            "campaign": campaign.code if campaign else None,
            "landing_url": landing_url or None,
        },
        attributes=True,
    )
    return link


@transaction.atomic
def change_link(*, link: TrackingLink, landing_url: str | None, is_active: bool, by: User | str, now: datetime) -> None:
    """Change where a link leads and whether it works; running processes notice within seconds.

    Whose it is never changes, so that tokens under way stay true. Raises LandingRefused.
    """
    after = {"landing_url": landing_url or None, "is_active": is_active}
    before = {"landing_url": link.landing_url, "is_active": link.is_active}
    if before == after:
        return
    _check_landing(link.brand, landing_url)
    link.landing_url, link.is_active = landing_url or None, is_active
    link.save(update_fields=["landing_url", "is_active"])
    record(brand=link.brand, subject=link, action="link.changed", by=by, now=now, before=before, after=after)


def check_campaign(*, affiliate: Affiliate, campaign: Campaign | None) -> None:
    """Raise CampaignOfAnother unless the campaign is the affiliate's own, or none."""
    if campaign is not None and campaign.affiliate_id != affiliate.id:
        raise CampaignOfAnother


def _check_landing(brand: Brand, landing_url: str | None) -> None:
    hosts = landing_hosts(landing_url=brand.landing_url, hosts=brand.landing_hosts)
    if landing_url and safe_landing(landing_url, hosts=hosts) is None:
        raise LandingRefused(f"Use an address that begins with https:// on one of: {', '.join(sorted(hosts)) or '—'}.")
