"""From what a brand pushed to what an affiliate reads of it, through every step between."""

import re
from datetime import date

import pytest
import time_machine
from django.test import Client

from affiliates.services import give_seat
from attribution.services import transfer
from brands.models import User
from commissions.models import Line
from ingestion.models import Delivery
from portal.queries.explanations import RECORDS_ON_A_PAGE
from portal.references import customer_reference
from tests.commissions.conftest import Business, day_of, deposit, registered
from tests.portal.stage import NOW

BOUNTY = {
    "name": "Bounty",
    "kind": "cpa",
    "trigger": "first_deposit",
    "amount": "100.00",
    "conditions": {"all": [{"measure": "deposits", "at_least": "60"}]},
}
SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.40"}


@pytest.fixture
def business(transactional_db) -> Business:
    return Business()


@pytest.fixture
def anna(business):
    affiliate = business.affiliate("anna")
    business.deal(affiliate, business.plan(BOUNTY, SHARE))
    return affiliate


@pytest.fixture
def reader(business, anna, client: Client):
    """Anna's own browser."""
    user = User.objects.create_user("anna@example.com", "a long enough word")
    with business.open():
        give_seat(affiliate=anna, user=user, by="test", now=NOW)
    with time_machine.travel(NOW, tick=False):
        client.force_login(user)
        yield client


def line_of(business: Business, component: str) -> Line:
    with business.open():
        return Line.objects.get(component__name=component, amount__gt=0)


def text(answer) -> str:
    assert answer.status_code == 200
    without = re.sub(r"<(script|svg|head)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(without.split())


def test_line_leads_to_the_deposits_that_made_it(business, reader):
    business.customers(registered("customer-0001", affiliate_id="anna"))
    business.activities(deposit("customer-0001", "e1", "50"), deposit("customer-0001", "e2", "25", day="2026-03-12"))
    business.settle()
    line = line_of(business, "Bounty")

    explained = text(reader.get(f"/portal/commissions/{line.key}/"))
    shown = text(reader.get(f"/portal/commissions/{line.key}/records/"))

    with business.open():
        delivery = Delivery.objects.get(entity="activities").uid
    assert "Pays once for each customer who makes his first deposit: 100 EUR." in explained
    assert "Deposits: 75.00 EUR, at least 60.00 EUR needed" in explained
    assert "2 in all · Deposit 75.00 EUR" in shown
    assert f"Deposit 50.00 EUR 50.00 EUR {delivery} record 0" in shown
    assert f"Deposit 25.00 EUR 25.00 EUR {delivery} record 1" in shown
    assert "customer-0001" not in shown + explained


def test_records_in_another_currency_say_at_which_rate_they_count(business, reader):
    business.rates(("2026-03-10", "EUR", "USD", "1.25"))
    business.customers(registered("customer-0001", affiliate_id="anna"))
    business.activities(day_of("customer-0001", "2026-03-11", NGR="1000", Currency="USD"))
    business.settle()

    shown = text(reader.get(f"/portal/commissions/{line_of(business, 'Share').key}/records/"))

    assert "NGR sent as DailyStats 1,000.00 USD 800.00 EUR at 0.8" in shown


def test_deposits_of_days_with_another_affiliate_count_but_are_not_shown(business, reader, anna):
    ben = business.affiliate("ben")
    business.customers(registered("customer-0001", day="2026-03-01", affiliate_id="anna"))
    business.activities(
        deposit("customer-0001", "e1", "20", day="2026-03-02"), deposit("customer-0001", "e2", "77", day="2026-03-12")
    )
    business.settle()
    moved = business.customer("customer-0001")
    with business.open() as brand:
        transfer(brand=brand, customer=moved, to=ben, from_day=date(2026, 3, 10), reason="Agreed.", by="test", now=NOW)
    business.settle()
    line = line_of(business, "Bounty")

    shown = text(reader.get(f"/portal/commissions/{line.key}/records/"))

    assert "Deposit 20.00 EUR 20.00 EUR" in shown
    assert "77.00" not in shown
    assert "1 more on this page are of days on which the customer was not yours" in shown


def test_line_says_what_it_leaves_out_for_want_of_a_rate(business, reader):
    business.customers(registered("customer-0001", affiliate_id="anna"))
    business.activities(
        day_of("customer-0001", "2026-03-11", NGR="1000"),
        day_of("customer-0001", "2026-03-12", NGR="10", Bets="5", Currency="SEK"),
        day_of("customer-0001", "2026-03-14", NGR="20", Currency="SEK"),
        day_of("customer-0001", "2026-03-15", Bets="20", Currency="NOK"),
    )
    business.settle()
    address = f"/portal/commissions/{line_of(business, 'Share').key}/"

    before = text(reader.get(address))
    business.rates(("2026-03-11", "EUR", "SEK", "11"))
    after = text(reader.get(address))

    said = "2 facts in SEK of 12 Mar 2026 to 14 Mar 2026 are left out: there is no rate into EUR of at most 7 days."
    assert ("NGR, as reported 1,000.00 EUR" in before, said in before, "NOK" in before) == (True, True, False)
    assert "left out" not in after


def test_records_are_read_page_by_page(business, reader):
    business.customers(registered("customer-0001", affiliate_id="anna"))
    business.activities(
        *(deposit("customer-0001", f"e{number}", "2", day="2026-03-11") for number in range(RECORDS_ON_A_PAGE + 5))
    )
    business.settle()
    address = f"/portal/commissions/{line_of(business, 'Bounty').key}/records/"

    first, second = reader.get(address).content.decode(), reader.get(f"{address}?page=2").content.decode()

    assert (first.count(">record "), second.count(">record ")) == (RECORDS_ON_A_PAGE, 5)
    assert f'href="{address}?page=2"' in first


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "1e3", "٢", "9" * 30])
def test_page_of_records_that_is_none_does_not_exist(business, reader, page):
    business.customers(registered("customer-0001", affiliate_id="anna"))
    business.activities(deposit("customer-0001", "e1", "70"))
    business.settle()

    answer = reader.get(f"/portal/commissions/{line_of(business, 'Bounty').key}/records/?page={page}")

    assert answer.status_code == 404


def test_records_of_anothers_line_do_not_exist(business, reader, anna):
    ben = business.affiliate("ben")
    business.deal(ben, business.plan(BOUNTY, name="Ben's"))
    business.customers(registered("customer-0002", affiliate_id="ben"))
    business.activities(deposit("customer-0002", "e1", "70"))
    business.settle()

    assert reader.get(f"/portal/commissions/{line_of(business, 'Bounty').key}/records/").status_code == 404


def test_customer_page_says_what_no_condition_can_say(business, reader):
    business.customers(registered("customer-0001", affiliate_id="anna"))
    business.activities(day_of("customer-0001", "2026-03-11", NGR="1000", Currency="SEK"))
    business.settle()
    customer = business.customer("customer-0001")

    reference = customer_reference(brand_id=business.brand.pk, customer_id=customer.pk)
    shown = text(reader.get(f"/portal/customers/{reference}/"))

    assert "1 fact in SEK on 2026-03-11 has no rate into EUR of at most seven days." in shown
    assert "NGR 1,000.00 SEK" in shown


def test_rates_that_lack_on_days_of_another_are_not_told(business, reader, anna):
    ben = business.affiliate("ben")
    business.customers(registered("customer-0001", day="2026-03-01", affiliate_id="anna"))
    moved = business.customer("customer-0001")
    business.settle()
    with business.open() as brand:
        transfer(brand=brand, customer=moved, to=ben, from_day=date(2026, 3, 10), reason="Agreed.", by="test", now=NOW)
    business.activities(day_of("customer-0001", "2026-03-11", NGR="1000", Currency="SEK"))
    business.settle()

    reference = customer_reference(brand_id=business.brand.pk, customer_id=moved.pk)

    assert "SEK" not in text(reader.get(f"/portal/customers/{reference}/"))


def test_amount_that_is_taken_back_says_why_and_leads_to_the_customer(business, reader):
    business.customers(registered("customer-0001", day="2026-02-01", affiliate_id="anna"))
    business.activities(deposit("customer-0001", "e1", "70", day="2026-02-03"))
    business.settle()
    business.close("2026-02")
    business.exclude("customer-0001", "duplicate")
    business.settle()
    with business.open():
        line = Line.objects.get(component__name="Bounty", amount__lt=0)

    answer = reader.get(f"/portal/commissions/{line.key}/")

    shown = text(answer)
    assert "What was posted is taken back. The customer is excluded: duplicate account." in shown
    assert customer_reference(brand_id=business.brand.pk, customer_id=line.customer_id) in answer.content.decode()
    assert ("posted 100" in shown, "on its way" in shown) == (False, False)
    assert "Difference, posted in March 2026 −100.00 EUR" in shown


def test_records_of_a_posted_line_are_those_that_went_in(business, reader):
    business.customers(registered("customer-0001", day="2026-02-01", affiliate_id="anna"))
    business.activities(day_of("customer-0001", "2026-02-03", NGR="100"))
    business.settle()
    business.now = business.clock
    business.close("2026-02")
    business.activities(day_of("customer-0001", "2026-02-03", NGR="70"), day_of("customer-0001", "2026-02-04", NGR="5"))
    business.settle()
    with business.open():
        line = Line.objects.get(component__name="Share", period="2026-02")

    shown = text(reader.get(f"/portal/commissions/{line.key}/records/"))

    assert "1 in all · NGR 100.00 EUR" in shown
    assert "the difference is in its adjustments. Facts that count like this only since: 2 ." in shown
    assert "NGR sent as DailyStats changed since 100.00 EUR" in shown
