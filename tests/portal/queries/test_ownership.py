from datetime import date
from decimal import Decimal

import pytest

from ingestion.models import Customer
from portal.queries.customers import sheet
from portal.queries.earnings import Money
from portal.queries.ownership import customers_of
from track360.lib.periods import Period
from track360.lib.tenancy import tenant

TODAY = date(2026, 3, 20)


def read(stage, customer):
    with tenant(stage.brand.pk):
        return sheet(brand=stage.brand, affiliate=stage.affiliate, customer_id=customer.pk, today=TODAY)


def test_customer_who_moved_away_is_shown_up_to_that_day_only(stage, build):
    other = build(code="aff_other")
    customer = stage.customer("c-1", owners=[(stage.affiliate, None), (other.affiliate, "2026-03-10")])
    for day, amount in (("2026-03-09", "10"), ("2026-03-10", "200")):
        stage.did(customer, day, "Deposit", amount)

    before, after = read(stage, customer), read(other, customer)

    assert [(one.period, one.amount) for one in before.sums] == [(Period(2026, 3), Decimal(10))]
    assert [(one.period, one.amount) for one in after.sums] == [(Period(2026, 3), Decimal(200))]
    assert (before.customer.moved_on, after.customer.moved_on) == (date(2026, 3, 10), None)


def test_customer_who_came_back_is_shown_in_both_windows(stage, build):
    other = build(code="aff_other")
    owners = [(stage.affiliate, None), (other.affiliate, "2026-03-05"), (stage.affiliate, "2026-03-10")]
    customer = stage.customer("c-1", owners=owners)
    for day, amount in (("2026-03-04", "1"), ("2026-03-05", "10"), ("2026-03-10", "100")):
        stage.did(customer, day, "Deposit", amount)

    assert [one.amount for one in read(stage, customer).sums] == [Decimal(101)]
    assert [one.amount for one in read(other, customer).sums] == [Decimal(10)]


def test_first_deposit_on_a_day_of_another_is_not_shown(stage, build):
    other = build(code="aff_other")
    customer = stage.customer("c-1", owners=[(stage.affiliate, None), (other.affiliate, "2026-03-10")])
    stage.did(customer, "2026-03-12", "FirstDeposits", "1", "")

    assert read(stage, customer).customer.first_deposit_on is None
    assert read(other, customer).customer.first_deposit_on == date(2026, 3, 12)


def test_customer_of_another_does_not_exist(stage, build):
    customer = build(code="aff_other").customer("c-1")

    with pytest.raises(Customer.DoesNotExist):
        read(stage, customer)


def test_customer_who_is_only_awaited_is_nobodys(stage):
    customer = stage.customer("c-1")
    with tenant(stage.brand.pk):
        Customer.objects.filter(pk=customer.pk).update(reported_at=None)
        found = list(customers_of(brand=stage.brand, affiliate=stage.affiliate))

    assert found == []


def test_own_commission_is_what_this_affiliate_earned_on_the_customer(stage, build):
    other = build(code="aff_other")
    customer = stage.customer("c-1", owners=[(stage.affiliate, None), (other.affiliate, "2026-03-10")])
    euros, dollars = stage.component("Bounty"), stage.component("Dollar bounty", currency="USD")
    stage.line(euros, "100", customer=customer)
    stage.line(euros, "-20", customer=customer, period="2026-02")
    stage.line(dollars, "7", customer=customer)
    other.line(euros, "5000", customer=customer)

    assert read(stage, customer).customer.earned == (Money(Decimal(80), "EUR"), Money(Decimal(7), "USD"))
