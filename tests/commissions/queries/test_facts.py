"""What the database sums is what the engine says may be summed."""

from datetime import date

import pytest

from attribution.services import transfer
from commissions.engine import coarse
from commissions.engine.book import Book, Fact
from commissions.queries.candidates import customers_of
from commissions.queries.conversions import Conversions
from commissions.queries.exclusions import exclusions_under
from commissions.queries.facts import shared_facts
from commissions.queries.scopes import Scope
from commissions.queries.terms import deals_of, default_plan_of, earning_days_of, terms_of
from ingestion.models import Activity
from tests.commissions.conftest import day_of, registered
from tests.commissions.engine.coarsening import coarsened
from track360.lib.periods import Period

FIRST, LAST = Period(2026, 1), Period(2026, 3)


def raw_facts(brand):
    """Every approved fact by itself."""
    for activity in Activity.objects.filter(brand=brand, state="live", status="approved"):
        for kpi, amount in zip(activity.kpis, activity.amounts, strict=True):
            yield Fact(activity.customer_id, activity.day, kpi, amount, int(amount > 0), activity.product)


def by_value(facts):
    return sorted((f.customer or 0, f.day, f.kpi, f.product, f.campaign or 0, f.amount, f.positives) for f in facts)


@pytest.mark.parametrize(
    "share",
    [
        {"rate": "0.30"},
        {"rate": "0.30", "products": ["Casino", "none"]},
        {"rate": "0.30", "netting": "customer"},
        {"rate": "0.30", "ring_fence": "10", "products": ["Casino"]},
        {"rate": "0.30", "months": 1},
        {"rate": "0.30", "anchor": "registration"},
        {"tiers": {"metric": "count:Deposit", "bands": [["0", "0.1"], ["3", "0.2"]]}},
    ],
)
def test_database_sums_as_the_engine_allows(business, anna, ben, share):
    plan = business.plan({"name": "Share", "kind": "revshare", "base": "NGR", **share})
    spring = business.campaign(anna, "spring")
    other = business.plan({"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.1"}, name="Other")
    business.deal(anna, plan)
    business.deal(anna, other, date(2026, 2, 10), campaign=spring)
    business.customers(
        registered("c1", "2026-01-05", affiliate_id="anna"),
        registered("c2", "2026-01-20", affiliate_id="anna", campaign_id="spring"),
        {**registered("c3", "2026-01-01", affiliate_id="anna"), "regtime": None},
        registered("c4", "2026-01-05", affiliate_id="ben"),
    )
    for key in ("c1", "c2", "c3", "c4"):
        for day in ("2026-01-06", "2026-01-07", "2026-02-04", "2026-02-05", "2026-02-10", "2026-02-20", "2026-03-01"):
            business.activities(day_of(key, day, NGR="10.25", Deposit="5", GGR="3"))
            business.activities(
                day_of(key, day, NGR="-4", product="Casino"), day_of(key, day, NGR="1", product="Sports")
            )
    business.settle()
    with business.open() as brand:
        transfer(brand=brand, customer=business.customer("c1"), to=ben, from_day=date(2026, 2, 10), by="test",
                 reason="agreed", now=business.now)  # fmt: skip
    business.exclude("c3", "self_excluded", date(2026, 2, 5))
    business.settle()

    with business.open() as brand:
        terms = terms_of(brand_id=brand.id, plans=[plan])[plan.id]
        deals = deals_of(brand_id=brand.id, affiliates=[anna.id])[anna.id]
        earning = earning_days_of(brand_id=brand.id, affiliates=[anna.id])[anna.id]
        customers = customers_of(brand_id=brand.id, customers=[business.customer(key).id for key in ("c1", "c2", "c3")])
        starts = coarse.slice_starts(terms, deals, earning, FIRST, LAST)
        summed = shared_facts(
            brand_id=brand.id,
            plan=terms,
            scopes=[Scope(anna.id, FIRST, LAST)],
            starts=starts,
            rates=Conversions(brand_id=brand.id).table(quote="EUR", first=FIRST.first_day, last=LAST.last_day),
            excluded=exclusions_under(brand_id=brand.id, affiliates=[anna.id]),
        )[anna.id]
        book = Book(
            affiliate=anna.id,
            plan=terms,
            default_plan=default_plan_of(brand_id=brand.id),
            deals=deals,
            earning=earning,
            first=FIRST,
            last=LAST,
            customers=tuple(customers.values()),
            facts=tuple(fact for fact in raw_facts(brand) if fact.customer in customers),
        )
        wanted = coarsened(book).facts

    own_days_only = share.get("anchor") != "registration"
    if coarse.needs_customers(terms) and own_days_only:
        moved = business.customer("c1").id
        wanted = [fact for fact in wanted if fact.customer != moved or fact.day < date(2026, 2, 10)]
    assert by_value(summed) == by_value(wanted)
