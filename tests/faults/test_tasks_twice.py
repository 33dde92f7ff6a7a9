"""Every task, run twice or twice at once, has the effect of running it once (I3)."""

import json
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from affiliates import services as affiliates
from attribution.models import AffiliateDay, Attribution, CustomerDay, Touched
from attribution.services import drain as drain_attribution
from brands.services import create_brand
from commissions import services as commissions
from commissions.models import CarryState, Line, Qualification
from ingestion.dialects import push
from ingestion.models import FxRate, IdempotencyKey, NewRates, Outbox
from ingestion.rates import fetching
from ingestion.services import receive
from track360.celery import app
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db(transaction=True)

app.loader.import_default_modules()
TASKS = sorted(name for name in app.tasks if not name.startswith("celery."))
# The heartbeat writes to the cache and nowhere else.
WITHOUT_ROWS = {"track360.heartbeat"}

# What a task may change, told without numbers that every brand has its own of.
LOOKED_AT = {
    Attribution: ("customer__key", "affiliate__code", "rule", "holds_from"),
    CustomerDay: ("customer__key", "day", "kpi", "product", "currency", "amount", "records", "positives"),
    AffiliateDay: ("affiliate__code", "campaign__code", "day", "kpi", "product", "currency", "amount", "records"),
    Touched: ("affiliate__code", "customer__key", "from_day"),
    Line: ("affiliate__code", "period", "source_period", "component__name", "customer__key", "amount", "state"),
    Qualification: ("affiliate__code", "customer__key", "component__name", "state", "qualified_on"),
    CarryState: ("affiliate__code", "component", "period", "state"),
    Outbox: ("records",),
    FxRate: ("day", "base", "quote", "rate", "source"),
    IdempotencyKey: ("key",),
}


class Work:
    """A brand in which every task finds something to do."""

    made = 0

    def __init__(self) -> None:
        Work.made += 1
        self.now = timezone.now()
        self.brand = create_brand(slug=f"brand-{Work.made}", name="Brand", vertical="igaming", by="test", now=self.now)
        with tenant(self.brand.id):
            self._terms(self._affiliate("a1"))
            self._receive(push.CUSTOMERS, {"customerId": "c1", "regtime": "2026-03-01", "affiliate_id": "a1"})
            self._receive(push.CUSTOMERS, {"customerId": "c2", "regtime": "2026-03-02", "affiliate_id": "a2"})
            self._receive(push.ACTIVITIES, _deposit("d0", "c2", "40"))
        drain_attribution(brand_id=self.brand.id, now=self.now)
        with tenant(self.brand.id):
            self._affiliate("a2")
            self._receive(push.ACTIVITIES, _deposit("d1", "c1"), _deposit("d2", "c2"), _deposit("d3", "c3"))
            self._receive(push.ACTIVITIES, _deposit("d1", "c1", "70"))
            self._remember_an_old_answer()

    def state(self) -> dict[str, list[str]]:
        """Return every row that a task may change. Marking somebody twice is marking him."""
        with tenant(self.brand.id):
            rows = {
                model.__name__: sorted(map(str, model.objects.filter(brand=self.brand).values_list(*columns)))
                for model, columns in LOOKED_AT.items()
            }
            rows["NewRates"] = [str(NewRates.objects.filter(brand=self.brand).count())]
        rows["Touched"] = sorted(set(rows["Touched"]))
        return rows

    def _affiliate(self, code):
        return affiliates.create_affiliate(brand=self.brand, code=code, name=code, by="test", now=self.now)

    def _terms(self, affiliate) -> None:
        plan = commissions.create_plan(brand=self.brand, name="P", currency="EUR", by="test", now=self.now)
        bounty = commissions.StatedComponent("Bounty", "cpa", {"trigger": "first_deposit", "amount": "100.00"})
        begins = date(2026, 1, 1)
        commissions.add_version(plan=plan, effective_from=begins, components=[bounty], by="test", now=self.now)
        commissions.create_deal(affiliate=affiliate, plan=plan, starts_on=begins, by="test", now=self.now)

    def _receive(self, dialect, *records) -> None:
        receive(dialect=dialect, brand=self.brand, body=json.dumps(records).encode(), received_at=self.now)

    def _remember_an_old_answer(self) -> None:
        IdempotencyKey.objects.create(
            brand=self.brand,
            method="POST",
            path="/tracking/events/activities",
            key="old",
            body_sha256=b"",
            status=200,
            answer="{}",
            created_at=self.now - timedelta(days=9),
        )


def _deposit(event_id, customer, value="50"):
    record = {"eventname": "Deposit", "eventid": event_id, "createtime": "2026-03-05", "customerid": customer}
    return record | {"Value": value, "Currency": "EUR"}


def run(name, work) -> Callable[[], None]:
    """Return the task as a message would start it."""
    task = app.tasks[name]
    given = {"brand": work.brand.id} if name.endswith((".follow_up", ".resolve_again", ".fetch_rates")) else {}

    def once():
        task(**given, unknown_argument="of a later version")

    return once


def at_once(*works):
    failures = []
    start = threading.Barrier(len(works))

    def one(work):
        try:
            start.wait(10)
            work()
        except Exception as error:  # noqa: BLE001 - the test shows it
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def prepared(name):
    """Work for a task; commissions begin when attribution has done its part."""
    work = Work()
    if name.startswith("commissions."):
        drain_attribution(brand_id=work.brand.id, now=work.now)
    return work


def test_all_tasks_are_known():
    assert {"attribution.follow_up", "attribution.sweep", "commissions.follow_up", "commissions.sweep"} < set(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_run_twice_or_twice_at_once_has_one_effect(name, monkeypatch, valkey):
    monkeypatch.setattr(fetching, "_fetched", lambda **_: [])  # no network; seeding a brand's history is effect enough
    one = prepared(name)
    untouched = one.state()

    run(name, one)()
    once = one.state()
    run(name, one)()
    twice = one.state()
    other = prepared(name)
    at_once(run(name, other), run(name, other))

    assert (once != untouched) is (name not in WITHOUT_ROWS)
    assert twice == once
    assert other.state() == once
