"""A brand's configuration for measures of follow-up and recomputation: hybrid plans as affiliates really have them."""

from datetime import date
from typing import Any

FIRST_DAY = date(2026, 1, 1)
Document = dict[str, Any]


def document(*, slug: str, affiliates: int) -> Document:
    """Return a configuration document: affiliates with a campaign each, and three hybrid plans dealt out in turn."""
    codes = [f"{number + 1}" for number in range(affiliates)]
    names = ["Starter hybrid", "Tiered hybrid", "House hybrid"]
    return {
        "brand": {
            "slug": slug,
            "name": slug,
            "vertical": "igaming",
            "reporting_currency": "EUR",
            "timezone": "UTC",
            "default_currency": "EUR",
            "landing_url": "https://landing.example/welcome",
            "landing_hosts": ["landing.example"],
        },
        "affiliates": [{"id": code, "name": f"Affiliate {code}", "status": "active"} for code in codes],
        "campaigns": [{"id": f"c{code}", "affiliate": code, "name": f"Campaign {code}"} for code in codes],
        "revenue_profiles": [
            {
                "name": "House NGR",
                "steps": [
                    {"sum": "GGR"},
                    {"subtract": "Bonus"},
                    {"subtract_percent": "2", "of": "Deposit"},
                    {"subtract_percent": "18", "of": "GGR"},
                ],
            }
        ],
        "plans": [
            _plan(names[0], base="NGR", negative="full", share={"rate": "0.30"}),
            _plan(names[1], base="NGR", negative={"capped": "5000"}, share={"tiers": _tiers()}),
            _plan(names[2], base="House NGR", negative="full", share={"rate": "0.35", "ring_fence": "5000"}),
        ],
        "deals": [
            {"affiliate": code, "plan": names[number % len(names)], "starts_on": FIRST_DAY}
            for number, code in enumerate(codes)
        ],
    }


def _tiers() -> Document:
    return {
        "metric": "base",
        "window": "period",
        "apply": "whole",
        "bands": [["0", "0.25"], ["10000", "0.30"], ["50000", "0.35"]],
    }


def _plan(name: str, *, base: str, negative: str | Document, share: Document) -> Document:
    bounty = {
        "name": "Bounty",
        "kind": "cpa",
        "trigger": "first_deposit",
        "amount": "100.00",
        "within_days": 30,
        "hold_days": 14,
        "conditions": {
            "all": [{"measure": "net_deposits", "at_least": "50"}, {"measure": "wagered", "at_least": "200"}]
        },
    }
    revshare = {"name": "Share", "kind": "revshare", "base": base, "negative": negative, "carry": "base", **share}
    return {
        "name": name,
        "currency": "EUR",
        "versions": [{"effective_from": FIRST_DAY, "applies_to": "all", "components": [bounty, revshare]}],
    }
