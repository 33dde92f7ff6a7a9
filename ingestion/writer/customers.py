"""Customers: new ones are inserted and stored ones locked by one statement, in key order; then records are merged."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from json import dumps, loads
from typing import NamedTuple

from ingestion.rules.customers import CustomerRow, fields_text
from ingestion.rules.merging import UNKNOWN, CustomerState, merged
from ingestion.rules.refusals import Refused
from ingestion.writer.outcomes import CREATED, DUPLICATE, UPDATED, Outcome, rejected
from ingestion.writer.statements import array, nullable_array, plain_array, statements

STALE = "stale"

# DO UPDATE … WHERE FALSE locks what is there and writes nothing. It names a column outside of every key, so that the
# lock lets foreign keys of activities be checked.
_INSERT_OR_LOCK = """
    INSERT INTO ingestion_customer (brand_id, key, reported_at, registered_at, registered_on, country, sales_status,
        kyc_status, evidence, last_modified_at, delivery_id, index)
    SELECT %s, r.key, %s, r.registered_at, r.registered_on, r.country, r.sales_status, r.kyc_status,
        r.evidence::jsonb, r.last_modified_at, %s, r.index
    FROM unnest(%s::text[], %s::timestamptz[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::timestamptz[], %s::int[])
        AS r (key, registered_at, registered_on, country, sales_status, kyc_status, evidence, last_modified_at, index)
    ON CONFLICT (brand_id, key) DO UPDATE SET index = EXCLUDED.index WHERE FALSE
    RETURNING key, id"""
_READ = """
    SELECT c.key, c.id, c.reported_at IS NOT NULL, c.registered_at, c.registered_on, c.country, c.sales_status,
        c.kyc_status, c.last_modified_at, c.evidence, coalesce(p.first_name, ''), coalesce(p.last_name, ''),
        coalesce(p.email, ''), coalesce(p.fields, '{}')
    FROM unnest(%s::text[]) AS named (key)
    JOIN ingestion_customer c ON c.brand_id = %s AND c.key = named.key
    LEFT JOIN ingestion_customerprofile p ON p.brand_id = c.brand_id AND p.customer_id = c.id"""
_UPDATE = """
    UPDATE ingestion_customer c SET reported_at = coalesce(c.reported_at, %s), registered_at = r.registered_at,
        registered_on = r.registered_on, country = r.country, sales_status = r.sales_status,
        kyc_status = r.kyc_status, evidence = r.evidence::jsonb, last_modified_at = r.last_modified_at,
        delivery_id = %s, index = r.index
    FROM unnest(%s::text[], %s::timestamptz[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::timestamptz[], %s::int[])
        AS r (key, registered_at, registered_on, country, sales_status, kyc_status, evidence, last_modified_at, index)
    WHERE c.brand_id = %s AND c.key = r.key"""
_SAVE_PROFILES = """
    INSERT INTO ingestion_customerprofile (brand_id, customer_id, first_name, last_name, email, fields)
    SELECT %s, r.customer_id, r.first_name, r.last_name, r.email, r.fields::jsonb
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS r (customer_id, first_name, last_name, email, fields)
    ON CONFLICT (brand_id, customer_id) DO UPDATE SET first_name = EXCLUDED.first_name,
        last_name = EXCLUDED.last_name, email = EXCLUDED.email, fields = EXCLUDED.fields
    WHERE (ingestion_customerprofile.first_name, ingestion_customerprofile.last_name,
        ingestion_customerprofile.email, ingestion_customerprofile.fields)
        IS DISTINCT FROM (EXCLUDED.first_name, EXCLUDED.last_name, EXCLUDED.email, EXCLUDED.fields)"""


class Sent(NamedTuple):
    """A record of the batch; `place` says where in its delivery."""

    row: CustomerRow
    place: int


class Becomes(NamedTuple):
    """What a customer becomes by a batch, and which record changed something last."""

    state: CustomerState
    place: int


def write_customers(
    *, brand_id: int, delivery_id: int, records: Sequence[CustomerRow | Refused], received_at: datetime
) -> list[Outcome]:
    """Store a batch of customers; return what became of each record, as if they had been sent one by one.

    The delivery itself is written afterwards, in the same transaction.
    """
    outcomes = [
        rejected(record) if isinstance(record, Refused) else Outcome(DUPLICATE, record.key) for record in records
    ]
    sent: dict[str, list[Sent]] = {}
    for index, record in enumerate(records):
        if isinstance(record, CustomerRow):
            sent.setdefault(record.key, []).append(Sent(record, index))
    if not sent:
        return outcomes

    fresh = {key: _folded(UNKNOWN, sent[key], outcomes) for key in sorted(sent)}
    with statements() as cursor:
        cursor.execute(_INSERT_OR_LOCK, [brand_id, received_at, delivery_id, *_columns(fresh)])
        numbers = dict(cursor.fetchall())
        stored = [key for key in fresh if key not in numbers]
        changed: dict[str, Becomes] = {}
        with_profile: set[str] = set()
        if stored:
            cursor.execute(_READ, [array(stored), brand_id])
            for key, number, *columns in cursor.fetchall():
                before = _state(*columns)
                becomes = _folded(before, sent[key], outcomes)
                if becomes.state != before:
                    changed[key] = becomes
                    numbers[key] = number
                    if before.has_profile:  # what has become empty is written, too
                        with_profile.add(key)
        if changed:
            changed = dict(sorted(changed.items()))
            cursor.execute(_UPDATE, [received_at, delivery_id, *_columns(changed), brand_id])
        profiles = {
            numbers[key]: becomes.state
            for key, becomes in sorted((fresh | changed).items())
            if key in numbers and (becomes.state.has_profile or key in with_profile)
        }
        if profiles:
            cursor.execute(_SAVE_PROFILES, [brand_id, *_profile_columns(profiles)])
    return outcomes


def stored_states(*, brand_id: int, keys: Sequence[str]) -> dict[str, CustomerState]:
    """Return what is stored about customers, by key."""
    with statements() as cursor:
        cursor.execute(_READ, [array(keys), brand_id])
        return {key: _state(*columns) for key, _, *columns in cursor.fetchall()}


def correct(*, brand_id: int, delivery_id: int, states: dict[str, CustomerState]) -> None:
    """Make stored, reported customers what they are now known to be; the first becomes record 0 of the delivery."""
    becomes = {key: Becomes(state, index) for index, (key, state) in enumerate(sorted(states.items()))}
    with statements() as cursor:
        cursor.execute(_UPDATE, [None, delivery_id, *_columns(becomes), brand_id])
        cursor.execute(_READ, [array(list(becomes)), brand_id])
        numbers = {key: number for key, number, *_ in cursor.fetchall()}
        profiles = {numbers[key]: states[key] for key in becomes}
        cursor.execute(_SAVE_PROFILES, [brand_id, *_profile_columns(profiles)])


def _folded(state: CustomerState, sent: Iterable[Sent], outcomes: list[Outcome]) -> Becomes:
    index = 0
    for row, at in sent:
        after, is_stale = merged(state, row)
        if after == state:
            outcomes[at] = Outcome(DUPLICATE, row.key, STALE if is_stale else "")
        else:
            outcomes[at] = Outcome(UPDATED if state.is_reported else CREATED, row.key)
            index = at
        state = after
    return Becomes(state, index)


def _state(
    is_reported: bool,
    registered_at: datetime | None,
    registered_on: object,
    country: str,
    sales_status: str,
    kyc_status: str,
    last_modified_at: datetime | None,
    evidence: str,
    first_name: str,
    last_name: str,
    email: str,
    fields: str,
) -> CustomerState:
    # Django has its connections hand out JSON as text.
    return CustomerState(
        is_reported,
        str(registered_at) if registered_at else None,
        str(registered_on) if registered_on else None,
        country,
        sales_status,
        kyc_status,
        str(last_modified_at) if last_modified_at else None,
        tuple(loads(evidence)),
        first_name,
        last_name,
        email,
        loads(fields),
    )


def _columns(customers: dict[str, Becomes]) -> list[str]:
    states = [becomes.state for becomes in customers.values()]
    return [
        array(list(customers)),
        nullable_array(state.registered_at for state in states),
        nullable_array(state.registered_on for state in states),
        array([state.country for state in states]),
        array([state.sales_status for state in states]),
        array([state.kyc_status for state in states]),
        array([dumps(state.evidence) for state in states]),
        nullable_array(state.last_modified_at for state in states),
        plain_array([str(becomes.place) for becomes in customers.values()]),
    ]


def _profile_columns(profiles: dict[int, CustomerState]) -> list[str]:
    states = list(profiles.values())
    return [
        plain_array([str(number) for number in profiles]),
        array([state.first_name for state in states]),
        array([state.last_name for state in states]),
        array([state.email for state in states]),
        array([fields_text(state.fields) for state in states]),
    ]
