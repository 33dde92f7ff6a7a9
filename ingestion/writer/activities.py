"""Activities: awaited customers first, then what is new in one statement, then what differs from what is stored."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingestion.rules.activities import ActivityRow
from ingestion.rules.refusals import Refused
from ingestion.writer.outcomes import CREATED, DUPLICATE, PARKED, REJECTED, UPDATED, Outcome, rejected
from ingestion.writer.statements import array, plain_array, statements

UNKNOWN_CUSTOMER = "unknown_customer"

_COLUMNS = (
    "customer_id, event, event_id, moment, day, product, currency, status, kpis, amounts, details, state, parked_for,"
    " delivery_id, index"
)
_RECORDS = """
    unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::date[], %s::text[],
           %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[])
    AS r (key, digest, customer_id, event, event_id, moment, day, product, currency, status, kpis, amounts, details,
          parked_for, index)"""
_VALUES = """
    r.customer_id, r.event, r.event_id, r.moment, r.day, r.product, r.currency, r.status, r.kpis::text[],
    r.amounts::numeric[], r.details::jsonb, CASE r.parked_for WHEN '' THEN 'live' ELSE 'parked' END, r.parked_for,
    %s, r.index"""
_INSERT = f"""
    INSERT INTO ingestion_activity (brand_id, key, digest, {_COLUMNS})
    SELECT %s, r.key, r.digest, {_VALUES}
    FROM {_RECORDS}
    ON CONFLICT (brand_id, key) DO NOTHING"""  # noqa: S608 - constants only
_KEEP_VERSIONS = f"""
    INSERT INTO ingestion_supersededactivity (brand_id, activity_id, replaced_by_id, {_COLUMNS})
    SELECT brand_id, id, %s, {_COLUMNS}
    FROM ingestion_activity WHERE brand_id = %s AND key = ANY (%s::uuid[])"""  # noqa: S608 - constants only
_REPLACE = f"""
    UPDATE ingestion_activity a SET (digest, {_COLUMNS}) = ROW (r.digest, {_VALUES})
    FROM {_RECORDS}
    WHERE a.brand_id = %s AND a.key = r.key"""  # noqa: S608 - constants only


class Known(NamedTuple):
    """A customer as the writer needs him: his internal number, and whether the brand has reported him."""

    id: int
    is_reported: bool


class Stored(NamedTuple):
    """The present version of an activity in the table."""

    digest: str
    customer_id: int


class Version(NamedTuple):
    """A record of the batch on its way into the table; `place` says where in its delivery."""

    row: ActivityRow
    customer: Known
    place: int


def write_activities(
    *, brand_id: int, delivery_id: int, records: Sequence[ActivityRow | Refused], rejects_unknown_customers: bool
) -> list[Outcome]:
    """Store a batch of activities; return what became of each record, as if they had been sent one by one.

    The delivery itself is written afterwards, in the same transaction.
    """
    names = {record.customer for record in records if isinstance(record, ActivityRow)}
    customers = _customers(brand_id, names) if names else {}
    awaited = {}
    if not rejects_unknown_customers and len(customers) < len(names):
        awaited = _await_customers(brand_id, delivery_id, sorted(names - customers.keys()))
        customers |= awaited
        if len(customers) < len(names):  # somebody else has just added the rest
            customers |= _customers(brand_id, names - customers.keys())

    outcomes: list[Outcome] = []
    versions: dict[str, list[Version]] = {}
    for index, record in enumerate(records):
        if isinstance(record, Refused):
            outcomes.append(rejected(record))
            continue
        customer = customers.get(record.customer)
        if customer is None or (rejects_unknown_customers and not customer.is_reported):
            outcomes.append(_unknown_customer(record))
            continue
        code = record.parked_for or ("" if customer.is_reported else UNKNOWN_CUSTOMER)
        outcomes.append(Outcome(PARKED if code else CREATED, record.event_id, code))
        versions.setdefault(record.key, []).append(Version(record, customer, index))
    if versions:
        _store(brand_id, delivery_id, versions, outcomes)
        if awaited:
            _forget_unused(brand_id, awaited, versions.values(), outcomes)
    return outcomes


def replace(*, brand_id: int, delivery_id: int, versions: Iterable[Version]) -> None:
    """Replace stored activities, keeping their earlier versions. The rows are locked; `versions` are in key order."""
    versions = list(versions)
    keys = plain_array(version.row.key for version in versions)
    with statements() as cursor:
        cursor.execute(_KEEP_VERSIONS, [delivery_id, brand_id, keys])
        columns = _columns(versions)
        cursor.execute(_REPLACE, [delivery_id, *columns, brand_id])


def _customers(brand_id: int, names: Iterable[str]) -> dict[str, Known]:
    with statements() as cursor:
        cursor.execute(
            "SELECT key, id, reported_at IS NOT NULL FROM ingestion_customer"
            " WHERE brand_id = %s AND key = ANY (%s::text[])",
            [brand_id, array(list(names))],
        )
        return {key: Known(number, is_reported) for key, number, is_reported in cursor.fetchall()}


def _await_customers(brand_id: int, delivery_id: int, names: Sequence[str]) -> dict[str, Known]:
    with statements() as cursor:
        cursor.execute(
            "INSERT INTO ingestion_customer"
            " (brand_id, key, country, sales_status, kyc_status, evidence, delivery_id, index)"
            " SELECT %s, name, '', '', '', '[]', %s, 0 FROM unnest(%s::text[]) AS name"
            " ON CONFLICT (brand_id, key) DO NOTHING RETURNING key, id",
            [brand_id, delivery_id, array(names)],
        )
        return {key: Known(number, is_reported=False) for key, number in cursor.fetchall()}


def _store(brand_id: int, delivery_id: int, versions: dict[str, list[Version]], outcomes: list[Outcome]) -> None:
    keys = sorted(versions)
    firsts = [versions[key][0] for key in keys]
    with statements() as cursor:
        cursor.execute(_INSERT, [brand_id, delivery_id, *_columns(firsts)])
        inserted = cursor.rowcount
    if inserted == len(keys) == sum(map(len, versions.values())):
        return

    stored = _stored(brand_id, delivery_id, keys) if inserted < len(keys) else {}
    changed = [key for key in stored if any((at.row.digest, at.customer.id) != stored[key] for at in versions[key])]
    if changed:
        stored |= _locked(brand_id, sorted(changed))
    last: dict[str, Version] = {}
    for key, sent in versions.items():
        present = stored.get(key)
        for version in sent:
            if present is None:  # just inserted
                present = Stored(version.row.digest, version.customer.id)
                continue
            outcomes[version.place] = _compared(version, present, outcomes[version.place])
            if outcomes[version.place].outcome in (UPDATED, PARKED):
                last[key] = version
                present = Stored(version.row.digest, version.customer.id)
    if last:
        replace(brand_id=brand_id, delivery_id=delivery_id, versions=[last[key] for key in sorted(last)])


def _compared(version: Version, present: Stored, if_new: Outcome) -> Outcome:
    if version.customer.id != present.customer_id:
        return Outcome(
            REJECTED,
            version.row.event_id,
            "conflict",
            "customerid",
            "This event id is stored for another customer. Send a new eventid, or correct customerid.",
        )
    if version.row.digest == present.digest:
        return Outcome(DUPLICATE, version.row.event_id)
    return if_new if if_new.outcome == PARKED else Outcome(UPDATED, version.row.event_id)


def _stored(brand_id: int, delivery_id: int, keys: Sequence[str]) -> dict[str, Stored]:
    # Without those that this very batch has inserted. Nothing is locked: what is equal is not touched.
    with statements() as cursor:
        cursor.execute(
            "SELECT key::text, digest::text, customer_id FROM ingestion_activity"
            " WHERE brand_id = %s AND key = ANY (%s::uuid[]) AND delivery_id <> %s",
            [brand_id, plain_array(keys), delivery_id],
        )
        return {_hex(key): Stored(_hex(digest), customer) for key, digest, customer in cursor.fetchall()}


def _locked(brand_id: int, keys: Sequence[str]) -> dict[str, Stored]:
    with statements() as cursor:
        cursor.execute(
            "SELECT key::text, digest::text, customer_id FROM ingestion_activity"
            " WHERE brand_id = %s AND key = ANY (%s::uuid[]) ORDER BY key FOR NO KEY UPDATE",
            [brand_id, plain_array(keys)],
        )
        return {_hex(key): Stored(_hex(digest), customer) for key, digest, customer in cursor.fetchall()}


def _forget_unused(
    brand_id: int, awaited: dict[str, Known], versions: Iterable[list[Version]], outcomes: Sequence[Outcome]
) -> None:
    # A rejected record leaves nothing behind, so neither does a customer whom only rejected records name.
    used = {version.customer.id for sent in versions for version in sent if outcomes[version.place].outcome != REJECTED}
    if unused := [str(customer.id) for customer in awaited.values() if customer.id not in used]:
        with statements() as cursor:
            cursor.execute(
                "DELETE FROM ingestion_customer WHERE brand_id = %s AND id = ANY (%s::bigint[])",
                [brand_id, plain_array(unused)],
            )


def _unknown_customer(record: ActivityRow) -> Outcome:
    return Outcome(
        REJECTED,
        record.event_id,
        UNKNOWN_CUSTOMER,
        "customerid",
        "No such customer was reported. Send him to /tracking/events/customers first.",
    )


def _columns(versions: Sequence[Version]) -> list[str]:
    (
        keys,
        digests,
        _,
        events,
        event_ids,
        moments,
        days,
        products,
        currencies,
        statuses,
        kpis,
        amounts,
        details,
        parked_for,
    ) = zip(*[version.row for version in versions], strict=True)
    return [
        plain_array(keys),
        plain_array(digests),
        plain_array([str(version.customer.id) for version in versions]),
        array(events),
        array(event_ids),
        array(moments),
        plain_array(days),
        array(products),
        array(currencies),
        plain_array(statuses),
        array([array(names) for names in kpis]),
        array([plain_array(texts) for texts in amounts]),
        array(details),
        array(parked_for),
        plain_array([str(version.place) for version in versions]),
    ]


def _hex(uuid: str) -> str:
    return uuid.replace("-", "")
