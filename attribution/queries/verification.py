"""Whether stored sums and decisions still are what records and evidence say. Empty lists are the proof."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from affiliates.models import Affiliate, Campaign, PromoCode
from attribution.models import Attribution
from attribution.models.decisions import Rule
from attribution.queries.customers import decisions_for, unattributed_customers
from attribution.queries.directory import token_keys
from attribution.rules import tokens
from brands.models import Brand
from ingestion.models import Customer
from ingestion.queries.kpis import count_kpis

LISTED = 100
CHUNK = 5_000

_COUNTED = """
WITH facts AS (
    SELECT a.customer_id, a.day, k.kpi, a.product,
           CASE WHEN k.kpi = ANY(%(counts)s::text[]) THEN '' ELSE a.currency END AS currency,
           sum(k.amount) AS amount, count(*) AS records, count(*) FILTER (WHERE k.amount > 0) AS positives
    FROM ingestion_activity a CROSS JOIN LATERAL unnest(a.kpis, a.amounts) AS k (kpi, amount)
    WHERE a.brand_id = %(brand)s AND a.state = 'live' AND a.status = 'approved'
    GROUP BY 1, 2, 3, 4, 5
),
beginnings AS (
    SELECT c.id AS customer_id, coalesce(c.registered_on, min(f.day)) AS registered_on,
           min(f.day) FILTER (WHERE f.kpi = 'Deposit' AND f.positives > 0) AS first_deposit
    FROM ingestion_customer c LEFT JOIN facts f ON f.customer_id = c.id
    WHERE c.brand_id = %(brand)s AND c.reported_at IS NOT NULL
    GROUP BY c.id, c.registered_on
),
counted AS (
    SELECT * FROM facts
    UNION ALL
    SELECT customer_id, registered_on, 'Registrations', '', '', 1, 1, 1 FROM beginnings WHERE registered_on IS NOT NULL
    UNION ALL
    SELECT customer_id, first_deposit, 'FirstDeposits', '', '', 1, 1, 1 FROM beginnings WHERE first_deposit IS NOT NULL
)
"""

_CUSTOMER_DAYS = f"""{_COUNTED}
, stored AS (SELECT * FROM attribution_customerday WHERE brand_id = %(brand)s)
SELECT customer_id, day, kpi, product, currency, s.amount, s.records, s.positives, c.amount, c.records, c.positives
FROM stored s FULL JOIN counted c USING (customer_id, day, kpi, product, currency)
WHERE (s.amount, s.records, s.positives) IS DISTINCT FROM (c.amount, c.records, c.positives)
ORDER BY customer_id, day, kpi, product, currency LIMIT %(listed)s
"""  # noqa: S608 - constants only

_AFFILIATE_DAYS = f"""{_COUNTED}
, owners AS (
    SELECT customer_id, affiliate_id, campaign_id, link_id, coalesce(holds_from, '-infinity') AS since,
           lead(coalesce(holds_from, '-infinity'), 1, 'infinity')
               OVER (PARTITION BY customer_id ORDER BY coalesce(holds_from, '-infinity')) AS until
    FROM attribution_attribution WHERE brand_id = %(brand)s AND superseded_at IS NULL
),
clicks AS (
    SELECT l.affiliate_id, l.campaign_id, l.id AS link_id, (c.clicked_at AT TIME ZONE %(zone)s)::date AS day,
           count(*) AS clicks
    FROM attribution_click c JOIN affiliates_trackinglink l ON l.brand_id = c.brand_id AND l.id = c.link_id
    WHERE c.brand_id = %(brand)s GROUP BY 1, 2, 3, 4
),
wanted AS (
    SELECT o.affiliate_id, o.campaign_id, o.link_id, c.day, c.kpi, c.product, c.currency,
           sum(c.amount) AS amount, sum(c.records) AS records, sum(c.positives) AS positives
    FROM counted c
    LEFT JOIN owners o ON o.customer_id = c.customer_id AND o.since <= c.day AND c.day < o.until
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT affiliate_id, campaign_id, link_id, day, 'Clicks', '', '', clicks, clicks, clicks FROM clicks
),
stored AS (SELECT * FROM attribution_affiliateday WHERE brand_id = %(brand)s),
compared AS (
    SELECT affiliate_id, campaign_id, link_id, day, kpi, product, currency, 1 AS sign, amount, records, positives
    FROM stored
    UNION ALL
    SELECT affiliate_id, campaign_id, link_id, day, kpi, product, currency, -1, amount, records, positives FROM wanted
)
SELECT affiliate_id, campaign_id, link_id, day, kpi, product, currency,
       sum(amount) FILTER (WHERE sign = 1), sum(records) FILTER (WHERE sign = 1),
       sum(positives) FILTER (WHERE sign = 1),
       sum(amount) FILTER (WHERE sign = -1), sum(records) FILTER (WHERE sign = -1),
       sum(positives) FILTER (WHERE sign = -1)
FROM compared
GROUP BY affiliate_id, campaign_id, link_id, day, kpi, product, currency
HAVING count(*) <> 2 OR sum(sign * amount) <> 0 OR sum(sign * records) <> 0 OR sum(sign * positives) <> 0
ORDER BY 1, 4, 5 LIMIT %(listed)s
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that a fresh count or a fresh look does not confirm."""

    table: str
    row: str
    stored: str
    counted: str


def differences(*, brand: Brand) -> list[Difference]:
    """Compare the brand's sums and decisions with its records; at most LISTED of each kind.

    Waiting deliveries are differences, so drain first. Reads every record of the brand.
    """
    return [
        *_sums("CustomerDay", _CUSTOMER_DAYS, brand, keys=5),
        *_sums("AffiliateDay", _AFFILIATE_DAYS, brand, keys=7),
        *_first(_unsupported(brand)),
        *_first(_resolvable(brand)),
    ]


def _sums(table: str, statement: str, brand: Brand, *, keys: int) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # everything is joined with everything: by hashes
        cursor.execute(
            statement,
            {"brand": brand.id, "counts": count_kpis(brand=brand), "zone": brand.timezone, "listed": LISTED},
        )
        rows = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
        for row in rows:
            yield Difference(
                table=table,
                row=" · ".join("—" if part is None else str(part) for part in row[:keys]),
                stored=_figures(row[keys : keys + 3]),
                counted=_figures(row[keys + 3 :]),
            )


def _figures(figures: Sequence[Any]) -> str:
    return "nothing" if figures[0] is None else "{} in {} records, {} above 0".format(*figures)


def _first(found: Iterable[Difference]) -> list[Difference]:
    return [difference for difference, _ in zip(found, range(LISTED), strict=False)]


def _unsupported(brand: Brand) -> Iterator[Difference]:
    """Find decisions that the customer's evidence does not speak for."""
    keys = token_keys(brand_id=brand.id)
    affiliates = dict(Affiliate.objects.filter(brand_id=brand.id).values_list("id", "code"))
    campaigns = dict(Campaign.objects.filter(brand_id=brand.id).values_list("id", "code"))
    promo_codes = set(PromoCode.objects.filter(brand_id=brand.id).values_list("folded", "affiliate_id"))
    decisions = (
        Attribution.objects.filter(brand_id=brand.id, superseded_at__isnull=True)
        .exclude(rule=Rule.TRANSFER)
        .select_related("customer")
    )
    for decision in decisions.iterator(chunk_size=CHUNK):
        said = decision.evidence
        names = {affiliates[decision.affiliate_id], campaigns.get(decision.campaign_id or 0)} - {None}
        match decision.rule:
            case Rule.TOKEN:
                values = (said.get("tracking_data"), said.get("click_id"))
                read = [tokens.verify(keys=keys, value=value) for value in values if value is not None]
                supported = decision.link_id in {token.link for token in read if token is not None}
            case Rule.EXPLICIT:
                supported = bool(names & {said.get("affiliate_id"), said.get("campaign_id")})
            case Rule.PROMO_CODE:
                supported = (str(said.get("promo_code")).casefold(), decision.affiliate_id) in promo_codes
            case Rule.PATTERN:
                supported = any(name in str(said.get("tracking_data")) for name in names if name)
            case _:
                supported = True
        if not supported or (said and said not in decision.customer.evidence):
            yield Difference("Attribution", decision.customer.key, f"{decision.rule}: {said}", "no such evidence")


def _resolvable(brand: Brand) -> Iterator[Difference]:
    """Find unattributed customers who would be somebody's if they were looked at now."""
    waiting: list[Customer] = []
    for customer in unattributed_customers(brand_id=brand.id).order_by("id").iterator(chunk_size=CHUNK):
        waiting.append(customer)
        if len(waiting) == CHUNK:
            yield from _resolved(brand, waiting)
            waiting = []
    yield from _resolved(brand, waiting)


def _resolved(brand: Brand, customers: Sequence[Customer]) -> Iterator[Difference]:
    decisions = decisions_for(brand=brand, customers=customers)
    for customer in customers:
        winner = decisions[customer.id].winner
        if winner is not None:
            yield Difference("Attribution", customer.key, "unattributed", f"{winner.source}: {winner.value}")
