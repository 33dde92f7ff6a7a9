"""Facts that count for nothing, because their currency has no rate on their day (commissions.md 2, no_fx_rate)."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Sum

from affiliates.models import Affiliate
from attribution.models import AffiliateDay
from brands.models import Brand
from commissions.engine import coarse
from commissions.engine.plan import Anchor
from commissions.engine.plan import Plan as Terms
from commissions.engine.seeing import share_kpis
from commissions.models import Deal, Plan
from commissions.queries.conversions import Conversions
from commissions.queries.scopes import array
from commissions.queries.terms import terms_of

# What is not in the sums of these affiliates though terms of theirs look at it: days on which their customers were
# nobody's or another's. Only who changed hands has any; the first attribution holds from the beginning.
_ELSEWHERE = """
    WITH span AS MATERIALIZED (
        SELECT customer_id, affiliate_id = ANY(%(affiliates)s::bigint[]) AS is_own,
               coalesce(holds_from, '-infinity') AS since,
               lead(coalesce(holds_from, '-infinity'), 1, 'infinity')
                   OVER (PARTITION BY customer_id ORDER BY coalesce(holds_from, '-infinity')) AS until
        FROM attribution_attribution
        WHERE brand_id = %(brand)s AND superseded_at IS NULL AND customer_id IN (
            SELECT customer_id FROM attribution_attribution
            WHERE brand_id = %(brand)s AND superseded_at IS NULL AND holds_from IS NOT NULL
        )
    )
    SELECT d.currency, d.day, sum(d.records)
    FROM (SELECT DISTINCT customer_id FROM span WHERE is_own) moved
    CROSS JOIN LATERAL (
        SELECT currency, day, records FROM attribution_customerday
        WHERE brand_id = %(brand)s AND customer_id = moved.customer_id AND kpi = ANY(%(kpis)s::text[])
          AND currency = ANY(%(foreign)s::text[])
        OFFSET 0
    ) d
    WHERE NOT EXISTS (
        SELECT FROM span
        WHERE span.customer_id = moved.customer_id AND is_own AND d.day >= since AND d.day < until
    )
    GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class NoRate:
    """Facts of one currency and day that a plan looks at and leaves out until a rate is entered."""

    plan: str
    currency: str
    into: str
    day: date
    records: int


def missing_rates(*, brand: Brand) -> list[NoRate]:
    """Return, by plan and day, what commissions leave out."""
    plans = list(Plan.objects.filter(brand=brand).order_by("name"))
    terms, conversions = terms_of(brand_id=brand.id, plans=plans), Conversions(brand_id=brand.id)
    missing: list[NoRate] = []
    for plan in plans:
        foreign = [currency for currency in conversions.currencies if currency != plan.currency]
        if plan.id not in terms or not foreign:
            continue
        used = _looked_at(brand, plan, terms[plan.id], foreign)
        known = conversions.of(quote=plan.currency, used=used)
        missing += [
            NoRate(plan.name, currency, plan.currency, day, records)
            for (currency, day), records in sorted(used.items(), key=lambda one: (one[0][1], one[0][0]))
            if (currency, day) not in known
        ]
    return missing


def _looked_at(brand: Brand, plan: Plan, terms: Terms, foreign: Collection[str]) -> Counter[tuple[str, date]]:
    """Count the foreign facts that a plan looks at, by currency and day."""
    if plan.is_default:
        affiliates = set(Affiliate.objects.filter(brand=brand).values_list("id", flat=True))
    else:
        affiliates = set(Deal.objects.filter(brand=brand, plan=plan).values_list("affiliate_id", flat=True))
    sums = AffiliateDay.objects.filter(
        brand=brand, affiliate_id__in=affiliates, kpi__in=coarse.kpis_looked_at(terms), currency__in=foreign
    )
    used: Counter[tuple[str, date]] = Counter()
    for currency, day, records in sums.values_list("currency", "day").annotate(Sum("records")):
        used[currency, day] += records
    followed = _kpis_followed(terms)
    if followed and affiliates:
        with connection.cursor() as cursor:
            cursor.execute(
                _ELSEWHERE,
                {
                    "brand": brand.id,
                    "affiliates": array(sorted(affiliates)),
                    "kpis": sorted(followed),
                    "foreign": list(foreign),
                },
            )
            for currency, day, records in cursor.fetchall():
                used[currency, day] += int(records)
    return used


def _kpis_followed(terms: Terms) -> frozenset[str]:
    """Name the KPIs that are looked at on days of any owner: by cpas, and by shares that go by the registration."""
    shared = (share for share in coarse.shares(terms) if share.anchor is Anchor.REGISTRATION)
    return (
        coarse.kpis_judged(terms)
        | coarse.kpis_triggering(terms)
        | frozenset(kpi for share in shared for kpi in share_kpis(terms.versions, share))
    )
