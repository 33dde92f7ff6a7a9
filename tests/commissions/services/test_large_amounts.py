"""The largest amounts that are accepted, at the largest rates that can be entered, are stored like any others."""

import pytest
import time_machine
from django.test import Client

from affiliates.models import Seat, SeatRoute
from brands import services as brands
from brands.models import User
from commissions.models import Line, Qualification
from tests.commissions.conftest import day_of, deposit, registered

LARGEST = "999999999999999"
RATE = "999999999999"
# 999999999999 squared, at twelve digits, times the largest amount.
IN_DONG = "999999999997999000000000002000000000000"

SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "1"}
BOUNTY = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "percent": "100"}


@pytest.fixture
def rich(business, anna, ben):
    """One customer of a brand has the largest amounts there are, and another what customers have."""
    business.deal(anna, business.plan(SHARE, BOUNTY, name="Dong", currency="VND"))
    business.deal(ben, business.plan(SHARE, name="Euro"))
    business.rates(("2026-01-12", "USD", "EUR", RATE), ("2026-01-12", "EUR", "VND", RATE))
    business.customers(
        registered("c1", "2026-01-02", affiliate_id="anna"), registered("c2", "2026-01-02", affiliate_id="ben")
    )
    business.activities(
        {**day_of("c1", "2026-01-12", NGR=LARGEST), "Currency": "USD"},
        {**deposit("c1", "d1", LARGEST, day="2026-01-12"), "Currency": "USD"},
        day_of("c2", "2026-01-12", NGR="100"),
    )
    business.settle()
    return business


def test_largest_amount_is_earned_beside_what_others_earn(rich):
    assert rich.lines() == [
        ("anna", "2026-01", "2026-01", "Bounty", "c1", IN_DONG, None),
        ("anna", "2026-01", "2026-01", "Share", None, IN_DONG, None),
        ("ben", "2026-01", "2026-01", "Share", None, "100", None),
    ]
    assert rich.doubts() == []


def test_trigger_of_the_largest_amount_is_kept_whole(rich):
    with rich.open() as brand:
        standing = Qualification.objects.get(brand=brand)

    assert standing.trigger_amount == int(IN_DONG)


def test_month_with_the_largest_amount_is_closed(rich):
    closed = rich.close("2026-01")

    assert closed.entries == 3
    assert sorted(int(amount) for _, _, _, amount, _ in rich.entries()) == [100, int(IN_DONG), int(IN_DONG)]


def test_late_record_adjusts_the_largest_amount_to_the_last_digit(rich):
    rich.close("2026-01")
    rich.activities({**day_of("c1", "2026-01-13", NGR="1"), "Currency": "VND"})
    rich.close("2026-02")
    rich.activities({**day_of("c1", "2026-01-14", NGR="1"), "Currency": "VND"})
    rich.settle()

    assert [line for line in rich.lines() if line[1] != "2026-01"] == [
        ("anna", "2026-02", "2026-01", "Share", None, "1", None),
        ("anna", "2026-03", "2026-01", "Share", None, "1", None),
    ]
    assert rich.doubts() == []


@pytest.fixture
def browser(rich, anna):
    """Somebody who operates the brand and has the affiliate's seat."""
    person = User.objects.create_user("both@luckyspin.example", "a long enough word")
    with rich.open() as brand:
        brands.grant_membership(brand=brand, user=person, role="owner", by="test", now=rich.now)
        Seat.objects.create(brand=brand, affiliate=anna, user=person, created_at=rich.now)
    SeatRoute.objects.create(user=person, brand=rich.brand)
    client = Client()
    with time_machine.travel(rich.now, tick=False):
        client.force_login(person)
        yield client


def test_pages_show_the_largest_amount(rich, browser):
    with rich.open() as brand:
        line = Line.objects.get(brand=brand, component__name="Share", affiliate__code="anna")
    one, both = f"{int(IN_DONG):,}", f"{int(IN_DONG) * 2:,}"

    written = {
        "/admin/commissions/line/": one,
        f"/admin/commissions/line/{line.pk}/change/": one,
        f"/admin/commissions/line/{line.pk}/records/": one,
        "/admin/commissions/closedperiod/2026-01/close/": both,
        "/portal/commissions/?period=2026-01": both,
        f"/portal/commissions/{line.key}/": one,
    }
    shown = {page: browser.get(page) for page in written}

    assert {page: answer.status_code for page, answer in shown.items()} == dict.fromkeys(written, 200)
    assert [page for page, answer in shown.items() if written[page] not in answer.content.decode()] == []
