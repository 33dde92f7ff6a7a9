"""Whose one customer is and why, and which customers are nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from affiliates.models import Affiliate, Campaign
from attribution.models import Attribution, CustomerDay
from attribution.queries.directory import directory_of, evidence_of, registration_of
from attribution.rules.decision import Candidate, Decision, Reason, decide
from brands.models import Brand
from ingestion.models import Customer

COUNTED_BEGINNINGS = ("Registrations", "FirstDeposits")


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a customer is from a day on (None: from the beginning) until the next row's day."""

    holds_from: date | None
    affiliate: Affiliate
    campaign: Campaign | None
    rule: str
    is_unsigned: bool
    decided_at: datetime
    decided_by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerAttribution:
    """Whose a customer is and was, what was said about it, and what each of it would say today.

    `candidates` are judged under the present directory; `decided` are those of the decision that holds, as it saw them.
    `contradicted` tells that the brand later named another affiliate, which moves nothing (wire.md, Attribution).
    """

    ownerships: tuple[Ownership, ...]
    superseded: tuple[Attribution, ...]
    decided: tuple[dict[str, object], ...]
    candidates: tuple[Candidate, ...]
    contradicted: bool


def attribution_of(*, brand: Brand, customer: Customer) -> CustomerAttribution:
    """Return whose a customer is, with every candidate and its reason."""
    rows = list(
        Attribution.objects.filter(brand_id=brand.id, customer=customer)
        .select_related("affiliate", "campaign", "decided_by")
        .order_by(F("holds_from").asc(nulls_first=True), "id")
    )
    live = [row for row in rows if row.superseded_at is None]
    first = next((row for row in live if row.holds_from is None), None)
    today = decisions_for(brand=brand, customers=[customer]).get(customer.id, Decision(None))
    resolving = {c.affiliate for c in today.candidates if c.reason in (Reason.WON, Reason.OUTRANKED)}
    said = {c.affiliate for c in today.candidates if c.affiliate in resolving and c.source != "default_affiliate"}
    return CustomerAttribution(
        ownerships=tuple(
            Ownership(
                holds_from=row.holds_from,
                affiliate=row.affiliate,
                campaign=row.campaign,
                rule=row.rule,
                is_unsigned=row.is_unsigned,
                decided_at=row.decided_at,
                decided_by=row.decided_by.email if row.decided_by else None,
                reason=row.reason,
            )
            for row in live
        ),
        superseded=tuple(row for row in rows if row.superseded_at is not None),
        decided=tuple(first.candidates) if first else (),
        candidates=today.candidates,
        contradicted=first is not None and bool(said - {first.affiliate_id}),
    )


def owner_on(*, brand_id: int, customer_id: int, day: date) -> Attribution | None:
    """Return the decision that says whose a customer is on a day, or None where he is nobody's."""
    return (
        Attribution.objects.filter(brand_id=brand_id, customer_id=customer_id, superseded_at__isnull=True)
        .filter(Q(holds_from__isnull=True) | Q(holds_from__lte=day))
        .select_related("affiliate", "campaign")
        .order_by(F("holds_from").desc(nulls_last=True))
        .first()
    )


def unattributed_customers(*, brand_id: int) -> QuerySet[Customer]:
    """Return the reported customers who are nobody's."""
    decided = Attribution.objects.filter(brand_id=brand_id, customer_id=OuterRef("id"), superseded_at__isnull=True)
    return Customer.objects.filter(brand_id=brand_id, reported_at__isnull=False).exclude(Exists(decided))


def decisions_for(
    *, brand: Brand, customers: Sequence[Customer], first_days: dict[int, date] | None = None
) -> dict[int, Decision]:
    """Return what would be decided today about these reported customers, by their number.

    `first_days` are days of facts that are not yet summed, for customers without a registration time.
    """
    reported = [customer for customer in customers if customer.reported_at is not None]
    days = _first_days(brand.id, [c.id for c in reported if c.registered_at is None])
    for number, day in (first_days or {}).items():
        days[number] = min(day, days.get(number, day))
    evidence = {customer.id: evidence_of(customer.evidence) for customer in reported}
    known = directory_of(brand=brand, evidence=evidence.values())
    return {
        customer.id: decide(
            directory=known,
            evidence=evidence[customer.id],
            registration=registration_of(
                brand=brand,
                registered_at=customer.registered_at,
                registered_on=customer.registered_on,
                first_day=days.get(customer.id),
                reported_at=customer.reported_at,
            ),
        )
        for customer in reported
        if customer.reported_at is not None
    }


def _first_days(brand_id: int, customers: list[int]) -> dict[int, date]:
    if not customers:
        return {}
    return dict(
        CustomerDay.objects.filter(brand_id=brand_id, customer_id__in=customers)
        .exclude(kpi__in=COUNTED_BEGINNINGS)
        .values_list("customer_id")
        .annotate(Min("day"))
    )
