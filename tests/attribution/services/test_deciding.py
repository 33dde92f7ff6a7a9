"""What becomes of a customer's evidence once it is stored: decided once, never moved by ingestion, looked at again."""

from datetime import date

import pytest
from django.conf import settings

from affiliates import services as affiliates
from attribution.models import Attribution
from attribution.queries import attribution_of, unattributed_customers
from attribution.rules.tokens import keys_of_brand, mint
from attribution.services import resolution, resolve_again
from brands.models import Brand
from brands.services import change_settings
from tests.attribution.conftest import NOW, World, deposit, registered


def unattributed(world):
    with world.open():
        return list(unattributed_customers(brand_id=world.brand.id).order_by("key").values_list("key", flat=True))


def test_a_decision_keeps_its_evidence_and_every_candidate(world, partners):
    with world.open():
        affiliates.create_promo_code(affiliate=partners.ben, code="SPRING25", by="test", now=NOW)
    world.customers(registered("c1", tracking_data="x_1000_y", promo_code="spring25", affiliate_id="organic"))
    world.drain()

    with world.open():
        decision = Attribution.objects.get()
    assert decision.rule == "promo_code"
    assert decision.evidence == {"tracking_data": "x_1000_y", "promo_code": "spring25", "affiliate_id": "organic"}
    assert decision.flags == ["unknown_affiliate", "unknown_campaign", "unsigned"]
    assert [(c["source"], c["reason"]) for c in decision.candidates] == [
        ("affiliate_id", "unknown_affiliate"),
        ("promo_code", "won"),
        ("pattern", "outranked"),
    ]


def test_later_evidence_moves_nothing_and_is_flagged(world, partners):
    world.customers(registered("c1", affiliate_id="1000"))
    world.drain()
    world.customers(registered("c1", affiliate_id="42"))
    world.drain()

    assert world.owners() == {"c1": [(None, "1000", None, "explicit")]}
    with world.open():
        answer = attribution_of(brand=world.brand, customer=world.customer("c1"))
    assert answer.contradicted
    assert [(c.affiliate, c.reason.value) for c in answer.candidates] == [
        (partners.anna.id, "won"),
        (partners.ben.id, "outranked"),
    ]


def test_evidence_that_comes_later_attributes_from_the_beginning(world, partners):
    world.customers(registered("c1"))
    world.activities(deposit("c1", "e1"))
    world.drain()
    assert {row[0] for row in world.affiliate_days()} == {None}

    world.customers({"customerId": "c1", "affiliate_id": "42"})
    world.drain()

    assert world.owners() == {"c1": [(None, "42", None, "explicit")]}
    assert {row[0] for row in world.affiliate_days()} == {"42"}
    assert world.differences() == []


def test_activity_before_the_customer_counts_for_nobody_until_he_comes(world, partners):
    world.activities(deposit("c1", "e1"))
    world.drain()
    assert world.owners() == {}
    assert world.affiliate_days() == [(None, None, "2026-03-11", "Deposit", "EUR", "50", 1)]

    world.customers({"customerId": "c1", "tracking_data": "campaign_7_aff_42_creative_b"})
    world.drain()

    assert world.owners() == {"c1": [(None, "42", "7", "pattern")]}
    assert world.affiliate_days() == [
        ("42", "7", "2026-03-11", "Deposit", "EUR", "50", 1),
        ("42", "7", "2026-03-11", "FirstDeposits", "", "1", 1),
        ("42", "7", "2026-03-11", "Registrations", "", "1", 1),
    ]
    assert world.differences() == []


def test_a_foreign_brands_token_attributes_nothing(world, partners):
    link = world.link(partners.anna, "spring")
    other = World("forexco")
    theirs = other.link(other.affiliate("1000"), "theirs")
    keys = keys_of_brand(brand=other.brand.id, secrets=[settings.SECRET_KEY])
    for number in (link.id, theirs.id):
        token = mint(keys=keys, link=number, clicked_at=NOW, nonce=b"0123456789")
        world.customers(registered(f"c{number}", tracking_data=token, click_id=token))

    world.drain()

    assert world.owners() == {}
    assert len(unattributed(world)) == 2


def test_an_ended_promo_code_attributes_nobody_who_registers_later_and_moves_nobody_it_has(world, partners):
    with world.open():
        code = affiliates.create_promo_code(affiliate=partners.ben, code="SPRING", by="test", now=NOW)
    world.customers(registered("c1", promo_code="spring"))
    world.drain()

    days = {"starts_on": None, "ends_on": date(2026, 3, 9), "by": "test", "now": NOW}
    with world.open():
        affiliates.change_promo_code(promo_code=code, **days)
    world.customers(registered("c2", promo_code="spring"))
    world.drain()
    assert world.owners() == {"c1": [(None, "42", None, "promo_code")]}
    assert unattributed(world) == ["c2"]
    assert world.differences() == []

    with world.open():
        affiliates.change_promo_code(promo_code=code, **{**days, "ends_on": None})
    resolve_again(brand_id=world.brand.id, now=NOW)
    assert world.owners()["c2"] == [(None, "42", None, "promo_code")]
    assert world.differences() == []


def test_a_word_that_ended_for_one_affiliate_is_anothers_from_the_day_after(world, partners):
    with world.open():
        affiliates.create_promo_code(
            affiliate=partners.ben, code="SPRING", ends_on=date(2026, 3, 9), by="test", now=NOW
        )
        affiliates.create_promo_code(
            affiliate=partners.anna, code="spring", starts_on=date(2026, 3, 10), by="test", now=NOW
        )
    world.customers(
        {"customerId": "c1", "regtime": "2026-03-09 12:00", "promo_code": "Spring"},
        {"customerId": "c2", "regtime": "2026-03-10 12:00", "promo_code": "Spring"},
    )

    world.drain()

    assert world.owners() == {"c1": [(None, "42", None, "promo_code")], "c2": [(None, "1000", None, "promo_code")]}
    assert world.differences() == []


def grow_by_affiliate(world, partners):
    world.affiliate("77")


def grow_by_campaign(world, partners):
    world.campaign(partners.ben, "only-campaign")


def grow_by_promo_code(world, partners):
    with world.open():
        affiliates.create_promo_code(affiliate=partners.ben, code="NEW", by="test", now=NOW)


def grow_by_pattern(world, partners):
    with world.open():
        change_settings(
            brand=world.brand,
            changes={"tracking_patterns": ["ref-{affiliate}"]},
            records_exist=True,
            by="test",
            now=NOW,
        )


def grow_by_status(world, partners):
    with world.open():
        affiliates.set_status(
            affiliate=partners.pending, status="active", from_day=date(2026, 3, 1), by="test", now=NOW
        )


def grow_by_default(world, partners):
    with world.open():
        affiliates.set_default_affiliate(brand=world.brand, affiliate=partners.ben, by="test", now=NOW)


@pytest.mark.parametrize(
    ("evidence", "grow", "owner"),
    [
        ({"affiliate_id": "77"}, grow_by_affiliate, "77"),
        ({"tracking_data": "x_77_y"}, grow_by_affiliate, "77"),
        ({"campaign_id": "only-campaign"}, grow_by_campaign, "42"),
        ({"promo_code": "new"}, grow_by_promo_code, "42"),
        ({"tracking_data": "ref-42"}, grow_by_pattern, "42"),
        ({"affiliate_id": "applicant"}, grow_by_status, "applicant"),
        ({}, grow_by_default, "42"),
    ],
)
def test_unattributed_customers_are_resolved_when_the_brand_knows_more(world, partners, evidence, grow, owner):
    partners.pending = world.affiliate("applicant", status="pending")
    world.customers(registered("c1", **evidence), registered("c2", affiliate_id="1000"))
    world.activities(deposit("c1", "e1"))
    world.drain()
    resolve_again(brand_id=world.brand.id, now=NOW)
    assert unattributed(world) == ["c1"]

    grow(world, partners)
    assert [difference.row for difference in world.differences()] == ["c1"]
    assert resolve_again(brand_id=world.brand.id, now=NOW) == 1

    assert world.owners()["c1"][0][1] == owner
    assert world.owners()["c2"] == [(None, "1000", None, "explicit")]
    assert world.differences() == []
    assert Brand.objects.filter(directory_version__gt=0).count() == 1


def test_looking_again_counts_as_done_only_for_what_was_known_when_it_began(world, partners, monkeypatch):
    world.customers(registered("c1", promo_code="late"))
    world.drain()
    before = Brand.objects.get()
    assert before.directory_version > before.directory_resolved
    look_again = resolution._look_again

    def learns_meanwhile(*given):
        affiliates.create_promo_code(affiliate=partners.ben, code="other", by="test", now=NOW)
        return look_again(*given)

    monkeypatch.setattr(resolution, "_look_again", learns_meanwhile)
    resolve_again(brand_id=world.brand.id, now=NOW)

    after = Brand.objects.get()
    assert after.directory_version > after.directory_resolved == before.directory_version


def test_with_a_default_affiliate_the_first_record_settles_whose_a_silent_customer_is(world, partners):
    with world.open():
        affiliates.set_default_affiliate(brand=world.brand, affiliate=partners.ben, by="test", now=NOW)

    world.customers(registered("c1"), {"customerId": "c1", "affiliate_id": "1000"})
    world.customers(registered("c2"))
    world.drain()
    world.customers({"customerId": "c2", "affiliate_id": "1000"})
    world.drain()

    assert world.owners() == {"c1": [(None, "42", None, "default")], "c2": [(None, "42", None, "default")]}


def test_a_customer_of_a_blocked_affiliate_is_nobodys(world, partners):
    with world.open():
        affiliates.set_status(affiliate=partners.anna, status="blocked", from_day=date(2026, 3, 10), by="test", now=NOW)

    world.customers(registered("early", "2026-03-09", affiliate_id="1000"), registered("late", affiliate_id="1000"))
    world.drain()

    assert world.owners() == {"early": [(None, "1000", None, "explicit")]}
    assert unattributed(world) == ["late"]


def test_a_customer_without_registration_time_registered_with_his_first_fact(world, partners):
    with world.open():
        affiliates.set_status(affiliate=partners.anna, status="blocked", from_day=date(2026, 3, 10), by="test", now=NOW)

    world.activities(deposit("early", "e1", day="2026-03-09"), deposit("late", "e2", day="2026-03-11"))
    world.customers({"customerId": "early", "affiliate_id": "1000"}, {"customerId": "late", "affiliate_id": "1000"})
    world.drain()

    assert world.owners() == {"early": [(None, "1000", None, "explicit")]}


def test_a_bad_pattern_in_the_settings_stops_nothing(world, partners):
    Brand.objects.update(tracking_patterns=["{nonsense", "{campaign}_{affiliate}_{click}"])
    world.brand.refresh_from_db()

    world.customers(registered("c1", tracking_data="2001_1000_x"))
    world.drain()

    assert world.owners() == {"c1": [(None, "1000", "2001", "pattern")]}
