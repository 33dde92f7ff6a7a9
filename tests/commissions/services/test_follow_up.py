"""What is marked is computed once, whoever asks, however often, and also when nobody does."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.utils import timezone

from attribution.models import Touched
from attribution.services import drain as attribute
from commissions import tasks
from commissions.services import follow_up, recomputing
from commissions.services.locks import lock_affiliates
from commissions.services.recomputing import recompute
from commissions.services.sharing import HelperLost
from tests.commissions.conftest import day_of, deposit, registered
from tests.commissions.services.at_once import at_once

CPA = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100", "within_days": 30,
       "conditions": {"measure": "wagered", "at_least": "500"}}  # fmt: skip
SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30", "negative": "full"}


@pytest.fixture
def waiting(business, anna, ben):
    """Facts of two affiliates that are attributed and summed, and not yet computed."""
    plan = business.plan(CPA, SHARE)
    for affiliate in (anna, ben):
        business.deal(affiliate, plan)
        business.customers(registered(f"c-{affiliate.code}", affiliate_id=affiliate.code))
        business.activities(
            deposit(f"c-{affiliate.code}", f"d-{affiliate.code}"),
            day_of(f"c-{affiliate.code}", "2026-03-12", NGR="100", Bets="500"),
        )
    attribute(brand_id=business.brand.id, now=business.now)
    return business


EARNED = [
    ("anna", "2026-03", "2026-03", "Bounty", "c-anna", "100", None),
    ("anna", "2026-03", "2026-03", "Share", None, "30", None),
    ("ben", "2026-03", "2026-03", "Bounty", "c-ben", "100", None),
    ("ben", "2026-03", "2026-03", "Share", None, "30", None),
]


def marks(business):
    with business.open() as brand:
        return Touched.objects.filter(brand=brand).count()


def test_task_computes_what_is_marked_and_may_run_again(waiting):
    for _ in range(2):
        tasks.follow_up(brand=waiting.brand.id, unknown="argument")

    assert waiting.lines() == EARNED
    assert marks(waiting) == 0


def test_task_run_by_several_workers_at_once_has_one_effect(waiting):
    def work(_):
        try:
            tasks.follow_up(brand=waiting.brand.id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    waiting.now = timezone.now()  # the tasks' own

    assert waiting.lines() == EARNED
    assert marks(waiting) == 0
    assert waiting.doubts() == []


def test_affiliate_whom_another_computes_is_waited_for_and_nothing_is_computed_without_what_came_meanwhile(
    waiting, anna
):
    def send():
        waiting.activities(day_of("c-anna", "2026-03-13", NGR="100"))
        attribute(brand_id=waiting.brand.id, now=waiting.now)

    followed = at_once(
        waiting,
        lambda: lock_affiliates(brand_id=waiting.brand.id, affiliates=[anna.id]),
        lambda: follow_up.follow_up(brand=waiting.brand, now=waiting.now),
        then=send,
    )

    assert (followed.affiliates, marks(waiting)) == (2, 0)
    assert [row[5] for row in waiting.lines() if row[0] == "anna"] == ["100", "60"]


def test_run_that_dies_leaves_everything_to_the_next(waiting, monkeypatch):
    before = marks(waiting)

    def die(*_, **__):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(recomputing.WritingStore, "states", die)
        with pytest.raises(SystemExit):
            tasks.follow_up(brand=waiting.brand.id)

    assert (waiting.lines(), marks(waiting)) == ([], before)
    tasks.follow_up(brand=waiting.brand.id)
    assert waiting.lines() == EARNED


def test_sweep_finds_what_no_message_told(waiting):
    tasks.sweep()

    assert waiting.lines() == EARNED


def test_sweep_goes_on_after_a_brand_that_fails(waiting, monkeypatch):
    other = type(waiting)("other")
    partner = other.affiliate("anna")
    other.deal(partner, other.plan(SHARE))
    other.customers(registered("x", affiliate_id="anna"))
    other.activities(day_of("x", "2026-03-12", NGR="10"))
    attribute(brand_id=other.brand.id, now=other.now)
    drain = follow_up.drain

    def fails_for_the_first(*, brand_id, now):
        if brand_id == waiting.brand.id:
            raise RuntimeError
        return drain(brand_id=brand_id, now=now)

    monkeypatch.setattr(follow_up, "drain", fails_for_the_first)
    tasks.sweep()

    assert waiting.lines() == []
    assert other.earned() == {"2026-03": "3"}


def test_sweep_turns_every_day_of_the_brand_once_it_has_come(business, anna, time_machine, monkeypatch):
    business.deal(anna, business.plan(CPA))
    business.customers(registered("c1", "2026-03-01", affiliate_id="anna"))
    turned, turn = [], follow_up.turn_the_day
    monkeypatch.setattr(follow_up, "turn_the_day", lambda **given: turned.append(given["now"].day) or turn(**given))

    standings = []
    for moment in ((3, 20, 12), (3, 20, 23), (3, 31, 23), (4, 1, 0)):
        time_machine.move_to(datetime(2026, *moment, 30, tzinfo=UTC), tick=False)
        business.follow_up()
        tasks.sweep()
        standings += business.standings().values()

    assert turned == [20, 31, 1]
    assert standings == ["pending", "pending", "pending", "expired"]


def test_new_day_shows_who_ran_out_of_time_and_begins_a_month(business, anna):
    business.deal(anna, business.plan(CPA, SHARE))
    business.customers(registered("c1", "2026-03-02", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-03-03"), day_of("c1", "2026-03-04", NGR="-50"))
    business.settle()
    assert business.standings() == {("c1", "Bounty"): "pending"}

    business.now = datetime(2026, 4, 2, 0, 30, tzinfo=UTC)
    with business.open() as brand:
        follow_up.turn_the_day(brand=brand, now=business.now)
    business.settle()

    assert business.standings() == {("c1", "Bounty"): "expired"}
    assert sorted(period for _, period in business.states()) == ["2026-03", "2026-04"]
    assert business.states()["Share", "2026-04"]["deficits"] == [
        {"customer": None, "arisen_in": "2026-03", "amount": "-50"}
    ]
    assert business.doubts() == []


def test_record_of_the_next_month_that_is_withdrawn_leaves_others_with_nothing_to_doubt(business, anna, ben):
    plan = business.plan(SHARE)
    for affiliate in (anna, ben):
        business.deal(affiliate, plan)
        business.customers(registered(f"c-{affiliate.code}", affiliate_id=affiliate.code))
        business.activities(day_of(f"c-{affiliate.code}", "2026-03-12", NGR="-50"))
    business.now = business.clock = datetime(2026, 3, 31, 12, tzinfo=UTC)
    business.activities(day_of("c-anna", "2026-04-01", NGR="10"))
    business.settle()

    business.activities(day_of("c-anna", "2026-04-01"))
    business.settle()
    assert business.doubts() == []

    business.activities(day_of("c-ben", "2026-03-12", NGR="-70"))
    business.settle()
    business.now = datetime(2026, 4, 1, 12, tzinfo=UTC)
    with business.open() as brand:
        follow_up.turn_the_day(brand=brand, now=business.now)
    business.settle()
    assert sorted({period for _, period in business.states()}) == ["2026-03", "2026-04"]
    assert business.doubts() == []


def test_customer_who_can_no_longer_qualify_is_left_as_he_is(business, anna):
    business.deal(anna, business.plan(CPA))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-01-20", Bets="400"))
    business.settle()

    business.activities(deposit("c1", "d1", day="2026-02-20"), day_of("c1", "2026-02-20", Bets="400"))
    done = business.settle()

    assert done.written.qualifications == 0
    assert business.standings() == {("c1", "Bounty"): "expired"}
    assert business.doubts() == []


def test_late_fact_within_the_time_still_qualifies_who_was_expired(business, anna):
    business.deal(anna, business.plan(CPA))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-01-20", Bets="400"))
    business.settle()

    business.activities(deposit("c1", "d1", day="2026-01-21"), day_of("c1", "2026-01-22", Bets="100"))
    business.settle()

    assert business.standings() == {("c1", "Bounty"): f"qualified {date(2026, 1, 22)}"}
    assert business.earned() == {"2026-01": "100"}


@pytest.mark.parametrize("days", [("2026-01-20", "2026-03-05"), ("2026-03-05", "2026-01-20")])
@pytest.mark.parametrize(("terms", "earned"), [(CPA, {"2026-01": "100"}), (SHARE, {"2026-01": "33", "2026-03": "30"})])
def test_what_is_marked_of_several_days_is_computed_from_the_earliest(business, anna, terms, earned, days):
    business.deal(anna, business.plan(terms))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-01-19"), day_of("c1", "2026-01-25", Bets="500", NGR="10"))
    business.settle()

    for day in days:
        business.activities(day_of("c1", day, Bets="500", NGR="100"))
        attribute(brand_id=business.brand.id, now=business.now)
    business.follow_up()

    assert business.earned() == earned
    assert business.doubts() == []


MANY = 9


@pytest.fixture
def many(business, monkeypatch):
    """More affiliates than one process takes alone, each with a customer worth 30."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    plan = business.plan(SHARE)
    for number in range(MANY):
        business.deal(business.affiliate(f"a{number}"), plan)
        business.customers(registered(f"c{number}", affiliate_id=f"a{number}"))
        business.activities(day_of(f"c{number}", "2026-03-12", NGR="100"))
    attribute(brand_id=business.brand.id, now=business.now)
    return business


def in_the_helper(monkeypatch, action):
    """Have only the process that helps do something else when it is to compute."""
    ours = os.getpid()

    def compute(**given):
        return recompute(**given) if os.getpid() == ours else action()

    monkeypatch.setattr(follow_up, "recompute", compute)


def test_many_affiliates_are_shared_among_processes(many, monkeypatch):
    computed = []
    monkeypatch.setattr(follow_up, "recompute", lambda **given: computed.extend(given["asked"]) or recompute(**given))

    done = follow_up.drain(brand_id=many.brand.id, now=many.now)

    assert (done.affiliates, done.written.lines) == (MANY, MANY)
    assert 0 < len(computed) < MANY  # by this process
    assert {row[5] for row in many.lines()} == {"30"}
    assert marks(many) == 0
    assert many.doubts() == []


def test_what_a_helper_raises_is_raised_and_its_share_waits(many, monkeypatch):
    def fail():
        raise ValueError("no such luck")

    in_the_helper(monkeypatch, fail)

    with pytest.raises(ValueError, match="no such luck"):
        follow_up.drain(brand_id=many.brand.id, now=many.now)
    computed = len(many.lines())
    monkeypatch.undo()
    done = follow_up.drain(brand_id=many.brand.id, now=many.now)

    assert 0 < computed < MANY == computed + done.affiliates
    assert many.doubts() == []


def test_a_helper_that_is_killed_is_missed_and_its_share_waits(many, monkeypatch):
    in_the_helper(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGKILL))

    with pytest.raises(HelperLost):
        follow_up.drain(brand_id=many.brand.id, now=many.now)

    assert 0 < len(many.lines()) < MANY
    assert marks(many) > 0


def test_draining_beside_the_main_thread_needs_no_other_process(many, monkeypatch):
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked beside other threads"))

    def drain():
        try:
            return follow_up.drain(brand_id=many.brand.id, now=many.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(drain).result()

    assert done.affiliates == MANY
    assert many.doubts() == []


def test_draining_inside_a_transaction_needs_no_other_connection(many):
    with many.open():
        done = follow_up.drain(brand_id=many.brand.id, now=many.now)

    assert done.affiliates == MANY
    assert marks(many) == 0
