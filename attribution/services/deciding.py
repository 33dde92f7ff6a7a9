"""Writing decisions down: the first attribution of customers who are nobody's."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from attribution.models.decisions import Rule
from attribution.queries.customers import decisions_for
from attribution.rules.decision import Candidate, Decision, Source
from attribution.services.sums import return_sums, withdraw_sums
from brands.models import Brand
from ingestion.models import Customer

RULES = {
    Source.TRACKING_DATA: Rule.TOKEN,
    Source.CLICK_ID: Rule.TOKEN,
    Source.EXPLICIT: Rule.EXPLICIT,
    Source.PROMO_CODE: Rule.PROMO_CODE,
    Source.PATTERN: Rule.PATTERN,
    Source.DEFAULT: Rule.DEFAULT,
}

# Thousands of decisions in one statement. The constraint has the last word: a decision that stands is never moved.
_INSERT = """
INSERT INTO attribution_attribution
    (brand_id, customer_id, affiliate_id, campaign_id, link_id, rule, is_unsigned, evidence, candidates, flags,
     decided_at, reason)
SELECT %s, customer, affiliate, campaign, link, rule, rule = 'pattern', evidence, candidates, flags, %s, ''
FROM jsonb_to_recordset(%s::jsonb) AS decided (
    customer bigint, affiliate bigint, campaign bigint, link bigint, rule text,
    evidence jsonb, candidates jsonb, flags jsonb
)
ORDER BY customer
ON CONFLICT DO NOTHING
"""


def attribute(
    *, brand: Brand, customers: Sequence[Customer], now: datetime, first_days: Mapping[int, date] | None = None
) -> list[int]:
    """Decide whose these unattributed customers are; return those who now are somebody's.

    Their sums move to the affiliate, who is marked as touched. Runs under the brand's lock.
    """
    if not customers:
        return []
    decisions = decisions_for(brand=brand, customers=customers, first_days=dict(first_days or {}))
    rows = [
        _row(customer, decisions[customer.id]) for customer in customers if decisions[customer.id].winner is not None
    ]
    if not rows:
        return []
    attributed = [row["customer"] for row in rows]
    withdrawn = withdraw_sums(brand_id=brand.id, customers=attributed)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [brand.id, now, json.dumps(rows)])
    return_sums(withdrawn=withdrawn)
    return attributed


def as_json(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    """Return candidates as they are kept: plain values, absent ones left out."""
    return [
        {
            name: value
            for name, value in {
                "evidence": candidate.evidence,
                "source": candidate.source.value,
                "value": candidate.value,
                "reason": candidate.reason.value,
                "affiliate": candidate.affiliate,
                "campaign": candidate.campaign,
                "link": candidate.link,
                "flags": [flag.value for flag in candidate.flags] or None,
            }.items()
            if value is not None
        }
        for candidate in candidates
    ]


def _row(customer: Customer, decision: Decision) -> dict[str, Any]:
    winner = decision.winner
    if winner is None:
        raise ValueError("nobody won")
    return {
        "customer": customer.id,
        "affiliate": winner.affiliate,
        "campaign": winner.campaign,
        "link": winner.link,
        "rule": RULES[winner.source].value,
        "evidence": customer.evidence[winner.evidence] if customer.evidence else {},
        "candidates": as_json(decision.candidates),
        "flags": sorted({flag.value for candidate in decision.candidates for flag in candidate.flags}),
    }
