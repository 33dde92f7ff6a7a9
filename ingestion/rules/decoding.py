"""From bytes to records: JSON read strictly, numbers kept as the text that was sent."""

import json
import re
from typing import Any, NoReturn

from ingestion.rules.refusals import TooMuch, Unreadable

MAX_BYTES = 1024 * 1024
MAX_RECORDS = 1000
MAX_DEPTH = 8

# Escapes that may stand for NUL or half a surrogate pair. Bodies without them need no closer look.
_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_FORBIDDEN = re.compile("[\0\ud800-\udfff]")


class Number(str):
    """A JSON number, as its literal text: no float ever exists between socket and disk."""

    __slots__ = ()


def decode(body: bytes) -> list[Any]:
    """Return the records of a push body; a bare object is a batch of one.

    Numbers become `Number`. Raises Unreadable, or TooMuch above MAX_BYTES and MAX_RECORDS (wire.md, Records and
    batches). Records that are no objects are returned as they are: they are refused one by one.
    """
    value = decode_value(body)
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise Unreadable("expected_array", "Send a JSON array of records, or one record as an object.")
    if len(value) > MAX_RECORDS:
        raise TooMuch("too_many_records", f"Send at most {MAX_RECORDS} records in one request.")
    return value


def decode_value(body: bytes) -> Any:
    """Return the JSON value that the bytes are.

    Raises Unreadable for anything that two JSON readers could understand differently, TooMuch above MAX_BYTES.
    """
    if len(body) > MAX_BYTES:
        raise TooMuch("too_large", f"Send at most {MAX_BYTES} bytes in one request.")
    if not body:
        raise Unreadable("empty_body", "The request has no body. Send a JSON array of records.")
    if body.startswith(b"\xef\xbb\xbf"):
        raise Unreadable("invalid_encoding", "Send UTF-8 without a byte order mark.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("invalid_encoding", f"Byte {error.start} is not UTF-8.") from None
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable("invalid_json", f"Not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _too_deep() from None
    if isinstance(value, dict | list) and _may_be_deep(body, value):
        _check_depth(value)
    if _SUSPICIOUS_ESCAPE.search(text):
        _check_characters(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise Unreadable("duplicate_key", "An object names one key twice. Send each key once.")
    return record


def _refuse_constant(_: str) -> NoReturn:
    raise Unreadable("non_finite_number", "NaN and Infinity are not JSON numbers.")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=_refuse_constant
)


def _too_deep() -> Unreadable:
    return Unreadable("too_deep", f"Nest arrays and objects at most {MAX_DEPTH} deep.")


def _may_be_deep(body: bytes, value: Any) -> bool:
    # Counting brackets costs microseconds and settles the usual case: one array of flat objects. Only records that are
    # objects account for a brace; numbers beside them must not hide the braces inside of one.
    objects = list(map(type, value)).count(dict) if isinstance(value, list) else 1
    return body.count(b"{") > objects or body.count(b"[") > 1


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise _too_deep()


def _check_characters(value: Any) -> None:
    if isinstance(value, str):
        if _FORBIDDEN.search(value):
            raise Unreadable("forbidden_character", "NUL and unpaired surrogates cannot be stored.")
    elif isinstance(value, dict):
        for name, child in value.items():
            _check_characters(name)
            _check_characters(child)
    elif isinstance(value, list):
        for child in value:
            _check_characters(child)
