"""Comparing with what is computed from scratch."""

from datetime import date

import pytest
from django.db import connection

from commissions.models import CarryState, Line, Qualification
from commissions.services import verifying
from tests.commissions.conftest import day_of, deposit, registered

SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30"}
CARRIED = {"name": "Carried", "kind": "revshare", "base": "GGR", "rate": "0.30", "negative": "full"}
CPA = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100", "within_days": 30}


def test_comparing_locks_nobody_out(business, anna):
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"))
    business.settle()

    with business.open() as brand, connection.cursor() as cursor:
        found = verifying.differences(brand=brand, now=business.now)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        locks = cursor.fetchone()[0]

    assert (found, locks) == ([], 0)


def change(model, **fields):
    return lambda: model.objects.filter(**fields.pop("of")).update(**fields)


def remove(model, **of):
    return lambda: model.objects.filter(**of).delete()


def repeat(model, of, **fields):
    def store():
        row = model.objects.get(**of)
        row.pk = None
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(force_insert=True)

    return store


QUALIFIED, BOUNTY, SHARED = {"state": "qualified"}, {"component__name": "Bounty"}, {"component__name": "Share"}
MARCH = {"component": "Carried", "period": "2026-03"}


@pytest.mark.parametrize(
    ("tamper", "table", "stored", "wanted"),
    [
        (change(Qualification, of=QUALIFIED, qualified_on=date(2026, 3, 11)), "Qualification",
         "qualified_on: 2026-03-11", "qualified_on: 2026-03-12"),
        (change(Qualification, of=QUALIFIED, is_earning=False), "Qualification", "is_earning: False",
         "is_earning: True"),
        (change(Qualification, of={"state": "pending"}, progress=[]), "Qualification", "progress: []", "progress: [{"),
        (change(Qualification, of={"state": "pending"}, state="excluded"), "Qualification", "state: excluded",
         "state: pending"),
        (remove(Qualification, **QUALIFIED), "Qualification", "nothing", ""),
        (change(Line, of=BOUNTY, amount="99"), "Line", "amount: 99", "amount: 100"),
        (change(Line, of=SHARED, available_on=date(2026, 4, 1)), "Line", "available_on: 2026-04-01",
         "available_on: 2026-03-31"),
        (change(Line, of=SHARED, working=[]), "Line", "working: []", "working: [{"),
        (remove(Line, **BOUNTY), "Line", "nothing", ""),
        (repeat(Line, SHARED, key="f" * 32), "Line", "", "nothing"),
        (change(CarryState, of=MARCH, state={"deficits": []}), "CarryState", "state: {'deficits': []}", "'-50'"),
        (remove(CarryState, **MARCH), "CarryState", "nothing", ""),
        (repeat(CarryState, MARCH, component="Forgotten"), "CarryState", "", "nothing"),
    ],
)  # fmt: skip
def test_what_was_changed_by_hand_is_found(business, anna, tamper, table, stored, wanted):
    business.deal(anna, business.plan(CPA, SHARE, CARRIED))
    business.customers(registered("c1", affiliate_id="anna"), registered("c2", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-03-12"), day_of("c1", "2026-03-12", NGR="100", GGR="-50"))
    business.settle()
    assert business.doubts() == []

    with business.open():
        tamper()

    (found,) = business.doubts()
    assert found.table == table
    assert stored in found.stored
    assert wanted in found.wanted
