"""What is known about a customer after one more record: what it says replaces, what it leaves out stays."""

from typing import Any, NamedTuple

from ingestion.rules.customers import CustomerRow
from ingestion.rules.names import fold
from ingestion.rules.shapes import MAX_FIELDS

MAX_EVIDENCE = 200


class CustomerState(NamedTuple):
    """All that is stored about a customer, times as texts; an empty text or None: nothing was said."""

    is_reported: bool = False
    registered_at: str | None = None
    registered_on: str | None = None
    country: str = ""
    sales_status: str = ""
    kyc_status: str = ""
    last_modified_at: str | None = None
    evidence: tuple[dict[str, str], ...] = ()
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    fields: dict[str, Any] = {}

    @property
    def has_profile(self) -> bool:
        return bool(self.first_name or self.last_name or self.email or self.fields)


UNKNOWN = CustomerState()


class Merged(NamedTuple):
    """The state after a record, and whether the record was older than what is stored, so that it changed nothing."""

    state: CustomerState
    is_stale: bool


def merged(state: CustomerState, row: CustomerRow) -> Merged:
    """Return what is known after one more record about a customer (wire.md, Identity).

    Distinct evidence is kept in the order of its arrival, up to MAX_EVIDENCE. That the first record gave none is kept
    as well: with a default affiliate that settles whose he is, however soon the next record comes.

    Other fields are kept up to MAX_FIELDS, as many as one record may have: those that came first, with what was said of
    them last. What does not fit is left out without a refusal, and rests in the delivery as it was sent.
    """
    if row.last_modified_at and state.last_modified_at and row.last_modified_at < state.last_modified_at:
        return Merged(state, is_stale=True)
    evidence = state.evidence
    says_something = bool(row.evidence) or not state.is_reported
    if says_something and row.evidence not in evidence and len(evidence) < MAX_EVIDENCE:
        evidence = (*evidence, row.evidence)
    after = state._replace(
        is_reported=True,
        registered_at=row.registered_at or state.registered_at,
        registered_on=row.registered_on or state.registered_on,
        country=_said(row.country, state.country),
        sales_status=_said(row.sales_status, state.sales_status),
        kyc_status=_said(row.kyc_status, state.kyc_status),
        last_modified_at=row.last_modified_at or state.last_modified_at,
        evidence=evidence,
        first_name=_said(row.first_name, state.first_name),
        last_name=_said(row.last_name, state.last_name),
        email=_said(row.email, state.email),
        fields=_kept(state.fields, row.fields) if row.fields else state.fields,
    )
    return Merged(after, is_stale=False)


def _said(value: str | None, before: str) -> str:
    return before if value is None else value


def _kept(before: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    names = {fold(name): name for name in before}
    after = dict(before)
    for name, value in said.items():
        known = names.get(fold(name), name)
        if known in after or len(after) < MAX_FIELDS:
            after[known] = value
    return after
