"""Why a customer is whose he is, in words: every candidate that was looked at, with its verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from affiliates.models import Affiliate
from attribution.queries.customers import CustomerAttribution
from attribution.services.deciding import as_json
from brands.models import Brand

SOURCES = {
    "tracking_data": "Signed click token",
    "click_id": "Click id",
    "affiliate_id": "Affiliate or campaign id",
    "promo_code": "Promo code",
    "pattern": "Tracking data, by pattern",
    "default_affiliate": "Default affiliate",
}
VERDICTS = {
    "won": "Decided",
    "outranked": "A stronger or earlier one decided",
    "not_genuine": "The token is not one of ours",
    "not_minted": "Not a token of ours, and only those count",
    "unknown_link": "Its link does not exist in this brand",
    "outside_window": "The click was too long before the registration",
    "unknown_affiliate": "No affiliate of this brand has this id",
    "unknown_campaign": "No campaign of this brand has this id",
    "unknown_promo_code": "No promo code of this brand",
    "promo_code_not_in_force": "The promo code was not in force on the day",
    "ambiguous_affiliate": "It can be read as several affiliates",
    "no_match": "It has none of the brand's shapes",
    "affiliate_pending": "The affiliate was pending on the day",
    "affiliate_declined": "The affiliate was declined on the day",
    "affiliate_blocked": "The affiliate was blocked on the day",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One candidate as an operator reads it."""

    source: str
    value: str
    affiliate: str
    verdict: str
    won: bool
    flags: str


def verdicts(*, brand: Brand, attribution: CustomerAttribution) -> list[Verdict]:
    """Return the candidates of the decision that holds; of a customer who is nobody's, as they stand today."""
    candidates: Iterable[Mapping[str, Any]] = attribution.decided or as_json(attribution.candidates)
    kept = list(candidates)
    named = Affiliate.objects.filter(brand=brand).in_bulk([one["affiliate"] for one in kept if one.get("affiliate")])
    return [
        Verdict(
            source=SOURCES.get(one["source"], one["source"]),
            value=str(one.get("value") or ""),
            affiliate=str(named.get(one.get("affiliate"), "")),
            verdict=VERDICTS.get(one["reason"], one["reason"]),
            won=one["reason"] == "won",
            flags=", ".join(flag.replace("_", " ") for flag in one.get("flags") or ()),
        )
        for one in kept
    ]
