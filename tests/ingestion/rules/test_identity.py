"""Keys and digests are made only of what was sent."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from ingestion.rules.activities import Receipt, read_activity
from ingestion.rules.decoding import decode
from ingestion.rules.meaning import Meaning
from ingestion.rules.refusals import Refused
from ingestion.rules.standard import Kpi

NOW = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)
CASINO = Meaning(vertical="igaming")
WITH_ID = {"eventname": "Bet", "eventid": "e1", "customerid": "c1", "Value": "5.00", "Currency": "EUR"}
TIMED = {"eventname": "Bet", "createtime": "2026-03-15 12:10", "customerid": "c1", "Value": "5.00", "Currency": "EUR"}
DAILY = TIMED | {"createtime": "2026-03-15"}
TIMELESS = {"eventname": "Bet", "customerid": "c1", "Value": "5.00", "Currency": "EUR"}
IN_DOLLARS = TIMED | {"Value": None, "amount_usd": "5.50"}
DATED = {"createtime": "2026-03-15"}


def read(record, meaning=CASINO, now=NOW):
    (decoded,) = decode(json.dumps([record]).encode())
    return read_activity(decoded, meaning=meaning, received=Receipt.of(now, meaning))


def compare(first, second, meaning=CASINO):
    one, other = read(first, meaning), read(second, meaning)
    if one.key != other.key:
        return "another"
    return "same" if one.digest == other.digest else "replaces"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # An event id: brand, event name and id.
        (WITH_ID, WITH_ID, "same"),
        (WITH_ID, WITH_ID | {"Value": 5}, "same"),
        (WITH_ID, WITH_ID | {"Value": 5.0}, "same"),
        (WITH_ID, WITH_ID | {"note": None}, "same"),
        (WITH_ID, WITH_ID | {"eventname": "BET"}, "same"),
        (WITH_ID | {"eventid": "7"}, WITH_ID | {"eventid": 7}, "same"),
        (WITH_ID | {"fee": "1.10"}, WITH_ID | {"FEE": 1.1}, "same"),
        (WITH_ID | {"raw": {"a": 1, "b": 2}}, WITH_ID | {"raw": {"b": 2, "a": 1}}, "same"),
        (WITH_ID | {"raw": [1.10]}, WITH_ID | {"raw": [1.1]}, "same"),
        (WITH_ID, WITH_ID | {"Value": "6"}, "replaces"),
        (WITH_ID, WITH_ID | {"Currency": "USD"}, "replaces"),
        (WITH_ID, WITH_ID | {"createtime": "2026-03-15"}, "replaces"),
        (WITH_ID, WITH_ID | {"status": "pending"}, "replaces"),
        (WITH_ID, WITH_ID | {"note": "x"}, "replaces"),
        (WITH_ID | {"note": "x"}, WITH_ID | {"note": ["x"]}, "replaces"),
        (WITH_ID | {"a": 1, "b": 2}, WITH_ID | {"a=1,b": 2}, "replaces"),
        (WITH_ID | {"raw": {"ver": "1.10"}}, WITH_ID | {"raw": {"ver": "1.1"}}, "replaces"),
        (WITH_ID | {"raw": {"1.0": "x"}}, WITH_ID | {"raw": {"1": "x"}}, "replaces"),
        (WITH_ID, WITH_ID | {"customerid": "c2"}, "replaces"),
        (WITH_ID, WITH_ID | {"eventid": "e2"}, "another"),
        (WITH_ID, WITH_ID | {"eventid": "E1"}, "another"),
        (WITH_ID, WITH_ID | {"eventname": "Deposit"}, "another"),
        # An alias shares the meaning, not the identity.
        (WITH_ID, WITH_ID | {"eventname": "Bets"}, "another"),
        # Only a day: the day's row.
        (DAILY, DAILY | {"Value": "6"}, "replaces"),
        (DAILY, DAILY | {"note": "x"}, "replaces"),
        (DAILY, DAILY | {"createtime": "2026-03-16"}, "another"),
        (DAILY, DAILY | {"product": "Casino"}, "another"),
        (DAILY | {"product": "live_casino"}, DAILY | {"product": "Live-Casino"}, "same"),
        (DAILY | {"product": "x"}, DAILY | {"game_type": "x"}, "same"),
        (DAILY, DAILY | {"Currency": "USD"}, "another"),
        (DAILY, DAILY | {"customerid": "c2"}, "another"),
        # A time: the instant and the value.
        (TIMED, TIMED, "same"),
        (TIMED, TIMED | {"createtime": "2026-03-15T13:10:00+01:00"}, "same"),
        (TIMED, TIMED | {"note": "x"}, "replaces"),
        (TIMED, TIMED | {"Value": "5.01"}, "another"),
        (TIMED, TIMED | {"createtime": "2026-03-15 12:11"}, "another"),
        # Without a value the stated dollars; with one they are a further field.
        (IN_DOLLARS, IN_DOLLARS | {"amount_usd": 5.50}, "same"),
        (IN_DOLLARS, IN_DOLLARS | {"note": "x"}, "replaces"),
        (IN_DOLLARS, IN_DOLLARS | {"amount_usd": "6"}, "another"),
        (IN_DOLLARS, TIMED | {"Value": "5.50"}, "another"),
        (TIMED, TIMED | {"amount_usd": "6"}, "replaces"),
        (IN_DOLLARS | DATED, IN_DOLLARS | DATED | {"amount_usd": "6"}, "replaces"),
        # Midnight is a time.
        (DAILY, DAILY | {"createtime": "2026-03-15 00:00"}, "another"),
        # Neither id nor time: only identical records are one, whenever they come.
        (TIMELESS, TIMELESS, "same"),
        (TIMELESS, TIMELESS | {"note": "x"}, "another"),
    ],
)
def test_identity(first, second, expected):
    assert compare(first, second) == expected


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (WITH_ID, "1ac87ac77c8a4cd4e816272ac292b775"),
        (DAILY, "733ab330d82a941be6bebc3ba45e5786"),
        (DAILY | {"Value": None, "amount_usd": "6"}, "733ab330d82a941be6bebc3ba45e5786"),
        (TIMED, "616899fd3434efdf121a81d73e7de226"),
        (TIMED | {"amount_usd": "6"}, "616899fd3434efdf121a81d73e7de226"),
        (TIMED | {"eventname": "DailyStats", "Value": None, "GGR": "5"}, "ba22d72f2972c4d3710e161bf7b660ff"),
        (TIMELESS, "9cb5abf3248f1f9ca2d71f93dc0cb58e"),
        (TIMELESS | {"Value": None, "amount_usd": "6"}, "d6f2be8ab92cebef08a0df5442236d9e"),
    ],
)
def test_keys_are_what_they_have_always_been(record, key):
    assert read(record).key == key


# Names and values that look like what texts are joined with.
NAMES = ("a", "b", "a=1,b", "a\x1f1", "1", "1.0")
VALUES = (
    1, 1.0, "1", "1.0", 0, "-0", "1e0", 1e300, True, "True", None, "", "x", "$1:x", "x,b=1", [], {}, [[]], ["x"],
    ["x", "x"], ["x,$1:x"], [1], ["1"], ["1.0"], [None], [True], {"1": 1}, {"1.0": 1}, {"a": 1, "b": 1}, {"a=1,b": 1},
    {"a": {"b": 1}},
)  # fmt: skip


def by_meaning(value, *, is_inside=False):
    """What a value says, as wire.md tells amounts, texts and absent fields apart."""
    match value:
        case dict():
            return frozenset((name, by_meaning(each, is_inside=True)) for name, each in value.items())
        case list():
            return tuple(by_meaning(each, is_inside=True) for each in value)
        case "1" | "1.0" | "-0" if not is_inside:
            return Decimal(value)
        case bool() | str():
            return type(value), value
        case int() | float():
            return Decimal(repr(value))
    return value


def test_records_have_one_digest_if_and_only_if_they_say_the_same():
    fields = list(product(NAMES, VALUES))
    records = [dict([first, second]) for first, second in product(fields, fields) if first[0] <= second[0]]

    said = {}
    for record in records:
        meaning = frozenset((name, by_meaning(value)) for name, value in record.items() if value is not None)
        said.setdefault(read(WITH_ID | record).digest, set()).add(meaning)

    assert [meanings for meanings in said.values() if len(meanings) > 1] == []
    assert len(said) == len({meaning for meanings in said.values() for meaning in meanings})


def test_the_time_of_receipt_is_no_part_of_the_identity():
    later = NOW + timedelta(days=3)

    assert read(TIMELESS).key == read(TIMELESS, now=later).key
    assert read(TIMELESS).digest == read(TIMELESS, now=later).digest


@pytest.mark.parametrize("record", [WITH_ID, DAILY, TIMED, TIMELESS, TIMED | {"KenoStakes": "1", "game_type": "slots"}])
def test_configuration_changes_neither_key_nor_digest(record):
    configured = Meaning(
        vertical="igaming",
        kpis=(Kpi("KenoStakes", "money"),),
        event_aliases={"Bet": "Deposit"},
        product_aliases={"slots": "Casino"},
        status_aliases={"ok": "approved"},
    )

    before, after = read(record), read(record, configured)

    assert (before.key, before.digest) == (after.key, after.digest)


@pytest.mark.parametrize(
    ("rule", "first", "second", "expected"),
    [
        ("day", TIMED, TIMED | {"createtime": "2026-03-15 23:59", "Value": "9"}, "replaces"),
        ("day", WITH_ID | DAILY, WITH_ID | DAILY | {"eventid": "e2"}, "replaces"),
        ("content", DAILY, DAILY | {"Value": "6"}, "another"),
        ("content", WITH_ID | TIMED, WITH_ID | TIMED | {"eventid": "e2"}, "replaces"),
        ("event_id", WITH_ID | DAILY, WITH_ID | DAILY | {"Value": "6"}, "replaces"),
    ],
)
def test_an_events_rule_decides(rule, first, second, expected):
    assert compare(first, second, Meaning(vertical="igaming", events={"bet": rule})) == expected


def test_the_day_of_a_rule_is_the_brands():
    meaning = Meaning(vertical="igaming", timezone="Asia/Tokyo", events={"Bet": "day"})
    evening = TIMED | {"createtime": "2026-03-15T20:00:00Z"}

    assert compare(evening, TIMED | {"createtime": "2026-03-16T01:00:00Z"}, meaning) == "replaces"
    assert compare(evening, TIMED | {"createtime": "2026-03-15T01:00:00Z"}, meaning) == "another"


@pytest.mark.parametrize(("rule", "record", "field"), [("event_id", TIMED, "eventid"), ("day", TIMELESS, "createtime")])
def test_a_rule_requires_what_it_stands_on(rule, record, field):
    with pytest.raises(Refused) as refused:
        read(record, Meaning(vertical="igaming", events={"Bet": rule}))

    assert (refused.value.code, refused.value.field) == ("required", field)
