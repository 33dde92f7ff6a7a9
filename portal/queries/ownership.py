"""On which days a customer was the affiliate's: what a page may show of him, and what not."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from affiliates.models import Affiliate
from attribution.models import Attribution
from brands.models import Brand
from ingestion.models import Customer


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `first` (None: the beginning) to the one before `until` (None: still) he was the affiliate's."""

    first: date | None
    until: date | None
    rule: str
    campaign: str
    is_unsigned: bool

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the window."""
        return (self.first is None or self.first <= day) and (self.until is None or day < self.until)

    def days_of(self, customer_id: int) -> Q:
        """Give the condition for the customer's days in the window."""
        days = Q(customer_id=customer_id)
        if self.first is not None:
            days &= Q(day__gte=self.first)
        if self.until is not None:
            days &= Q(day__lt=self.until)
        return days


def customers_of(*, brand: Brand, affiliate: Affiliate) -> QuerySet[Customer]:
    """Give the customers that are, or once were, the affiliate's."""
    decisions = Attribution.objects.filter(brand=brand, affiliate=affiliate, superseded_at__isnull=True)
    return Customer.objects.filter(brand=brand, reported_at__isnull=False, pk__in=decisions.values("customer_id"))


def windows(*, brand: Brand, affiliate: Affiliate, customers: Collection[int]) -> Mapping[int, tuple[Window, ...]]:
    """Find the affiliate's windows of each of these customers, in order of time; a customer without one is absent."""
    decisions = Attribution.objects.filter(
        brand=brand, customer_id__in=customers, superseded_at__isnull=True
    ).select_related("campaign")
    by_customer: dict[int, list[Attribution]] = defaultdict(list)
    for decision in decisions:
        by_customer[decision.customer_id].append(decision)
    found: dict[int, tuple[Window, ...]] = {}
    for customer_id, chain in by_customer.items():
        chain.sort(key=lambda decision: decision.holds_from or date.min)
        ends = [later.holds_from for later in chain[1:]] + [None]
        own = tuple(
            Window(
                first=decision.holds_from,
                until=until,
                rule=decision.get_rule_display(),
                campaign=decision.campaign.name if decision.campaign else "",
                is_unsigned=decision.is_unsigned,
            )
            for decision, until in zip(chain, ends, strict=True)
            if decision.affiliate_id == affiliate.pk
        )
        if own:
            found[customer_id] = own
    return found


def owned_days(found: Mapping[int, tuple[Window, ...]]) -> Q:
    """Give the condition for all days that the affiliate may see: whole customers by number, moved ones by window."""
    whole = [customer for customer, own in found.items() if own[0].first is None and own[0].until is None]
    days = Q(customer_id__in=whole)
    for customer, own in found.items():
        if customer not in whole:
            for window in own:
                days |= window.days_of(customer)
    return days
