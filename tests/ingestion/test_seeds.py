"""The payloads of the published integration guides, byte for byte."""

from pathlib import Path

import pytest

from ingestion.models import Activity, Customer
from tests.ingestion.conftest import sender

SEEDS = Path(__file__).parent.parent / "seeds"
CASINO = "12386a7c-d843-4b12-9ad3-3ae295d49c27"
FOREX = "fx_7c2d8f91-a344-4b12-9ad3-2ae195d49c12"

EXPECTED = {
    "001-02-customer": [("created", {})],
    "001-03-activity": [("created", {"Deposit": "250.00"}), ("created", {"GGR": "50.00"})],
    "001-04-activity": [("created", {"Deposit": "250.00"})],
    "001-05-activity": [("created", {"GGR": "50.00"})],
    "001-06-activity": [("created", {"NGR": "45.00"})],
    "001-07-activity": [("created", {"GGR": "50.00", "NGR": "45.00", "Bets": "550.00", "Games": "15"})],
    "004-03-customer": [("created", {})],
    "004-04-activity": [("created", {"Deposit": "1000.00"}), ("created", {"Lots": "12.45"})],
    "004-05-activity": [("created", {"Deposit": "1000.00"})],
    "004-06-activity": [("created", {"Lots": "12.45"})],
    "004-07-activity": [("created", {"Rebate": "24.90"})],
    "004-08-activity": [
        ("created", {"Lots": "12.45", "Volume": "124500.00", "Rebate": "24.90", "Trades": "38"}),
    ],
}


@pytest.mark.parametrize(("guide", "vertical", "key"), [("001", "igaming", CASINO), ("004", "forex", FOREX)])
def test_every_printed_payload_is_accepted_and_means_what_it_says(db, guide, vertical, key):
    brand = sender(vertical=vertical)

    for name in (name for name in EXPECTED if name.startswith(guide)):
        body = (SEEDS / f"{name}.json").read_bytes()
        answer = brand.post("customers" if name.endswith("customer") else "activities", body)

        assert answer.status_code == 200
        assert [result["outcome"] for result in answer.json()["results"]] == [outcome for outcome, _ in EXPECTED[name]]
        if name.endswith("activity"):
            assert _brought(brand, answer.json()["delivery"]) == [facts for _, facts in EXPECTED[name]]
    with brand.open():
        assert Customer.objects.get().key == key


@pytest.mark.parametrize("name", EXPECTED)
def test_a_printed_payload_sent_twice_counts_once(db, name):
    brand = sender(vertical="igaming" if name.startswith("001") else "forex")
    path = "customers" if name.endswith("customer") else "activities"
    body = (SEEDS / f"{name}.json").read_bytes()
    brand.post(path, body)

    answer = brand.post(path, body).json()

    assert {result["outcome"] for result in answer["results"]} == {"duplicate"}
    assert answer["accepted"] == 0


def test_the_printed_customer_carries_his_tracking_data(db):
    brand = sender()

    brand.post("customers", (SEEDS / "001-02-customer.json").read_bytes())

    with brand.open():
        customer = Customer.objects.get()
    assert customer.evidence == [{"tracking_data": "2001_1000_abcdefg"}]
    assert str(customer.registered_at) == "2025-07-21 08:46:00+00:00"


def _brought(brand, uid):
    with brand.open():
        activities = Activity.objects.filter(delivery__uid=uid).order_by("index")
        return [
            {kpi: f"{amount:.2f}" if kpi not in ("Games", "Trades") else f"{amount:.0f}" for kpi, amount in pairs}
            for pairs in [list(zip(row.kpis, row.amounts, strict=True)) for row in activities]
        ]
