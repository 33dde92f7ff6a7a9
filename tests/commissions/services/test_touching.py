"""What is computed again from which day on, whatever day somebody has stated."""

from datetime import date

import pytest

from affiliates.services import set_status
from attribution.models import Touched
from attribution.services import follow_up, lock_sums, resolve_again, transfer
from commissions import configuration, services
from commissions.configuration.section import Scene
from commissions.models import Exclusion, Plan
from commissions.services.follow_up import drain
from commissions.services.touching import touch_everybody
from ingestion.models import Activity
from ingestion.writer.opening import opened_write
from tests.commissions.conftest import day_of, deposit, registered
from tests.commissions.services.at_once import at_once

CPA = {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100"}
SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30", "negative": "full"}


@pytest.fixture
def earning(business, anna):
    business.deal(anna, business.plan(CPA, SHARE))
    business.customers(registered("c1", "2026-01-05", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-01-06"), day_of("c1", "2026-02-12", NGR="100"))
    business.settle()
    return business


@pytest.mark.parametrize("day", [date.min, date(26, 7, 3), date(2027, 1, 5), date.max])
def test_any_day_is_one_from_which_all_can_be_computed_again(earning, day):
    before = earning.lines()
    with earning.open() as brand:
        Touched.objects.filter(brand=brand).delete()
        touch_everybody(brand=brand, from_day=day)

    done = drain(brand_id=earning.brand.id, now=earning.now)

    assert (done.affiliates, done.written.lines) == (1, 0)
    assert earning.lines() == before
    assert earning.doubts() == []


def test_all_is_computed_again_from_the_first_month_that_holds_anything_though_its_facts_are_gone(earning, anna):
    earning.activities(deposit("c1", "d1", day="2026-01-06", status="reversed"))
    earning.activities(day_of("c1", "2026-02-12"), day_of("c1", "2026-03-12", NGR="10"))
    earning.customers(registered("c1", "2026-03-01", affiliate_id="anna"))
    with earning.open() as brand:
        touch_everybody(brand=brand)

    earning.settle()

    assert earning.earned() == {"2026-03": "3"}
    assert sorted(period for _, period in earning.states()) == ["2026-03"]
    assert earning.doubts() == []


def test_exclusion_has_all_that_is_earned_on_the_customer_computed_again_and_nothing_earlier(earning, anna):
    earning.customers(registered("c0", "2025-11-05", affiliate_id="anna"))
    earning.settle()

    earning.exclude("c1")

    with earning.open() as brand:
        marks = list(Touched.objects.filter(brand=brand).values_list("affiliate", "customer__key", "from_day"))
    assert marks == [(anna.id, "c1", date(2026, 1, 5))]
    earning.settle()
    assert earning.earned() == {}
    assert earning.doubts() == []


def test_exclusion_reaches_everybody_whose_the_customer_was(earning, anna, ben):
    earning.deal(ben, earning.plan(SHARE | {"rate": "0.50"}, name="Bens"))
    with earning.open() as brand:
        transfer(brand=brand, customer=earning.customer("c1"), to=ben, from_day=date(2026, 2, 1), by="test",
                 reason="agreed", now=earning.now)  # fmt: skip
    earning.settle()
    assert earning.earned() == {"2026-01": "100", "2026-02": "50"}

    earning.exclude("c1")
    earning.follow_up()

    assert earning.earned() == {}
    assert earning.doubts() == []


def test_status_from_the_beginning_reaches_days_before_the_customer_was_the_affiliates(business, anna):
    business.deal(anna, business.plan({**SHARE, "anchor": "registration"}))
    business.customers(registered("c1", "2026-02-10"))
    business.activities(day_of("c1", "2026-01-05", NGR="100"), day_of("c1", "2026-02-03", NGR="50"))
    business.settle()
    with business.open() as brand:
        transfer(
            brand=brand,
            customer=business.customer("c1"),
            to=anna,
            from_day=date(2026, 2, 5),
            by="test",
            reason="agreed",
            now=business.now,
        )
    business.settle()
    assert business.earned() == {"2026-01": "30", "2026-02": "15"}

    with business.open():
        set_status(affiliate=anna, status="blocked", from_day=None, by="test", now=business.now)
    business.settle()

    assert business.earned() == {}
    assert business.doubts() == []


def test_status_of_an_affiliate_without_a_customer_changes_nothing_that_could_be_computed(earning, ben):
    resolve_again(brand_id=earning.brand.id, now=earning.now)

    with earning.open() as brand:
        assert not Touched.objects.filter(brand=brand, affiliate=ben).exists()


@pytest.mark.parametrize("is_lifted", [False, True])
def test_exclusion_is_not_missed_by_whoever_is_just_given_the_customer(business, anna, is_lifted):
    business.deal(anna, business.plan(CPA))
    business.follow_up()
    business.customers(registered("c1", "2026-03-02", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2026-03-03"))
    exclusion = business.exclude("c1") if is_lifted else None
    about = {"by": "test", "now": business.now}
    c1 = business.customer("c1")

    def change():
        if exclusion is None:
            services.exclude_customer(customer=c1, reason="fraud", from_day=date(2026, 3, 1), **about)
        else:
            services.lift_exclusion(exclusion=exclusion, **about)

    at_once(business, change, business.follow_up)
    business.follow_up()

    assert list(business.standings().values()) == ["qualified 2026-03-03" if is_lifted else "excluded"]
    assert business.doubts() == []


def test_document_that_excludes_and_whoever_gives_customers_away_do_not_wait_for_each_other(business, anna):
    business.customers(registered("c1", affiliate_id="anna"))
    with business.open() as brand:
        brand.refresh_from_db()
        stated = configuration.export(Scene(brand=brand, by="test", now=business.now)).as_yaml()
    document = configuration.read(f"{stated}exclusions: [{{customer: c1, reason: fraud, from: 2026-03-01}}]\n")

    at_once(
        business,
        lambda: lock_sums(brand_id=business.brand.id),
        lambda: configuration.apply(document=document, by="test", now=business.now),
        then=lambda: follow_up(brand=business.brand, now=business.now),
    )

    with business.open() as brand:
        assert list(Exclusion.objects.filter(brand=brand).values_list("customer__key", flat=True)) == ["c1"]
    assert business.owners() == {"c1": [(None, "anna", None, "explicit")]}


def test_plan_that_became_the_default_after_it_was_read_reaches_everybody(business, anna):
    read_before = business.plan(SHARE)
    business.customers(registered("c1", "2026-03-02", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"))
    with business.open() as brand:
        services.set_default_plan(brand=brand, plan=Plan.objects.get(pk=read_before.pk), by="test", now=business.now)
    business.follow_up()

    business.version(read_before, {**SHARE, "rate": "0.5"}, effective_from=date(2026, 3, 5))
    business.follow_up()

    assert business.earned() == {"2026-03": "50"}
    assert business.doubts() == []


def test_plan_that_became_the_default_after_it_was_read_is_not_deleted(business):
    read_before = business.plan(SHARE)
    with business.open() as brand:
        services.set_default_plan(brand=brand, plan=Plan.objects.get(pk=read_before.pk), by="test", now=business.now)

    with business.open(), pytest.raises(services.PlanInUse):
        services.delete_plan(plan=read_before, by="test", now=business.now)


def test_document_that_renames_and_records_being_stored_do_not_wait_for_each_other(business):
    with business.open() as brand:
        brand.refresh_from_db()
        stated = configuration.export(Scene(brand=brand, by="test", now=business.now)).as_yaml()
    document = configuration.read(f"{stated}aliases: {{events: {{top_up: Deposit}}}}\n")

    def begin_to_store():
        with opened_write(brand_id=business.brand.id):
            pass

    at_once(
        business,
        begin_to_store,
        lambda: configuration.apply(document=document, by="test", now=business.now),
        then=lambda: business.activities(deposit("c1", "d1")),
    )

    business.activities(deposit("c1", "d2") | {"eventname": "top_up"})
    with business.open() as brand:
        assert list(Activity.objects.filter(brand=brand).values_list("kpis", "state")) == [(["Deposit"], "live")] * 2
