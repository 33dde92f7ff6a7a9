"""Ids are compared byte for byte, so nothing may hide in them."""

import pytest

from ingestion.rules.decoding import Number
from ingestion.rules.ids import identifier
from ingestion.rules.refusals import Refused


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("12386a7c-d843-4b12-9ad3-3ae295d49c27", "12386a7c-d843-4b12-9ad3-3ae295d49c27"),
        (Number("123"), "123"),
        (Number("1" * 64), "1" * 64),
        ("123", "123"),
        ("a b", "a b"),
        ("Ünïcode-客户", "Ünïcode-客户"),
        ("Jose\u0301", "Jose\u0301"),
        ("a\u00a0b", "a\u00a0b"),
        ("x" * 200, "x" * 200),
    ],
)
def test_ids_are_kept_as_sent(sent, read):
    assert identifier(sent, "customerId") == read


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, "required"),
        ("", "blank"),
        ("   ", "blank"),
        (" a", "forbidden_character"),
        ("a ", "forbidden_character"),
        ("a\u00a0", "forbidden_character"),
        ("a\tb", "forbidden_character"),
        ("a\x7fb", "forbidden_character"),
        ("cA1\u200b", "forbidden_character"),
        ("cA\u200d1", "forbidden_character"),
        ("\ufeffcA1", "forbidden_character"),
        ("a\u202eb", "forbidden_character"),
        ("a\u2028b", "forbidden_character"),
        ("a\u3164b", "forbidden_character"),
        ("x" * 201, "too_long"),
        ({"$ne": None}, "invalid_type"),
        ([], "invalid_type"),
        (True, "invalid_type"),
        (Number("1.0"), "invalid_type"),
        (Number("1e3"), "invalid_type"),
        (Number("1" * 65), "too_long"),
    ],
)
def test_other_ids_are_refused(sent, code):
    with pytest.raises(Refused) as refused:
        identifier(sent, "customerId")

    assert (refused.value.code, refused.value.field) == (code, "customerId")
