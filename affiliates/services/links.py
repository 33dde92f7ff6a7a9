"""Tracking links: the addresses `/c/{code}` that affiliates put on their pages."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from affiliates.models import Affiliate, Campaign, LinkRoute, TrackingLink
from affiliates.queries import links_on_the_brands_page
from affiliates.rules.landing import landing_hosts, leads_somewhere, safe_landing
from affiliates.services.codes import CodeTaken, check_code
from affiliates.services.recording import record
from brands.models import Brand, User
from track360.lib.problems import Conflict, Invalid


class CampaignOfAnother(Invalid):
    """campaign: The campaign belongs to another affiliate. Choose one of his, or none."""

    code = "campaign_of_another"


class LandingRefused(Invalid):
    """A landing page is https on one of the brand's landing hosts, and a link that works has one."""

    code = "landing_refused"


class LandingPageNeeded(Conflict):
    """Links rest on the brand's landing page. Give each one of its own, or switch it off, before it goes."""

    code = "landing_page_needed"


@transaction.atomic
def create_link(
    *,
    affiliate: Affiliate,
    by: User | str,
    now: datetime,
    campaign: Campaign | None = None,
    code: str | None = None,
    landing_url: str | None = None,
    is_active: bool = True,
) -> TrackingLink:
    """Give an affiliate a link; without a code it gets a random one, without a landing page the brand's.

    Codes are unique over all brands, because the address does not name one. Raises CodeInvalid, CodeTaken,
    CampaignOfAnother, LandingRefused.
    """
    brand = affiliate.brand
    code = code or secrets.token_urlsafe(6)
    check_code(code)
    check_campaign(affiliate=affiliate, campaign=campaign)
    _check_landing(brand, landing_url, is_active=is_active)
    try:
        with transaction.atomic():
            LinkRoute.objects.create(code=code, brand=brand)
    except IntegrityError:
        raise CodeTaken(f"code: The code {code} is taken. Choose another one.") from None
    link = TrackingLink.objects.create(
        brand=brand,
        affiliate=affiliate,
        campaign=campaign,
        code=code,
        landing_url=landing_url or None,
        is_active=is_active,
        created_at=now,
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
            "is_active": is_active,
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
    _check_landing(link.brand, landing_url, is_active=is_active)
    link.landing_url, link.is_active = landing_url or None, is_active
    link.save(update_fields=["landing_url", "is_active"])
    record(brand=link.brand, subject=link, action="link.changed", by=by, now=now, before=before, after=after)


def check_landing_page(*, brand: Brand, landing_url: str) -> None:
    """Raise LandingPageNeeded when a brand's landing page is to become none and links would lead nowhere then."""
    if landing_url or not brand.landing_url:
        return
    if resting := links_on_the_brands_page(brand_id=brand.pk).count():
        links = "1 link leads" if resting == 1 else f"{resting:,} links lead"
        raise LandingPageNeeded(
            f"landing_url: {links} to it and would lead nowhere. Give each a landing page of its own or switch it off "
            "first."
        )


def check_campaign(*, affiliate: Affiliate, campaign: Campaign | None) -> None:
    """Raise CampaignOfAnother unless the campaign is the affiliate's own, or none."""
    if campaign is not None and campaign.affiliate_id != affiliate.id:
        raise CampaignOfAnother


def _check_landing(brand: Brand, landing_url: str | None, *, is_active: bool) -> None:
    hosts = landing_hosts(landing_url=brand.landing_url, hosts=brand.landing_hosts)
    if landing_url and not hosts:
        raise LandingRefused("landing_url: The brand names no host that links may lead to. Add it in its settings.")
    if landing_url and safe_landing(landing_url, hosts=hosts) is None:
        named = ", ".join(sorted(hosts))
        raise LandingRefused(f"landing_url: Use an address that begins with https:// on one of: {named}.")
    if is_active and not leads_somewhere(landing_url=landing_url, brand_landing_url=brand.landing_url):
        raise LandingRefused(
            "landing_url: The brand has no landing page, so the link would lead nowhere. Give it one here, or the "
            "brand in its settings."
        )
