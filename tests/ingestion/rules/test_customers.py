"""What one customer record says, and what is known after several."""

import json
from datetime import UTC, datetime

import pytest

from ingestion.rules.customers import read_customer
from ingestion.rules.decoding import decode
from ingestion.rules.meaning import Meaning
from ingestion.rules.merging import UNKNOWN, merged
from ingestion.rules.refusals import Refused
from ingestion.rules.shapes import MAX_FIELDS

NOW = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)
BERLIN = Meaning(vertical="igaming", timezone="Europe/Berlin")
CUSTOMER = {"customerId": "c1", "regtime": "2026-03-12 00:15", "country": "US", "tracking_data": "2001_1000_abcdefg"}


def read(record, meaning=BERLIN):
    (decoded,) = decode(json.dumps([record]).encode())
    return read_customer(decoded, meaning=meaning, received_at=NOW)


def known(*records):
    state = UNKNOWN
    for record in records:
        state = merged(state, read(record)).state
    return state


def test_a_customer_is_read_in_the_brands_time_zone():
    row = read(CUSTOMER | {"firstName": "Ada", "last_name": "L", "vip": 3})

    assert (row.key, row.registered_at, row.registered_on) == ("c1", "2026-03-11 23:15:00+00:00", "2026-03-12")
    assert (row.country, row.first_name, row.last_name, row.fields) == ("US", "Ada", "L", {"vip": "3"})
    assert row.evidence == {"tracking_data": "2001_1000_abcdefg"}


@pytest.mark.parametrize(
    ("field", "value", "attribute", "read_as"),
    [
        ("signup_date", "2026-03-12", "registered_on", "2026-03-12"),
        ("country_code", "gb", "country", "GB"),
        ("country", "Great Britain", "country", "Great Britain"),
        ("sales_status_id", "qualified", "sales_status", "qualified"),
        ("salesStatus", "qualified", "sales_status", "qualified"),
        ("KYC-Status", "approved", "kyc_status", "approved"),
        ("click_id", "x", "evidence", {"click_id": "x"}),
        ("affiliate_id", 42, "evidence", {"affiliate_id": "42"}),
        ("campaignId", "cmp_1", "evidence", {"campaign_id": "cmp_1"}),
        ("promoCode", "SPRING", "evidence", {"promo_code": "SPRING"}),
        ("tracking_data", "{tracking_data}", "evidence", {"tracking_data": "{tracking_data}"}),
        ("tracking_data", "", "evidence", {}),
    ],
)
def test_spellings_of_a_field_are_one(field, value, attribute, read_as):
    assert getattr(read({"customer_id": "c1", field: value}), attribute) == read_as


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"customerId": None}, "required", "customerId"),
        ({"customerId": ""}, "blank", "customerId"),
        ({"customerId": {"$ne": None}}, "invalid_type", "customerId"),
        ({"customer_id": "c2"}, "duplicate_field", "customer_id"),
        ({"regtime": "2099-01-01 00:00"}, "future_datetime", "regtime"),
        ({"regtime": "21/07/2025 08:46"}, "invalid_datetime", "regtime"),
        ({"tracking_data": 20011000}, "invalid_type", "tracking_data"),
        ({"tracking_data": "x" * 51}, "too_long", "tracking_data"),
        ({"affiliate_id": []}, "invalid_type", "affiliate_id"),
        ({"firstName": "x" * 501}, "too_long", "firstName"),
        ({"firstName": {}}, "invalid_type", "firstName"),
        ({"firstName": int("1" * 65)}, "too_many_digits", "firstName"),
        ({"country": int("1" * 65)}, "too_many_digits", "country"),
        ({"note": "x" * 501}, "too_long", "note"),
        ({"lastModifiedDate": "x" * 501}, "too_long", "lastModifiedDate"),
    ],
)
def test_a_record_is_refused_with_code_and_field(fields, code, field):
    with pytest.raises(Refused) as refused:
        read(CUSTOMER | fields)

    assert (refused.value.code, refused.value.field) == (code, field)


def test_later_records_replace_what_they_say_and_keep_the_rest():
    state = known(CUSTOMER | {"vip": 1, "tier": "a"}, {"customerId": "c1", "country": "ES", "regtime": None, "vip": 2})

    assert (state.country, state.registered_on, state.fields) == ("ES", "2026-03-12", {"vip": "2", "tier": "a"})


def test_the_same_content_changes_nothing():
    state = known(CUSTOMER, {"customerId": "c1", "country": "ES"})

    assert merged(state, read({"country": "ES", "customerId": "c1"})).state == state
    assert merged(state, read(CUSTOMER)).state != state


def test_distinct_evidence_is_kept_in_order_and_bounded():
    sent = [{"customerId": "c1", "tracking_data": f"t{n}"} for n in range(205)]

    assert [each["tracking_data"] for each in known(*sent, *sent).evidence] == [f"t{n}" for n in range(200)]


def test_spellings_of_a_field_are_one_over_records():
    state = known(CUSTOMER | {"VipLevel": "1"}, {"customerId": "c1", "vip_level": "2"})

    assert state.fields == {"VipLevel": "2"}
    assert merged(state, read({"customerId": "c1", "VIP-level": "2"})).state == state


def test_fields_are_bounded_and_those_that_came_first_stay():
    first = {"customerId": "c1"} | {f"f{n}": "first" for n in range(150)}
    later = {"customerId": "c1"} | {f"f{n}": "later" for n in range(100, 250)}

    state = known(first, later)

    assert state.fields == {f"f{n}": "later" if n >= 100 else "first" for n in range(MAX_FIELDS)}
    assert merged(state, read(later)).state == state


@pytest.mark.parametrize("value", [1753087560, "21/07/2025 08:46", "2099-01-01", "", ["2025-07-21"]])
@pytest.mark.parametrize("name", ["last_modified_date", "lastModifiedDate"])
def test_a_modification_date_that_cannot_be_read_is_a_field_like_any_other(name, value):
    state = known(CUSTOMER | {"last_modified_date": "2026-03-15T11:40:22Z"})

    after = merged(state, read({"customerId": "c1", "country": "ES", name: value}))

    assert (after.is_stale, after.state.country, after.state.last_modified_at) == (False, "ES", state.last_modified_at)
    assert after.state.fields == {name: str(value) if isinstance(value, int) else value}


@pytest.mark.parametrize(
    ("later", "is_stale"),
    [("2026-03-15T11:40:21Z", True), ("2026-03-15T11:40:22Z", False), ("2026-03-16T00:00Z", False)],
)
def test_an_older_modification_is_ignored(later, is_stale):
    state = known(CUSTOMER | {"last_modified_date": "2026-03-15T11:40:22Z"})

    after = merged(state, read({"customerId": "c1", "country": "ES", "last_modified_date": later}))

    assert (after.is_stale, after.state.country) == (is_stale, "US" if is_stale else "ES")
