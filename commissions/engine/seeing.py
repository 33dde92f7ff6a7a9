"""Which facts a revenue share sees, under which version (commissions.md 3, 4 exclusions, 6 and 12)."""

from collections.abc import Sequence
from datetime import date

from commissions.engine import profile
from commissions.engine.book import Book, Customer, Fact
from commissions.engine.placing import Placing, excluded_from, share_ends_on
from commissions.engine.plan import NO_PRODUCT, Anchor, Metric, MetricName, RevShare, Tiers, Version
from ingestion.rules.names import fold
from track360.lib.periods import Period

Seen = dict[tuple[Period, int, str], list[Fact]]


def seen_by_shares(book: Book, placing: Placing) -> Seen:
    """Sort the facts under (month, version, component) of the shares that see them; a fact may be seen by several."""
    customers = {customer.number: customer for customer in book.customers}
    shares = {
        version.number: [
            (terms, share_kpis(book.plan.versions, terms), frozenset(map(fold, terms.products)))
            for terms in version.components
            if isinstance(terms, RevShare)
        ]
        for version in book.plan.versions
    }
    used = {terms.anchor for of_version in shares.values() for terms, *_ in of_version}
    anchors = [anchor for anchor in Anchor if anchor in used]
    months: dict[date, Period] = {}
    seen: Seen = {}
    for fact in book.facts:
        if placing.earns_on(fact.day):
            customer = None if fact.customer is None else customers[fact.customer]
            for anchor in anchors:
                version = _version(fact, customer, anchor, placing)
                if version is None:
                    continue
                for terms, kpis, products in shares[version]:
                    if terms.anchor is anchor and fact.kpi in kpis and _counts(fact, customer, terms, products):
                        month = months.get(fact.day) or months.setdefault(fact.day, Period.of(fact.day))
                        seen.setdefault((month, version, terms.name), []).append(fact)
    return seen


def _version(fact: Fact, customer: Customer | None, anchor: Anchor, placing: Placing) -> int | None:
    if customer is None:
        return placing.version_of_pool(fact.campaign, fact.day) if anchor is Anchor.ACTIVITY else None
    day = fact.day if anchor is Anchor.ACTIVITY else customer.registered_on
    return None if day is None else placing.version_of(customer, day)


def _counts(fact: Fact, customer: Customer | None, terms: RevShare, products: frozenset[str]) -> bool:
    if products and fold(fact.product or NO_PRODUCT) not in products:
        return False
    if customer is None:
        return True
    excluded, ends_on = excluded_from(customer), share_ends_on(customer, terms)
    return (excluded is None or fact.day < excluded[0]) and (ends_on is None or fact.day < ends_on)


def share_metrics(versions: Sequence[Version], name: str) -> tuple[Metric, ...]:
    """Give the metrics made of facts that any version's share of this name has tiers by.

    All versions keep all of them, because the previous month's figure may be another version's.
    """
    found = {
        terms.pay.metric
        for version in versions
        for terms in version.components
        if isinstance(terms, RevShare) and terms.name == name and isinstance(terms.pay, Tiers)
    }
    return tuple(sorted(m for m in found if m.name in (MetricName.BASE, MetricName.SUM, MetricName.COUNT)))


def share_kpis(versions: Sequence[Version], terms: RevShare) -> frozenset[str]:
    """Name the KPIs a share looks at, for its base, its tiers and those of the other versions."""
    return own_kpis(terms) | {metric.kpi for metric in share_metrics(versions, terms.name) if metric.kpi}


def own_kpis(terms: RevShare) -> frozenset[str]:
    """Name the KPIs a share looks at by its own terms.

    Only a fact of these begins or settles anything: one that merely feeds another version's tiers is counted, so that
    a later version changes no month before it.
    """
    tiers_by = terms.pay.metric.kpi if isinstance(terms.pay, Tiers) else ""
    return profile.kpis(terms.base) | ({tiers_by} if tiers_by else frozenset())
