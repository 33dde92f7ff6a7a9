"""At any moment, whatever was sent, repeated, corrected and configured: what is stored is what rebuilding gives."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import services
from ingestion.queries import touched
from ingestion.services import verifying
from ingestion.services.verifying import differences
from tests.ingestion.conftest import NOW, sender

CHANGES = [
    services.SaveKpi("KenoStakes", "money"),
    services.SaveKpi("KenoStakes", "count"),
    services.DeleteKpi("KenoStakes"),
    services.SaveAlias("events", "fund", "Deposit"),
    services.SaveAlias("events", "fund", "Bonus"),
    services.DeleteAlias("events", "fund"),
    services.SaveAlias("statuses", "ok", "approved"),
    services.SaveAlias("statuses", "ok", "reversed"),
    services.DeleteAlias("statuses", "ok"),
    services.SaveAlias("products", "slots", "Casino"),
    services.DeleteAlias("products", "slots"),
    services.SaveAlias("fields", "geo", "country"),
    services.SaveAlias("fields", "stakes", "Bets"),
    services.DeleteAlias("fields", "geo"),
    services.DeleteAlias("fields", "stakes"),
    services.SaveEvent("Login"),
    services.DeleteEvent("Login"),
]


def activity(chaos: random.Random) -> dict:
    record = {
        "eventname": chaos.choice(["Deposit", "fund", "FUND", "KenoStakes", "Login", "DailyStats", "Spin"]),
        "customerid": chaos.choice(["c1", "c2", "c3"]),
        "Value": chaos.choice(["1", "2.50", "-3", "x", None]),
        "Currency": chaos.choice(["EUR", "EUR", "USD", None]),
        "createtime": chaos.choice(["2026-03-01", "2026-03-01 10:00", "2026-03-02", None]),
        "eventid": chaos.choice(["e1", "e2", "e3", None]),
        "status": chaos.choice(["ok", "approved", "pending", None, None]),
        "product": chaos.choice(["slots", "Casino", None]),
        "KenoStakes": chaos.choice(["5", "many", None, None]),
        "stakes": chaos.choice(["7", None, None]),
    }
    return {name: value for name, value in record.items() if value is not None}


def person(chaos: random.Random) -> dict:
    record = {
        "customerId": chaos.choice(["c1", "c2", "c3"]),
        "regtime": chaos.choice(["2026-02-01", "2026-02-02 08:00", None]),
        "geo": chaos.choice(["de", "fr", None]),
        "tracking_data": chaos.choice(["a", "b", None]),
        "last_modified_date": chaos.choice(["2026-03-01T00:00Z", "2026-03-02T00:00Z", None, None]),
    }
    if "geo" not in record or record["geo"] is None:
        record["country"] = chaos.choice(["ES", "MT", None])
    return record


@given(seed=st.integers(0, 10**9))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_stored_is_what_the_deliveries_say(db, seed):
    chaos = random.Random(seed)
    brand = sender(f"brand-{seed}")
    for _ in range(chaos.randint(4, 14)):
        match chaos.choice(["activities", "activities", "customers", "configure"]):
            case "activities":
                prefer = chaos.choice([None, None, "handling=strict"])
                brand.post("activities", [activity(chaos) for _ in range(chaos.randint(1, 6))], prefer=prefer)
            case "customers":
                brand.post("customers", [person(chaos) for _ in range(chaos.randint(1, 3))])
            case _:
                configure(brand, chaos.sample(CHANGES, chaos.randint(1, 3)))
        with brand.open():
            assert differences(brand=brand.brand) == []


def configure(brand, changes):
    try:
        with brand.open():
            expected = services.preview(brand=brand.brand, changes=changes, now=NOW)
            done = services.configure(brand=brand.brand, changes=changes, by="test", now=NOW)
    except (services.IdentityFixed, services.RecordsUnreadable, services.ConfigurationRefused):
        return
    assert done == expected


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_is_true_for_these(db, monkeypatch, seed):
    monkeypatch.setattr(touched, "LOOKED_AT", seed)
    monkeypatch.setattr(verifying, "ACTIVITIES_AT_ONCE", seed)
    test_what_is_stored_is_what_the_deliveries_say.hypothesis.inner_test(db, seed)
