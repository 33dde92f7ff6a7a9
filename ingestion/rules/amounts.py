"""Amounts are read from the text that was sent, never through a float."""

import re

from ingestion.rules.refusals import Refused

MAX_DIGITS = 15

_AMOUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,8})?").fullmatch
_PLAIN_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch


def amount(value: object, field: str) -> str:
    """Return the shortest text of an amount sent as a string or number: `250.00` is `250`, `-0` is `0`.

    Raises Refused `too_many_digits` or `invalid_amount` (wire.md, Records and batches).
    """
    if isinstance(value, str):
        if _AMOUNT(value):
            text = value.rstrip("0").rstrip(".") if "." in value else value
            if len(text) > MAX_DIGITS and len(text.lstrip("-0.").replace(".", "")) > MAX_DIGITS:
                raise _too_many_digits(field)
            return text if text != "-0" else "0"
        if _PLAIN_DECIMAL(value) and len(value.lstrip("-0.").replace(".", "")) > MAX_DIGITS:
            raise _too_many_digits(field)
    raise Refused(
        "invalid_amount",
        field,
        'Send a plain decimal like 250.00 or "250.00": a point, at most 8 decimals, no exponent, sign +, grouping or '
        "spaces.",
    )


def shortest(text: str) -> str | None:
    """Return the shortest text of an amount, or None where the text is no amount."""
    if not _AMOUNT(text):
        return None
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if text != "-0" else "0"


def _too_many_digits(field: str) -> Refused:
    return Refused("too_many_digits", field, f"Send at most {MAX_DIGITS} significant digits.")
