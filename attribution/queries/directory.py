"""What is known under a brand, read from the tables into the frozen values that the rules decide with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

import structlog
from django.conf import settings
from django.db.models import F

from affiliates.models import Affiliate, AffiliateStatus, Campaign, PromoCode, TrackingLink
from attribution.rules import decision, patterns, tokens
from brands.models import Brand
from brands.models.brand import Tracking

log = structlog.get_logger(__name__)


def token_keys(*, brand_id: int) -> tokens.TokenKeys:
    """Return the keys of the brand's click tokens, derived from SECRET_KEY and, after a rotation, its fallbacks."""
    return tokens.keys_of_brand(brand=brand_id, secrets=[settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])


def evidence_of(records: Sequence[Mapping[str, Any]]) -> tuple[decision.Evidence, ...]:
    """Return what the brand sent about a customer, in order, as the rules read it."""
    return tuple(
        decision.Evidence(
            tracking_data=record.get("tracking_data"),
            click_id=record.get("click_id"),
            affiliate_id=record.get("affiliate_id"),
            campaign_id=record.get("campaign_id"),
            promo_code=record.get("promo_code"),
        )
        for record in records
    )


def registration_of(
    *,
    brand: Brand,
    registered_at: datetime | None,
    registered_on: date | None,
    first_day: date | None,
    reported_at: datetime,
) -> decision.Registration:
    """Return when a customer counts as registered.

    Without a registration time that is the day of his first approved fact (commissions.md 2), and without any fact the
    moment he was reported.
    """
    if registered_at is not None:
        return decision.Registration(at=registered_at, on=registered_on or registered_at.astimezone(brand.zone).date())
    if first_day is not None:
        start = datetime.combine(first_day, datetime.min.time(), tzinfo=brand.zone)
        return decision.Registration(at=start.astimezone(UTC), on=first_day)
    return decision.Registration(at=reported_at, on=reported_at.astimezone(brand.zone).date())


def directory_of(*, brand: Brand, evidence: Iterable[Sequence[decision.Evidence]]) -> decision.Directory:
    """Return what is known under the brand, as far as this evidence needs it: of the links only those it names."""
    keys = token_keys(brand_id=brand.id)
    values = {value for records in evidence for record in records for value in (record.tracking_data, record.click_id)}
    genuine = (tokens.verify(keys=keys, value=value) for value in values if value is not None)
    named = {token.link for token in genuine if token is not None}
    statuses: dict[int, list[decision.StatusSince]] = {}
    for affiliate, since, status in (
        AffiliateStatus.objects.filter(brand_id=brand.id)
        .order_by(F("from_day").asc(nulls_first=True))
        .values_list("affiliate_id", "from_day", "status")
    ):
        statuses.setdefault(affiliate, []).append(decision.StatusSince(since, cast("decision.Status", status)))
    affiliates = Affiliate.objects.filter(brand_id=brand.id).values_list("id", "code", "is_default")
    return decision.directory(
        affiliates=[
            decision.KnownAffiliate(id=number, code=code, statuses=tuple(statuses[number]))
            for number, code, _ in affiliates
            if number in statuses
        ],
        campaigns=[
            decision.KnownCampaign(*row)
            for row in Campaign.objects.filter(brand_id=brand.id).values_list("id", "code", "affiliate_id")
        ],
        links={
            number: decision.KnownPointer(affiliate, campaign)
            for number, affiliate, campaign in TrackingLink.objects.filter(brand_id=brand.id, id__in=named).values_list(
                "id", "affiliate_id", "campaign_id"
            )
        },
        promo_codes=[
            decision.KnownPromoCode(code, decision.KnownPointer(affiliate, campaign), starts_on, ends_on)
            for code, affiliate, campaign, starts_on, ends_on in PromoCode.objects.filter(
                brand_id=brand.id
            ).values_list("folded", "affiliate_id", "campaign_id", "starts_on", "ends_on")
        ],
        tracking_patterns=[source for source in brand.tracking_patterns if _usable(brand, source)],
        default_affiliate=next((number for number, _, is_default in affiliates if is_default), None),
        strict=brand.tracking == Tracking.STRICT,
        window_days=brand.attribution_window_days,
        keys=keys,
    )


def _usable(brand: Brand, source: str) -> bool:
    try:
        patterns.parse(source)
    except (
        patterns.PatternInvalid
    ) as error:  # settings are checked when they are saved; a bad one must not stop the rest
        log.warning("tracking_pattern_unusable", brand=brand.slug, pattern=source, error=str(error))
        return False
    return True
