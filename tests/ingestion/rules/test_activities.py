"""What one activity record means."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.rules.activities import Receipt, read_activity
from ingestion.rules.decoding import decode
from ingestion.rules.meaning import Meaning
from ingestion.rules.names import fold
from ingestion.rules.refusals import Refused
from ingestion.rules.standard import Kpi

NOW = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)
CASINO = Meaning(vertical="igaming")
DEPOSIT = {
    "eventname": "Deposit",
    "eventid": "e1",
    "createtime": "2026-03-15 12:10",
    "customerid": "c1",
    "Value": "250.00",
    "Currency": "USD",
}
DAY = {"eventname": "DailyStats", "createtime": "2026-03-15", "customerid": "c1", "Currency": "USD"}


def read(record, meaning=CASINO, **options):
    (decoded,) = decode(json.dumps([record]).encode())
    return read_activity(decoded, meaning=meaning, received=Receipt.of(NOW, meaning), **options)


def facts(record, meaning=CASINO, **options):
    row = read(record, meaning, **options)
    return dict(zip(row.kpis, row.amounts, strict=True)) | ({"parked": row.parked_for} if row.parked_for else {})


def refusal(record, meaning=CASINO):
    with pytest.raises(Refused) as refused:
        read(record, meaning)
    return refused.value.code, refused.value.field


def without(record, name):
    return {field: value for field, value in record.items() if field != name}


def test_a_deposit_is_one_fact():
    row = read(DEPOSIT)

    assert (row.customer, row.event, row.event_id) == ("c1", "Deposit", "e1")
    assert (row.moment, row.day) == ("2026-03-15 12:10:00+00:00", "2026-03-15")
    assert (row.kpis, row.amounts, row.currency, row.status) == (("Deposit",), ("250",), "USD", "approved")
    assert (row.details, row.parked_for, row.product) == ("{}", "", "")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (DAY | {"GGR": "50.00", "NGR": "45.00", "Bets": "550.00", "Games": "15"},
         {"GGR": "50", "NGR": "45", "Bets": "550", "Games": "15"}),
        (DAY | {"ggr": 50, "n_g_r": "-45.5"}, {"GGR": "50", "NGR": "-45.5"}),
        (DAY, {}),
        (DAY | {"GGR": None}, {}),
        # An event's own KPI and others beside it.
        (DEPOSIT | {"Bonus": "10"}, {"Deposit": "250", "Bonus": "10"}),
        (DEPOSIT | {"eventname": "bet"}, {"Bets": "250"}),
        (DEPOSIT | {"eventname": "FTD"}, {"Deposit": "250"}),
        (DEPOSIT | {"eventname": "de-po_SIT"}, {"Deposit": "250"}),
        # A count without a value is one; of money there must be an amount.
        (without(DEPOSIT | {"eventname": "Games"}, "Value"), {"Games": "1"}),
        (without(DEPOSIT | {"eventname": "GGR", "GGR": "7"}, "Value"), {"GGR": "7"}),
        (DEPOSIT | {"Value": "-0.00"}, {"Deposit": "0"}),
        (DEPOSIT | {"eventname": "Adjustment", "Value": "-5"}, {"Adjustment": "-5"}),
        # Unknown names are kept, not refused.
        (DEPOSIT | {"eventname": "SpinWheel"}, {"parked": "unknown_event"}),
        (DEPOSIT | {"status": "Aproved"}, {"parked": "unknown_status"}),
        (DEPOSIT | {"status": "Aproved", "eventname": "x"}, {"parked": "unknown_event"}),
        (without(DEPOSIT | {"eventname": "SpinWheel"}, "Currency"), {"parked": "unknown_event"}),
    ],
)  # fmt: skip
def test_names_decide_the_facts(record, expected):
    assert facts(record) == expected


@pytest.mark.parametrize(
    ("vertical", "event", "kpi"),
    [
        ("igaming", "NGR", "NGR"),
        ("forex", "Lots", "Lots"),
        ("forex", "SpreadRevenue", "SpreadRevenue"),
        ("prop-trading", "ChallengePurchase", "ChallengePurchase"),
        ("prop-trading", "Chargeback", "Chargeback"),
    ],
)
def test_each_vertical_knows_its_names(vertical, event, kpi):
    assert facts(DEPOSIT | {"eventname": event}, Meaning(vertical=vertical)) == {kpi: "250"}


def test_another_verticals_name_is_unknown():
    assert facts(DEPOSIT | {"eventname": "Lots"}) == {"parked": "unknown_event"}


@pytest.mark.parametrize(
    ("status", "stored"),
    [
        ("approved", "approved"),
        ("Pending", "pending"),
        ("declined", "rejected"),
        ("re_versed", "reversed"),
        ("ok", "approved"),
    ],
)
def test_statuses_are_translated(status, stored):
    meaning = Meaning(vertical="igaming", status_aliases={"OK": "approved"})

    assert read(DEPOSIT | {"status": status}, meaning).status == stored


@pytest.mark.parametrize(
    ("fields", "product"),
    [
        ({"product": "casino"}, "Casino"),
        ({"game_type": "SLOTS"}, "Casino"),
        ({"instrumentGroup": "fx"}, "FX"),
        ({"product": "Scratch Cards"}, "Scratch Cards"),
        ({"product": ""}, ""),
        ({"product": None}, ""),
    ],
)
def test_products_are_translated(fields, product):
    meaning = Meaning(vertical="igaming", product_aliases={"slots": "Casino"})

    assert read(DEPOSIT | fields, meaning).product == product


@pytest.mark.parametrize(
    ("meaning", "record", "expected"),
    [
        ({"kpis": (Kpi("KenoStakes", "money"),)}, DEPOSIT | {"eventname": "keno_stakes"}, {"KenoStakes": "250"}),
        ({"kpis": (Kpi("Tickets", "count"),)}, DAY | {"Tickets": "3", "GGR": "1"}, {"Tickets": "3", "GGR": "1"}),
        ({"event_aliases": {"initial_fund": "Deposit"}}, DEPOSIT | {"eventname": "InitialFund"}, {"Deposit": "250"}),
        ({"event_aliases": {"daily": "DailyStats"}}, DAY | {"eventname": "daily", "GGR": 5}, {"GGR": "5"}),
        ({"events": {"Login": "automatic"}}, DEPOSIT | {"eventname": "login"}, {}),
        ({"field_aliases": {"amt": "Value"}}, without(DEPOSIT, "Value") | {"AMT": "7"}, {"Deposit": "7"}),
        ({"field_aliases": {"stakes": "Bets"}}, DAY | {"Stakes": "7"}, {"Bets": "7"}),
    ],
)
def test_configuration_adds_names(meaning, record, expected):
    assert facts(record, Meaning(vertical="igaming", **meaning)) == expected


@pytest.mark.parametrize(
    ("record", "code", "field"),
    [
        (without(DEPOSIT, "eventname"), "required", "eventname"),
        (DEPOSIT | {"eventname": ""}, "blank", "eventname"),
        (DEPOSIT | {"eventname": []}, "invalid_type", "eventname"),
        (without(DEPOSIT, "customerid"), "required", "customerid"),
        (DEPOSIT | {"customerid": "a\u200b"}, "forbidden_character", "customerid"),
        (DEPOSIT | {"eventid": ""}, "blank", "eventid"),
        (DEPOSIT | {"eventid": 1.5}, "invalid_type", "eventid"),
        (without(DEPOSIT, "Value"), "required", "Value"),
        (DEPOSIT | {"Value": "1e5"}, "invalid_amount", "Value"),
        (DEPOSIT | {"Value": "-1"}, "negative_amount", "Value"),
        (DAY | {"Games": -1}, "negative_amount", "Games"),
        (DAY | {"GGR": "50", "NGR": "abc"}, "invalid_amount", "NGR"),
        (DAY | {"Games": "9223372036854775808"}, "too_many_digits", "Games"),
        (without(DEPOSIT, "Currency"), "required", "Currency"),
        (DEPOSIT | {"Currency": "usd"}, "invalid_currency", "Currency"),
        (DEPOSIT | {"Currency": "ZZZ"}, "invalid_currency", "Currency"),
        (DEPOSIT | {"Currency": "СHF"}, "invalid_currency", "Currency"),
        (DEPOSIT | {"Currency": "XAU"}, "invalid_currency", "Currency"),
        (DEPOSIT | {"Currency": 840}, "invalid_currency", "Currency"),
        (DEPOSIT | {"createtime": "2099-01-01"}, "future_datetime", "createtime"),
        (DEPOSIT | {"createtime": 1753087560}, "invalid_datetime", "createtime"),
        (DEPOSIT | {"value": "1"}, "duplicate_field", "value"),
        (DEPOSIT | {"Customer_ID": "c1"}, "duplicate_field", "Customer_ID"),
        (DEPOSIT | {"product": "a", "game_type": "b"}, "duplicate_field", "game_type"),
        (DEPOSIT | {"my_note": "a", "myNote": "b"}, "duplicate_field", "myNote"),
        (DEPOSIT | {"Deposit": "250"}, "duplicate_field", "Deposit"),
        (DEPOSIT | {"status": 1}, "invalid_type", "status"),
        (DEPOSIT | {"note": "x" * 501}, "too_long", "note"),
        (DEPOSIT | {"note": {"a": ["x" * 501]}}, "too_long", "note"),
        (DEPOSIT | {"note": {"a" * 129: 1}}, "too_long", "note"),
        (DEPOSIT | {"count": int("9" * 65)}, "too_many_digits", "count"),
        (DEPOSIT | {"n" * 129: 1}, "too_long", ""),
        (DEPOSIT | {f"n{n}": 1 for n in range(200)}, "too_many_fields", ""),
        (DEPOSIT | {"amount_usd": "1"}, "inconsistent_amount", "amount_usd"),
        (DEPOSIT | {"amount_usd": "x"}, "invalid_amount", "amount_usd"),
        (DEPOSIT | {"Currency": "EUR", "amount_usd": "300", "Bonus": "1"}, "inconsistent_amount", "amount_usd"),
        (None, "invalid_type", ""),
        ([], "invalid_type", ""),
        ("Deposit", "invalid_type", ""),
    ],
)  # fmt: skip
def test_a_record_is_refused_with_code_and_field(record, code, field):
    assert refusal(record) == (code, field)


@pytest.mark.parametrize(
    ("fields", "amounts", "currency", "details"),
    [
        ({"Currency": "EUR", "amount_usd": "300.50"}, ("300.5",), "USD", {"Value": "250", "Currency": "EUR"}),
        ({"Currency": "USD", "amount_usd": "250"}, ("250",), "USD", {}),
        ({"Currency": "HRK"}, ("250",), "HRK", {}),
        ({"Currency": "EUR", "Value": None, "amount_usd": "300"}, ("300",), "USD", {}),
    ],
)
def test_a_normalised_amount_is_the_money(fields, amounts, currency, details):
    row = read(DEPOSIT | fields)

    assert (row.amounts, row.currency, json.loads(row.details)) == (amounts, currency, details)


def test_the_default_currency_stands_in_for_one_that_was_not_sent():
    assert read(without(DEPOSIT, "Currency"), Meaning(vertical="igaming", default_currency="EUR")).currency == "EUR"


def test_other_fields_are_kept_as_sent():
    row = read(DEPOSIT | {"Method": "card", "fee": 1.10, "raw": {"a": [1, None]}, "nothing": None})

    assert json.loads(row.details) == {"Method": "card", "fee": "1.1", "raw": {"a": ["1", None]}}


def test_a_parked_record_keeps_all_it_says():
    row = read(DEPOSIT | {"eventname": "SpinWheel", "GGR": "5", "status": "ok", "note": "x"})

    assert json.loads(row.details) == {"GGR": "5", "note": "x", "Value": "250", "status": "ok"}
    assert (row.kpis, row.amounts) == ((), ())


def test_without_a_time_the_receipt_counts():
    row = read(without(DEPOSIT, "createtime"), Meaning(vertical="igaming", timezone="Asia/Tokyo"))

    assert (row.moment, row.day) == ("2026-04-01 12:30:00+00:00", "2026-04-01")


def test_a_record_that_was_accepted_once_is_parked_by_facts_that_cannot_be():
    record = DAY | {"KenoStakes": "many"}
    meaning = Meaning(vertical="igaming", kpis=(Kpi("KenoStakes", "money"),))

    assert facts(record) == {}
    assert refusal(record, meaning) == ("invalid_amount", "KenoStakes")
    assert facts(record, meaning, again=True) == {"parked": "invalid_amount"}


def test_a_currency_that_was_one_when_the_record_came_is_read_again():
    record = DEPOSIT | {"Currency": "QQQ"}

    row = read(record, again=True)

    assert refusal(record) == ("invalid_currency", "Currency")
    assert (row.amounts, row.currency, row.parked_for) == (("250",), "QQQ", "")


@pytest.mark.parametrize("code", ["qqq", "QQ", "Q1Q", "ÄQQ", 840])
def test_what_never_was_a_currency_is_not_read_again_either(code):
    with pytest.raises(Refused, match="ISO 4217"):
        read(DEPOSIT | {"Currency": code}, again=True)


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_values = _scalars | st.lists(st.integers(), max_size=2)
_names = st.sampled_from([*DEPOSIT, "product", "status", "amount_usd", "GGR", "Games", "note", "Event_Name"])


@given(st.dictionaries(_names | st.text(max_size=8), _values, max_size=10), st.booleans())
def test_any_record_is_a_row_or_refused(record, again):
    decoded = json.loads(json.dumps(record), parse_int=str, parse_constant=str)
    try:
        row = read_activity(decoded, meaning=CASINO, received=Receipt.of(NOW, CASINO), again=again)
    except Refused:
        return
    assert len(row.kpis) == len(row.amounts)


@pytest.mark.parametrize("names", [[f"n{n}" for n in range(300)], ["n" * 100_000]])
def test_what_is_too_large_is_not_remembered(names):
    meaning = Meaning(vertical="igaming")
    folded = fold.cache_info().currsize

    refusal(dict.fromkeys(names, 1), meaning)

    assert meaning._activity_shapes == {}
    assert fold.cache_info().currsize <= folded
