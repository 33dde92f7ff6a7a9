"""Facts that count for nothing, because their currency has no rate on their day (commissions.md 2, no_fx_rate)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, Sum

from attribution.models import AffiliateDay
from brands.models import Brand
from commissions.engine import coarse
from commissions.models import Deal, Plan
from commissions.queries.conversions import Conversions
from commissions.queries.terms import terms_of


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
        if plan.id not in terms:
            continue
        kpis = coarse.kpis_looked_at(terms[plan.id])
        sums = AffiliateDay.objects.filter(
            brand=brand, affiliate__isnull=False, kpi__in=kpis, currency__in=conversions.currencies
        ).exclude(currency=plan.currency)
        if not plan.is_default:
            sums = sums.filter(affiliate_id__in=Deal.objects.filter(brand=brand, plan=plan).values("affiliate_id"))
        days = sums.aggregate(first=Min("day"), last=Max("day"))
        if days["first"] is None:
            continue
        table = conversions.table(quote=plan.currency, first=days["first"], last=days["last"])
        known = {(currency, day) for currency, day, _ in table.rows}
        missing += [
            NoRate(plan.name, currency, plan.currency, day, records)
            for currency, day, records in sums.values_list("currency", "day")
            .annotate(Sum("records"))
            .order_by("day", "currency")
            if (currency, day) not in known
        ]
    return missing
