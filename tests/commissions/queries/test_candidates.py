"""The records that trigger a cpa, and the rates their amounts count at."""

from datetime import date
from decimal import Decimal

import pytest

from commissions.queries.candidates import candidates_of, customers_of
from commissions.queries.conversions import Conversions
from commissions.queries.terms import terms_of
from ingestion.queries.kpis import count_kpis
from tests.commissions.conftest import deposit, registered


def first_of(kpi):
    return {"name": f"First {kpi}", "kind": "cpa", "trigger": f"first:{kpi}", "percent": "10"}


def bet(key, event_id, value, moment, currency="EUR"):
    record = deposit(key, event_id, value, Currency=currency)
    return {**record, "eventname": "Bet", "createtime": f"2026-{moment}"}


@pytest.fixture
def happened(business, anna):
    """Tell what triggered for customers under a plan with these components, as (customer, KPI, day, id, amount)."""

    def told(*components, keys):
        plan = business.plan(*components)
        business.deal(anna, plan)
        business.settle()
        with business.open() as brand:
            names = {business.customer(key).id: key for key in keys}
            found = candidates_of(
                brand_id=brand.id,
                plan=terms_of(brand_id=brand.id, plans=[plan])[plan.id],
                customers=customers_of(brand_id=brand.id, customers=names),
                conversions=Conversions(brand_id=brand.id),
                count_kpis=count_kpis(brand=brand),
            )
        return [
            (names[number], happening.kpi, str(happening.day)[5:], happening.event_id, happening.amount)
            for number, candidate in sorted(found.items())
            for happening in candidate.happenings
        ]

    return told


def test_first_record_is_found_of_any_kpi(business, happened):
    business.customers(registered("c1", affiliate_id="anna"), registered("c2", affiliate_id="anna"))
    business.rates(("2026-03-12", "EUR", "USD", "2"))
    business.activities(
        deposit("c1", "d1", "50", "2026-03-14"),
        bet("c1", "b1", "0", "03-10 09:00"),
        bet("c1", "b2", "7", "03-11 08:00", "USD"),
        bet("c1", "b3", "9", "03-12 18:00"),
        bet("c1", "b4", "8", "03-12 08:00", "USD"),
        bet("c2", "b5", "5", "03-11 09:00"),
        bet("c2", "b6", "6", "03-11 09:00"),
        bet("c2", "b7", "4", "03-12 09:00"),
        {**bet("c2", "b8", "3", "03-10 09:00"), "status": "pending"},
    )

    assert happened(first_of("Bets"), first_of("Deposit"), keys=("c1", "c2")) == [
        ("c1", "Deposit", "03-14", "d1", Decimal(50)),
        ("c1", "Bets", "03-12", "b4", Decimal(4)),
        ("c2", "Bets", "03-11", "b5", Decimal(5)),
    ]


def test_rates_are_asked_for_only_where_customers_have_something(business, anna):
    business.customers(registered("c1", affiliate_id="anna"), registered("c2", affiliate_id="anna"))
    business.rates(*((f"2026-03-{day:02d}", "EUR", code, "2") for day in range(1, 20) for code in ("USD", "SEK")))
    business.activities(
        bet("c1", "b1", "7", "03-11 08:00", "USD"),
        bet("c1", "b2", "7", "02-11 08:00", "USD"),
        bet("c1", "b3", "7", "03-12 08:00", "EUR"),
        deposit("c1", "d1", "7", "2026-03-13", Currency="SEK"),
        bet("c2", "b4", "7", "03-14 08:00", "SEK"),
    )
    business.settle()

    with business.open() as brand:
        conversions = Conversions(brand_id=brand.id)
        customers = f"{{{business.customer('c1').id}}}"
        table = conversions.table_of(quote="EUR", customers=customers, kpis=["Bets"])

    assert table.rows == (("USD", date(2026, 3, 11), Decimal("0.5")),)
