"""Activities: awaited customers first, then what is new in one statement, then what differs from what is stored."""

from collections.abc import Collection, Iterable, Sequence
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
           %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::int[])
    AS r (key, digest, customer_id, event, event_id, moment, day, product, currency, status, kpis, amounts, details,
          parked_for, delivery_id, index)"""
_VALUES = """
    r.customer_id, r.event, r.event_id, r.moment, r.day, r.product, r.currency, r.status, r.kpis::text[],
    r.amounts::numeric[], r.details::jsonb, CASE r.parked_for WHEN '' THEN 'live' ELSE 'parked' END, r.parked_for,
    r.delivery_id, r.index"""
_INSERT = f"""
    INSERT INTO ingestion_activity (brand_id, key, digest, {_COLUMNS})
    SELECT %s, r.key, r.digest, {_VALUES}
    FROM {_RECORDS}
    ON CONFLICT (brand_id, key) DO NOTHING"""  # noqa: S608 - constants only
_KEEP_VERSIONS = f"""
    INSERT INTO ingestion_supersededactivity (brand_id, activity_id, replaced_by_id, {_COLUMNS})
    SELECT brand_id, id, r.replaced_by, {_COLUMNS}
    FROM unnest(%s::uuid[], %s::bigint[]) AS r (key, replaced_by)
    JOIN ingestion_activity a ON a.brand_id = %s AND a.key = r.key"""  # noqa: S608 - constants only
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
    """A record on its way into the table, its delivery and its place in it; `at` is its place in the batch."""

    row: ActivityRow
    customer: Known
    delivery_id: int
    place: int
    at: int = 0


class Batch(NamedTuple):
    """The records of one delivery, which is written afterwards in the same transaction."""

    delivery_id: int
    records: Sequence[ActivityRow | Refused]


def write_activities(*, brand_id: int, batches: Sequence[Batch], rejects_unknown_customers: bool) -> list[Outcome]:
    """Store the activities of deliveries; return what became of each record, as if they had been sent one by one."""
    records = [record for batch in batches for record in batch.records]
    names = {record.customer for record in records if isinstance(record, ActivityRow)}
    customers = _customers(brand_id, names) if names else {}
    awaited = {}
    if not rejects_unknown_customers and len(customers) < len(names):
        awaited = _await_customers(brand_id, _first_named(batches, names - customers.keys()))
        customers |= awaited
        if len(customers) < len(names):  # somebody else has just added the rest
            customers |= _customers(brand_id, names - customers.keys())

    outcomes: list[Outcome] = []
    versions: dict[str, list[Version]] = {}
    origins = ((batch.delivery_id, place) for batch in batches for place in range(len(batch.records)))
    for at, (record, (delivery_id, place)) in enumerate(zip(records, origins, strict=True)):
        if isinstance(record, Refused):
            outcomes.append(rejected(record))
            continue
        customer = customers.get(record.customer)
        if customer is None or (rejects_unknown_customers and not customer.is_reported):
            outcomes.append(_unknown_customer(record))
            continue
        code = record.parked_for or ("" if customer.is_reported else UNKNOWN_CUSTOMER)
        outcomes.append(Outcome(PARKED if code else CREATED, record.event_id, code))
        versions.setdefault(record.key, []).append(Version(record, customer, delivery_id, place, at))
    if versions:
        _store(brand_id, [batch.delivery_id for batch in batches], versions, outcomes)
        if awaited:
            _forget_unused(brand_id, awaited, versions.values(), outcomes)
    return outcomes


def replace(*, brand_id: int, versions: Sequence[Version]) -> None:
    """Replace stored activities, keeping their earlier versions. The rows are locked; `versions` are in key order."""
    keys = plain_array(version.row.key for version in versions)
    replaced_by = plain_array(str(version.delivery_id) for version in versions)
    with statements() as cursor:
        cursor.execute(_KEEP_VERSIONS, [keys, replaced_by, brand_id])
        cursor.execute(_REPLACE, [*_columns(versions), brand_id])


def _customers(brand_id: int, names: Iterable[str]) -> dict[str, Known]:
    with statements() as cursor:
        cursor.execute(
            "SELECT c.key, c.id, c.reported_at IS NOT NULL FROM unnest(%s::text[]) AS named (key)"
            " JOIN ingestion_customer c ON c.brand_id = %s AND c.key = named.key",
            [array(list(names)), brand_id],
        )
        return {key: Known(number, is_reported) for key, number, is_reported in cursor.fetchall()}


def _first_named(batches: Sequence[Batch], names: Collection[str]) -> dict[str, int]:
    """Return in which delivery each of these customers is named first, by name in order."""
    first: dict[str, int] = {}
    for batch in batches:
        for record in batch.records:
            if isinstance(record, ActivityRow) and record.customer in names:
                first.setdefault(record.customer, batch.delivery_id)
    return dict(sorted(first.items()))


def _await_customers(brand_id: int, deliveries: dict[str, int]) -> dict[str, Known]:
    with statements() as cursor:
        cursor.execute(
            "INSERT INTO ingestion_customer"
            " (brand_id, key, country, sales_status, kyc_status, evidence, delivery_id, index)"
            " SELECT %s, name, '', '', '', '[]', delivery_id, 0 FROM unnest(%s::text[], %s::bigint[])"
            " AS awaited (name, delivery_id) ON CONFLICT (brand_id, key) DO NOTHING RETURNING key, id",
            [brand_id, array(list(deliveries)), plain_array(map(str, deliveries.values()))],
        )
        return {key: Known(number, is_reported=False) for key, number in cursor.fetchall()}


def _store(
    brand_id: int, deliveries: Sequence[int], versions: dict[str, list[Version]], outcomes: list[Outcome]
) -> None:
    keys = sorted(versions)
    firsts = [versions[key][0] for key in keys]
    with statements() as cursor:
        cursor.execute(_INSERT, [brand_id, *_columns(firsts)])
        inserted = cursor.rowcount
    if inserted == len(keys) == sum(map(len, versions.values())):
        return

    stored = _stored(brand_id, deliveries, keys) if inserted < len(keys) else {}
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
            outcomes[version.at] = _compared(version, present, outcomes[version.at])
            if outcomes[version.at].outcome in (UPDATED, PARKED):
                last[key] = version
                present = Stored(version.row.digest, version.customer.id)
    if last:
        replace(brand_id=brand_id, versions=[last[key] for key in sorted(last)])


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


def _stored(brand_id: int, deliveries: Sequence[int], keys: Sequence[str]) -> dict[str, Stored]:
    # Without those that this very batch has inserted. Nothing is locked: what is equal is not touched.
    with statements() as cursor:
        cursor.execute(
            "SELECT a.key::text, a.digest::text, a.customer_id FROM unnest(%s::uuid[]) AS sent (key)"
            " JOIN ingestion_activity a ON a.brand_id = %s AND a.key = sent.key"
            " WHERE a.delivery_id <> ALL (%s::bigint[])",
            [plain_array(keys), brand_id, plain_array(map(str, deliveries))],
        )
        return {_hex(key): Stored(_hex(digest), customer) for key, digest, customer in cursor.fetchall()}


def _locked(brand_id: int, keys: Sequence[str]) -> dict[str, Stored]:
    with statements() as cursor:
        cursor.execute(
            "SELECT a.key::text, a.digest::text, a.customer_id FROM unnest(%s::uuid[]) AS sent (key)"
            " JOIN ingestion_activity a ON a.brand_id = %s AND a.key = sent.key ORDER BY a.key FOR NO KEY UPDATE OF a",
            [plain_array(keys), brand_id],
        )
        return {_hex(key): Stored(_hex(digest), customer) for key, digest, customer in cursor.fetchall()}


def _forget_unused(
    brand_id: int, awaited: dict[str, Known], versions: Iterable[list[Version]], outcomes: Sequence[Outcome]
) -> None:
    # A rejected record leaves nothing behind, so neither does a customer whom only rejected records name.
    used = {version.customer.id for sent in versions for version in sent if outcomes[version.at].outcome != REJECTED}
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
        array(_repeated_arrays(kpis)),
        array([f"{{{texts[0]}}}" if len(texts) == 1 else plain_array(texts) for texts in amounts]),
        array(details),
        array(parked_for),
        plain_array([str(version.delivery_id) for version in versions]),
        plain_array([str(version.place) for version in versions]),
    ]


def _repeated_arrays(rows: Iterable[tuple[str, ...]]) -> list[str]:
    # A batch names few different KPIs. Names of letters alone need no quotes, which would have to be escaped once more.
    literals: dict[tuple[str, ...], str] = {}
    result = []
    for names in rows:
        literal = literals.get(names)
        if literal is None:
            is_plain = all(name.isascii() and name.isalpha() and name.upper() != "NULL" for name in names)
            literal = literals[names] = plain_array(names) if is_plain else array(names)
        result.append(literal)
    return result


def _hex(uuid: str) -> str:
    return uuid.replace("-", "")
