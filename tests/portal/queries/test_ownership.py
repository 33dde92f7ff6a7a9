from datetime import date
from decimal import Decimal

import pytest

from commissions.models import Exclusion
from ingestion.models import Customer
from portal.queries.customers import sheet, with_standing
from portal.queries.earnings import Money
from portal.queries.ownership import customers_of
from tests.portal.stage import NOW
from track360.lib.periods import Period
from track360.lib.tenancy import tenant

TODAY = date(2026, 3, 20)


def read(stage, customer):
    with tenant(stage.brand.pk):
        return sheet(brand=stage.brand, affiliate=stage.affiliate, customer_id=customer.pk, today=TODAY)


def excluded(stage, customer, reason, from_day):
    with tenant(stage.brand.pk):
        Exclusion.objects.create(
            brand=stage.brand, customer=customer, reason=reason, from_day=date.fromisoformat(from_day), created_at=NOW
        )


def listed(stage, customer, standing):
    with tenant(stage.brand.pk):
        whose = {"brand": stage.brand, "affiliate": stage.affiliate}
        found = with_standing(customers_of(**whose), **whose, standing=standing, today=TODAY)
        return found.filter(pk=customer.pk).exists()


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

    assert read(stage, customer).customer.began_on is None
    assert read(other, customer).customer.began_on == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("reason", "from_day", "told"),
    [
        ("self_excluded", "2026-03-09", [("Self-excluded", date(2026, 3, 9))]),
        ("self_excluded", "2026-03-10", []),
        ("duplicate", "2026-03-12", [("Duplicate account", date(2026, 3, 12))]),
        ("fraud", "2026-03-12", [("Fraud", date(2026, 3, 12))]),
    ],
)
def test_self_exclusion_of_a_day_with_another_is_not_told(stage, build, reason, from_day, told):
    other = build(code="aff_other")
    customer = stage.customer("c-1", owners=[(stage.affiliate, None), (other.affiliate, "2026-03-10")])
    bounty = stage.component("Bounty")
    for one in (stage, other):
        one.stands(customer, bounty, "excluded", reason=reason, last_day=date(2026, 3, 12))
    excluded(stage, customer, reason, from_day)

    before, after = read(stage, customer), read(other, customer)

    state = "excluded" if told else "expired"
    assert (list(before.exclusions), before.customer.standing.state) == (told, state)
    assert (before.customer.standing.excluded_for != "") == bool(told)
    assert [listed(stage, customer, name) for name in ("pending", "expired", "excluded")] == [
        False,
        state == "expired",
        state == "excluded",
    ]
    assert (len(after.exclusions), after.customer.standing.state, listed(other, customer, "excluded")) == (
        1,
        "excluded",
        True,
    )


def test_self_exclusion_of_a_day_with_another_is_told_when_he_comes_back(stage, build):
    other = build(code="aff_other")
    owners = [(stage.affiliate, None), (other.affiliate, "2026-03-05"), (stage.affiliate, "2026-03-10")]
    customer = stage.customer("c-1", owners=owners)
    stage.stands(customer, stage.component("Bounty"), "excluded", reason="self_excluded")
    excluded(stage, customer, "self_excluded", "2026-03-07")

    assert [reason for reason, _ in read(stage, customer).exclusions] == ["Self-excluded"]
    assert read(stage, customer).standings[0].state == "excluded"


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
