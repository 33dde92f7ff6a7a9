"""Any history of facts, configuration and closes, followed up at any moments: incremental equals from scratch (I2, I8),
and the order of sending decides nothing (I1)."""

import itertools
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affiliates.services import set_status
from attribution.services import AlreadyHis, TransferRefused, resolve_again, transfer
from commissions import services
from commissions.engine.terms import TermsRefused
from commissions.models import Deal
from ingestion.models import Customer
from tests.commissions.conftest import Business, day_of, deposit, registered

DAYS = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(0, 110, 3)]
KEYS = ["c1", "c2", "c3", "c4"]
AFFILIATES = ["anna", "ben"]
COUNTER = itertools.count()

PLANS = [
    [
        {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100", "by_country": {"DE": "150"},
         "conditions": {"measure": "net_deposits", "at_least": "60"}, "within_days": 40},
        {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30", "negative": "full"},
    ],
    [
        {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "cap": {"count": 2},
         "tiers": {"metric": "qualified", "window": "lifetime", "bands": [["1", "10"], ["2", "20"]]}},
        {"name": "Share", "kind": "revshare", "base": "NGR", "netting": "customer", "negative": {"expiring": 2},
         "tiers": {"metric": "first_deposits", "window": "previous_period", "bands": [["0", "0.1"], ["1", "0.2"]]}},
    ],
    [
        {"name": "Lead", "kind": "cpa", "trigger": "registration", "amount": "5", "cap": {"amount": "12"}},
        {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "percent": "25", "anchor": "activity"},
        {"name": "Share", "kind": "revshare", "base": "NGR", "months": 1, "ring_fence": "40",
         "negative": {"capped": "50"},
         "tiers": {"metric": "active_customers", "bands": [["0", "0.1"], ["2", "0.2"]]}},
    ],
    [
        {"name": "Share", "kind": "revshare", "base": "NGR", "anchor": "registration", "products": ["Casino", "none"],
         "rate": "0.25", "negative": "full", "carry": "commission"},
    ],
    [{"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100", "within_days": 10}],
    [{"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "70", "anchor": "activity"}],
]  # fmt: skip

# --- what may happen ------------------------------------------------------------------------------------------------

keys, days, amounts = st.sampled_from(KEYS), st.sampled_from(DAYS).map(str), st.integers(-60, 120).map(str)
facts = st.one_of(
    st.builds(
        lambda key, event_id, value, day, status, currency: deposit(
            key, event_id, str(value), day, status=status, Currency=currency
        ),
        keys,
        st.sampled_from(["d1", "d2", "d3", "d4", "d5"]),
        st.integers(1, 120),
        days,
        st.sampled_from(["approved", "approved", "approved", "reversed"]),
        st.sampled_from(["EUR", "EUR", "USD"]),
    ).map(lambda record: {**record, "eventid": f"{record['customerid']}-{record['eventid']}"}),
    st.builds(
        lambda key, day, ngr, bets, product: day_of(key, day, NGR=ngr, Bets=bets, **product),
        keys,
        days,
        amounts,
        st.sampled_from(["0", "10"]),
        st.sampled_from([{}, {"product": "Casino"}, {"product": "Sports"}]),
    ),
)
reports = st.builds(
    lambda key, day, affiliate, country: {**registered(key, day, affiliate_id=affiliate), "country": country},
    keys,
    days,
    st.sampled_from(AFFILIATES),
    st.sampled_from(["DE", "FR"]),
)
steps = st.one_of(
    st.tuples(st.just("activities"), st.lists(facts, min_size=1, max_size=4)),
    st.tuples(st.just("activities"), st.lists(facts, min_size=1, max_size=4)),
    st.tuples(st.just("customers"), st.lists(reports, min_size=1, max_size=2)),
    st.tuples(st.just("settle"), st.none()),
    st.tuples(st.just("close"), st.none()),
    st.tuples(st.just("exclude"), st.tuples(keys, st.sampled_from(["fraud", "self_excluded"]), days)),
    st.tuples(st.just("transfer"), st.tuples(keys, st.sampled_from(AFFILIATES), days)),
    st.tuples(st.just("rate"), st.tuples(days, st.sampled_from(["1.1", "1.2"]))),
    st.tuples(st.just("status"), st.tuples(st.sampled_from(AFFILIATES), st.sampled_from(["active", "blocked"]), days)),
    st.tuples(st.just("version"), st.tuples(st.sampled_from(PLANS), days, st.sampled_from(["all", "new_customers"]))),
    st.tuples(st.just("deal"), st.tuples(st.sampled_from(AFFILIATES), days)),
)


class History:
    """One brand through the steps."""

    def __init__(self, components: list[dict]) -> None:
        self.business = Business(f"brand-{next(COUNTER)}")
        self.business.now = datetime(2026, 4, 20, 12, tzinfo=UTC)
        self.affiliates = {code: self.business.affiliate(code) for code in AFFILIATES}
        self.plan = self.business.plan(*components)
        for affiliate in self.affiliates.values():
            self.business.deal(affiliate, self.plan)
        self.open_months = ["2026-01", "2026-02", "2026-03"]
        self.posted: list[tuple] = []

    def take(self, name: str, what) -> None:
        getattr(self, name)(what)

    def activities(self, records) -> None:
        self.business.activities(*records)

    def customers(self, records) -> None:
        self.business.customers(*records)

    def settle(self, _) -> None:
        self.business.follow_up()

    def close(self, _) -> None:
        """Close the earliest month; what was posted before must not change by it."""
        if self.open_months:
            with suppress(services.PeriodOutOfOrder):
                self.business.close(self.open_months[0])
                self.open_months.pop(0)
            assert set(self.posted) <= set(self.business.entries())
            self.posted = self.business.entries()

    def exclude(self, what) -> None:
        key, reason, day = what
        with suppress(services.AlreadyExcluded, Customer.DoesNotExist):
            self.business.exclude(key, reason, date.fromisoformat(day))

    def transfer(self, what) -> None:
        key, code, day = what
        with suppress(AlreadyHis, TransferRefused, Customer.DoesNotExist), self.business.open() as brand:
            transfer(
                brand=brand,
                customer=self.business.customer(key),
                to=self.affiliates[code],
                from_day=date.fromisoformat(day),
                by="test",
                reason="agreed",
                now=self.business.now,
            )

    def rate(self, what) -> None:
        day, rate = what
        self.business.rates((day, "EUR", "USD", rate))

    def status(self, what) -> None:
        code, status, day = what
        with self.business.open():
            set_status(
                affiliate=self.affiliates[code],
                status=status,
                from_day=date.fromisoformat(day),
                by="test",
                now=self.business.now,
            )
        resolve_again(brand_id=self.business.brand.id, now=self.business.now)

    def version(self, what) -> None:
        components, day, applies_to = what
        with suppress(TermsRefused):
            self.business.version(self.plan, *components, effective_from=date.fromisoformat(day), applies_to=applies_to)

    def deal(self, what) -> None:
        code, day = what
        with self.business.open() as brand:
            deal = Deal.objects.get(brand=brand, affiliate=self.affiliates[code])
            services.change_deal(
                deal=deal,
                plan=deal.plan,
                starts_on=date.fromisoformat(day),
                ends_on=None,
                by="test",
                now=self.business.now,
            )


usual = settings(max_examples=settings().max_examples // 2, suppress_health_check=list(HealthCheck))


@pytest.mark.django_db(transaction=True)
@usual
@given(st.sampled_from(PLANS), st.lists(reports, max_size=4), st.lists(steps, min_size=3, max_size=14))
def test_any_history_ends_in_what_computing_from_scratch_gives(components, customers, history):
    ours = History(components)
    if customers:
        ours.customers(customers)
    for name, what in history:
        ours.take(name, what)
    ours.settle(None)

    assert ours.business.doubts() == []
    assert set(ours.posted) <= set(ours.business.entries())


@pytest.mark.django_db(transaction=True)
@usual
@given(st.sampled_from(PLANS), st.lists(reports, min_size=1, max_size=4), st.lists(steps, min_size=3, max_size=14))
def test_closing_decides_where_amounts_are_posted_and_never_how_much(components, customers, history):
    closing, open_ended = History(components), History(components)
    for ours in (closing, open_ended):
        ours.customers(customers)
        for name, what in history:
            # Closing follows up what waits; that alone may decide whose a customer is before somebody transfers him.
            ours.take("settle" if name == "close" and ours is open_ended else name, what)
        ours.settle(None)

    assert by_source(closing.business) == by_source(open_ended.business)


def by_source(business) -> dict[tuple, Decimal]:
    sums: dict[tuple, Decimal] = {}
    for affiliate, _, source, component, customer, amount, _ in business.lines():
        key = (affiliate, source, component, customer)
        sums[key] = sums.get(key, Decimal(0)) + Decimal(amount)
    return {key: amount for key, amount in sums.items() if amount}


def in_another_order(records: list[tuple[str, dict]], random) -> list[tuple[str, dict]]:
    """Shuffle records, but keep the versions of one activity and the reports of one customer in order."""
    queues: dict[tuple, list] = {}
    for name, record in records:
        what = (name, record.get("customerId")) if name == "customers" else _identity(record)
        queues.setdefault(what, []).append((name, record))
    slots = [what for what, queue in queues.items() for _ in queue]
    random.shuffle(slots)
    return [queues[what].pop(0) for what in slots]


def _identity(record: dict) -> tuple:
    if "eventid" in record:
        return ("activities", record["eventname"], record["eventid"])
    same = ("eventname", "customerid", "createtime", "product", "Currency")
    return ("activities", *(record.get(part) for part in same))


@pytest.mark.django_db(transaction=True)
@usual
@given(
    st.sampled_from(PLANS),
    st.lists(reports, min_size=1, max_size=5),
    st.lists(facts, min_size=2, max_size=14),
    st.randoms(use_true_random=False),
)
def test_order_batches_and_repetition_of_what_is_sent_decide_nothing(components, customers, activities, random):
    sent = [("customers", record) for record in customers] + [("activities", record) for record in activities]
    one, other = History(components), History(components)
    one.rate(("2026-01-01", "1.1"))
    for name, record in sent:
        one.take(name, [record])
    one.settle(None)

    for name, batch in itertools.groupby(in_another_order(sent, random), key=lambda pair: pair[0]):
        other.take(name, [record for _, record in batch])
        if random.random() < 0.3:
            other.settle(None)
    other.rate(("2026-01-01", "1.1"))
    other.settle(None)
    latest = {_identity(record): record for name, record in sent if name == "activities"}
    for record in latest.values():
        other.activities([record])
    other.settle(None)

    assert other.business.lines() == one.business.lines()
    assert other.business.standings() == one.business.standings()
