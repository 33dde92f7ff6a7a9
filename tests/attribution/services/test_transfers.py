import threading
from datetime import date

import pytest
from django.db import connection

from attribution.models import Attribution, Touched
from attribution.queries import attribution_of, owner_on
from attribution.services import AlreadyHis, TransferRefused, follow_up, transfer
from brands.models import AuditEvent
from tests.attribution.conftest import NOW, deposit, registered


@pytest.fixture
def played(world, partners):
    world.customers(registered("c1", affiliate_id="1000", campaign_id="2001"))
    world.activities(*(deposit("c1", f"e{day}", day=f"2026-03-{day}") for day in (11, 12, 13)))
    world.drain()
    with world.open():
        Touched.objects.all().delete()
    return world


def give(world, to, from_day, **fields):
    with world.open():
        return transfer(
            brand=world.brand,
            customer=world.customer("c1"),
            to=to,
            from_day=from_day,
            **({"by": "risk@example.com", "reason": "agreed", "now": NOW} | fields),
        )


def deposits(world):
    return {(code, day): amount for code, _, day, kpi, _, amount, _ in world.affiliate_days() if kpi == "Deposit"}


def test_a_transfer_holds_from_its_day(played, partners):
    give(played, partners.ben, date(2026, 3, 12), campaign=partners.autumn)

    assert played.owners()["c1"] == [(None, "1000", "2001", "explicit"), ("2026-03-12", "42", "7", "transfer")]
    assert deposits(played) == {("1000", "2026-03-11"): "50", ("42", "2026-03-12"): "50", ("42", "2026-03-13"): "50"}
    with played.open():
        assert (
            owner_on(brand_id=played.brand.id, customer_id=played.customer("c1").id, day=date(2026, 3, 11)).affiliate
            == partners.anna
        )
        assert set(Touched.objects.values_list("affiliate__code", flat=True)) == {"1000", "42"}
        assert AuditEvent.objects.get(action="customer.transferred").after == {
            "affiliate": "42",
            "from_day": "2026-03-12",
        }
    assert played.differences() == []


def test_a_transfer_from_the_beginning_moves_everything_and_keeps_the_old_decision(played, partners):
    give(played, partners.ben, None)

    assert played.owners()["c1"] == [(None, "42", None, "transfer")]
    assert set(deposits(played)) == {("42", f"2026-03-{day}") for day in (11, 12, 13)}
    with played.open():
        superseded = Attribution.objects.get(superseded_at__isnull=False)
        assert (superseded.affiliate_id, superseded.rule) == (partners.anna.id, "explicit")
        assert attribution_of(brand=played.brand, customer=played.customer("c1")).superseded == (superseded,)
    assert played.differences() == []


def test_a_later_transfer_supersedes_those_after_its_day(played, partners):
    carl = played.affiliate("carl")
    give(played, partners.ben, date(2026, 3, 13))
    give(played, carl, date(2026, 3, 12))

    assert [row[:2] for row in played.owners()["c1"]] == [(None, "1000"), ("2026-03-12", "carl")]
    assert played.differences() == []


def test_facts_after_a_transfer_count_for_the_new_affiliate(played, partners):
    give(played, partners.ben, date(2026, 3, 12))
    played.activities(deposit("c1", "late", day="2026-03-15"), deposit("c1", "early", day="2026-03-10"))
    played.customers({"customerId": "c1", "affiliate_id": "1000"})
    played.drain()

    assert deposits(played)["42", "2026-03-15"] == "50"
    assert deposits(played)["1000", "2026-03-10"] == "50"
    assert played.differences() == []


def test_a_transfer_waits_for_the_follow_up_that_is_under_way(played, partners):
    played.activities(deposit("c1", "e14", day="2026-03-14"))

    def transfers():
        give(played, partners.ben, date(2026, 3, 12))
        connection.close()

    thread = threading.Thread(target=transfers)
    with played.open():
        follow_up(brand=played.brand, now=NOW)
        thread.start()
        thread.join(1)  # it waits, or has moved what it knew of
    thread.join()

    assert deposits(played)["42", "2026-03-14"] == "50"
    assert played.differences() == []


def test_an_unattributed_customer_can_be_given_to_somebody(world, partners):
    world.customers(registered("c1"))
    world.activities(deposit("c1", "e1", day="2026-03-11"), deposit("c1", "e2", day="2026-03-13"))
    world.drain()

    give(world, partners.ben, date(2026, 3, 12))
    world.customers({"customerId": "c1", "affiliate_id": "1000"})
    world.drain()

    assert world.owners()["c1"] == [("2026-03-12", "42", None, "transfer")]
    assert deposits(world) == {(None, "2026-03-11"): "50", ("42", "2026-03-13"): "50"}
    assert world.differences() == []


def test_a_transfer_that_changes_nothing_is_refused(played, partners):
    with pytest.raises(AlreadyHis):
        give(played, partners.anna, date(2026, 3, 12), campaign=partners.spring)


@pytest.mark.parametrize("fields", [{"reason": "  "}, {"campaign": "spring"}])
def test_a_transfer_needs_a_reason_and_a_campaign_of_its_affiliate(played, partners, fields):
    if "campaign" in fields:
        fields = {"campaign": partners.spring}

    with pytest.raises(TransferRefused):
        give(played, partners.ben, date(2026, 3, 12), **fields)


def test_a_customer_nobody_has_reported_cannot_be_given_away(world, partners):
    world.activities(deposit("c1", "e1"))

    with pytest.raises(TransferRefused):
        give(world, partners.ben, None)


def test_a_transfer_before_the_follow_up_leaves_the_days_before_to_whoever_sent_him(world, partners):
    world.customers(registered("c1", affiliate_id="1000", campaign_id="2001"))
    world.activities(*(deposit("c1", f"e{day}", day=f"2026-03-{day}") for day in (11, 12)))

    give(world, partners.ben, date(2026, 3, 12))
    world.drain()

    assert world.owners()["c1"] == [(None, "1000", "2001", "explicit"), ("2026-03-12", "42", None, "transfer")]
    assert deposits(world) == {("1000", "2026-03-11"): "50", ("42", "2026-03-12"): "50"}
    assert world.differences() == []
