"""Ids and other short texts that are compared byte for byte."""

import re
import unicodedata

from ingestion.rules.decoding import Number
from ingestion.rules.details import MAX_NUMBER
from ingestion.rules.refusals import Refused

MAX_LENGTH = 200

_INTEGER = re.compile(r"-?[0-9]+").fullmatch
# Letters and marks that show nothing, beside the categories below: fillers and the grapheme joiner.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
# Control, format (zero-width among them), surrogate, line and paragraph separators.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def identifier(value: object, field: str, *, longest: int = MAX_LENGTH) -> str:
    """Return an id as text; the JSON integer 123 is the id `123`.

    Raises Refused `required`, `blank`, `invalid_type`, `too_long` or `forbidden_character`.
    """
    if type(value) is str:
        if value.isascii() and value.isprintable() and 0 < len(value) <= longest and value[0] != " " != value[-1]:
            return value
        text = value
    elif value is None:
        raise Refused("required", field, f"Send {field} with every record.")
    elif type(value) is Number and _INTEGER(value):
        text, longest = str(value), min(longest, MAX_NUMBER)
    else:
        raise Refused("invalid_type", field, f"Send {field} as a string or a whole number.")
    check_text(text, field, longest=longest)
    return text


def check_text(text: str, field: str, *, longest: int) -> None:
    """Raise Refused unless the text is short enough, not blank and without characters that do not show."""
    if len(text) > longest:
        raise Refused("too_long", field, f"Send at most {longest} characters.")
    if not text.strip():
        raise Refused("blank", field, f"{field} is empty. Send its value.")
    if text != text.strip() or any(
        character in _INVISIBLE or unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in text
    ):
        raise Refused(
            "forbidden_character", field, "Send no control characters, invisible characters or spaces at the ends."
        )
