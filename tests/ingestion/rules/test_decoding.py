"""Bytes to records: what two JSON readers could understand differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.rules.decoding import MAX_BYTES, Number, decode
from ingestion.rules.refusals import TooMuch, Unreadable


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_body"),
        (b" \n ", "invalid_json"),
        (b"[]{}", "invalid_json"),
        (b'[{"a":1,}]', "invalid_json"),
        (b"[1", "invalid_json"),
        (b"[01]", "invalid_json"),
        (b"['a']", "invalid_json"),
        (b'[{"a":"\x01"}]', "invalid_json"),
        (b"\xef\xbb\xbf[]", "invalid_encoding"),
        ('[{"a":"José"}]'.encode("latin-1"), "invalid_encoding"),
        (b'[{"a":"\xc0\x80"}]', "invalid_encoding"),
        (b'[{"a":"\xed\xa0\x80"}]', "invalid_encoding"),
        ('[{"a":1}]'.encode("utf-16"), "invalid_encoding"),
        (b'[{"a":1,"a":2}]', "duplicate_key"),
        (b'[{"b":{"a":1,"a":1}}]', "duplicate_key"),
        (b"null", "expected_array"),
        (b'"text"', "expected_array"),
        (b"17", "expected_array"),
        (b"true", "expected_array"),
        (b'[{"a":NaN}]', "non_finite_number"),
        (b"[-Infinity]", "non_finite_number"),
        (rb'[{"a":"\u0000"}]', "forbidden_character"),
        (rb'[{"a\u0000":1}]', "forbidden_character"),
        (rb'[{"a":["\ud800"]}]', "forbidden_character"),
        (rb'[{"a":{"\udfff":1}}]', "forbidden_character"),
        (b"[" * 9 + b"]" * 9, "too_deep"),
        (b"[" * 200_000, "too_deep"),
        (b'[{"a":' * 300 + b"1" + b"}]" * 300, "too_deep"),
        (b"[" + b"1," * 20 + b'{"a":' * 8 + b"1" + b"}" * 8 + b"]", "too_deep"),
        (b"[" + b"1," * 999 + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]", "too_deep"),
    ],
)
def test_decoding_refuses_what_is_no_batch(body, code):
    with pytest.raises(Unreadable) as refused:
        decode(body)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"[" + b"{}," * 1000 + b"{}]", "too_many_records"), (b" " * (MAX_BYTES + 1), "too_large")],
)
def test_decoding_refuses_more_than_one_request_may_bring(body, code):
    with pytest.raises(TooMuch) as refused:
        decode(body)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("body", "records"),
    [
        (b"[]", []),
        (b'{"a":"x"}', [{"a": "x"}]),
        (b'[null,1,"x"]', [None, "1", "x"]),
        (rb'[{"a":"\ud83d\ude00"}]', [{"a": "😀"}]),
        (rb'[{"a":"\\u0000"}]', [{"a": r"\u0000"}]),
        (b'[{"__proto__":{"a":1}}]', [{"__proto__": {"a": "1"}}]),
        (b'[{"a":[[[[[[1]]]]]]}]', [{"a": [[[[[["1"]]]]]]}]),
    ],
)
def test_decoding_returns_the_records(body, records):
    assert decode(body) == records


@pytest.mark.parametrize("text", ["250.0", "250", "-0", "1e2", "1E+400", "0.1000", "9" * 4000])
def test_numbers_stay_the_text_that_was_sent(text):
    (record,) = decode(f'[{{"Value":{text}}}]'.encode())

    assert record["Value"] == text
    assert type(record["Value"]) is Number


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_records_or_our_own_refusal(body):
    try:
        records = decode(body)
    except Unreadable:
        return
    assert isinstance(records, list)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.text("abcdef", max_size=4), _json, max_size=6), max_size=5), st.booleans())
def test_decoding_agrees_with_the_standard_library_on_what_it_accepts(records, escapes):
    body = json.dumps(records, ensure_ascii=escapes).encode()

    try:
        decoded = decode(body)
    except Unreadable as refused:
        assert refused.code == "too_deep"  # noqa: PT017 - the only reason there can be
        return

    assert decoded == json.loads(body, parse_int=str)
