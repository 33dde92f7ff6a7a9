"""What an affiliate puts on his pages: links, campaigns, promo codes, and what his links brought lately."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import quote

from django.db.models import Sum

from affiliates.models import Affiliate, PromoCode, TrackingLink
from affiliates.rules.landing import leads_somewhere
from attribution.models import AffiliateDay
from brands.models import Brand
from track360.lib.money import ZERO

LATELY_DAYS = 30


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One tracking link with its counts of the last days."""

    code: str
    address: str
    campaign: str
    landing_url: str
    is_active: bool
    leads_somewhere: bool
    clicks: Decimal
    registrations: Decimal
    first_deposits: Decimal


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One promo code, with its first and last day where it has them."""

    code: str
    campaign: str
    starts_on: date | None
    ends_on: date | None


def links(*, brand: Brand, affiliate: Affiliate, base_url: str, today: date) -> tuple[LinkRow, ...]:
    """List the affiliate's links, active ones first, with what they brought in the last 30 days."""
    sums: dict[int, dict[str, Decimal]] = defaultdict(dict)
    days = (
        AffiliateDay.objects.filter(
            brand=brand,
            affiliate=affiliate,
            link__isnull=False,
            day__range=(today - timedelta(days=LATELY_DAYS - 1), today),
            kpi__in=["Clicks", "Registrations", "FirstDeposits"],
        )
        .values_list("link_id", "kpi")
        .annotate(total=Sum("amount"))
    )
    for link_id, kpi, total in days:
        sums[link_id][kpi] = total
    found = (
        TrackingLink.objects.filter(brand=brand, affiliate=affiliate)
        .select_related("campaign")
        .order_by("-is_active", "campaign__name", "code")
    )
    return tuple(
        LinkRow(
            code=link.code,
            address=f"{base_url}/c/{quote(link.code)}",
            campaign=link.campaign.name if link.campaign else "",
            landing_url=link.landing_url or brand.landing_url,
            is_active=link.is_active,
            leads_somewhere=leads_somewhere(landing_url=link.landing_url, brand_landing_url=brand.landing_url),
            clicks=sums[link.pk].get("Clicks", ZERO),
            registrations=sums[link.pk].get("Registrations", ZERO),
            first_deposits=sums[link.pk].get("FirstDeposits", ZERO),
        )
        for link in found
    )


def promo_codes(*, brand: Brand, affiliate: Affiliate, today: date) -> tuple[CodeRow, ...]:
    """List the words that name the affiliate when a customer types them, without those that are over."""
    found = PromoCode.objects.filter(brand=brand, affiliate=affiliate).exclude(ends_on__lt=today)
    return tuple(
        CodeRow(code.code, code.campaign.name if code.campaign else "", code.starts_on, code.ends_on)
        for code in found.select_related("campaign").order_by("code", "starts_on")
    )
