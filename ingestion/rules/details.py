"""Fields that mean nothing here yet: kept as they were sent, within bounds."""

from collections.abc import Iterable
from typing import Any

from ingestion.rules.decoding import Number
from ingestion.rules.refusals import Refused
from ingestion.rules.shapes import MAX_NAME, Other

MAX_STRING = 500
MAX_NUMBER = 64


def kept(fields: Iterable[Other], values: tuple[Any, ...]) -> dict[str, Any]:
    """Return these fields of a record by their names as sent, nulls left out.

    Raises Refused for strings, numbers and names longer than wire.md allows.
    """
    details = {field.name: values[field.at] for field in fields if values[field.at] is not None}
    for name, value in details.items():
        check(value, name)
    return details


def check(value: Any, field: str) -> None:
    """Raise Refused when something in the value of this field is too long to be kept."""
    if type(value) is str:
        if len(value) > MAX_STRING:
            raise Refused("too_long", field, f"Send at most {MAX_STRING} characters.")
    elif type(value) is Number:
        if len(value) > MAX_NUMBER:
            raise Refused("too_many_digits", field, f"Send numbers of at most {MAX_NUMBER} characters.")
    elif type(value) is dict:
        for name, child in value.items():
            if len(name) > MAX_NAME:
                raise Refused("too_long", field, f"Name fields with at most {MAX_NAME} characters.")
            check(child, field)
    elif type(value) is list:
        for child in value:
            check(child, field)
