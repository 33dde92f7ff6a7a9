"""What became of each record."""

from typing import NamedTuple

from ingestion.rules.refusals import Refused

CREATED = "created"
UPDATED = "updated"
DUPLICATE = "duplicate"
PARKED = "parked"
REJECTED = "rejected"


class Outcome(NamedTuple):
    """What became of one record. `code` says what a parked one waits for, or why one was rejected or ignored."""

    outcome: str
    id: str = ""
    code: str = ""
    field: str = ""
    message: str = ""


def rejected(refused: Refused) -> Outcome:
    """Return the outcome of a record that rules refused."""
    return Outcome(REJECTED, "", refused.code, refused.field, refused.message)
