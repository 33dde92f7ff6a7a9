"""Whether what is stored equals what the deliveries say, record by record."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from brands.models import Brand
from ingestion.dialects.registry import Origin
from ingestion.models import Customer, Delivery
from ingestion.queries.meaning import present_meaning
from ingestion.queries.stored import StoredActivity, stored_rows
from ingestion.rules.activities import ActivityRow
from ingestion.rules.meaning import Meaning
from ingestion.services.rebuilding import RebuiltCustomer, accepted_records, rebuilt_customers
from ingestion.services.rereading import origins_of, read_again
from ingestion.writer.customers import stored_states
from ingestion.writer.statements import plain_array, statements

# So many activities are held in memory at once.
ACTIVITIES_AT_ONCE = 5000
CUSTOMERS_AT_ONCE = 5000

# A brand's keys need not fit into memory, so PostgreSQL is told all of them, in the order of the deliveries' positions.
_CREATE_ACCEPTED = """
    DROP TABLE IF EXISTS pg_temp.accepted;
    CREATE TEMPORARY TABLE accepted (at bigint, key uuid, digest uuid, delivery_id bigint, place int) ON COMMIT DROP"""
_INSERT_ACCEPTED = """
    INSERT INTO pg_temp.accepted
    SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::uuid[], %s::bigint[], %s::int[])"""
# The last version of each, where it came first, beside what is stored; in the order of the bytes.
_COMPARED = """
    WITH version AS (
        SELECT *, lag(digest) OVER (PARTITION BY key ORDER BY at) IS DISTINCT FROM digest AS is_new
        FROM pg_temp.accepted
    ), wanted AS (
        SELECT DISTINCT ON (key) key, delivery_id, place FROM version WHERE is_new ORDER BY key, at DESC
    )
    SELECT wanted.key, wanted.delivery_id, wanted.place, stored.*
    FROM wanted FULL JOIN ({stored}) AS stored ({columns}) ON stored.key = wanted.key
    ORDER BY wanted.delivery_id, wanted.place, stored.key"""
_FOR_BIG_SORTS = "SET LOCAL work_mem = '256MB'; SET LOCAL enable_nestloop = off"
_AS_BEFORE = "SET LOCAL work_mem TO DEFAULT; SET LOCAL enable_nestloop TO DEFAULT"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where what is stored is not what was sent."""

    kind: str
    key: str
    says: str


def differences(*, brand: Brand, at_most: int = 100) -> list[Difference]:
    """Rebuild the brand's customers and activities from its deliveries and compare; the first differences, or none.

    Reads everything the brand ever sent, inside its `tenant()`. Meant for a snapshot (REPEATABLE READ), or for a
    moment in which nothing is sent.
    """
    found: list[Difference] = []
    for difference in _all(brand, present_meaning(brand=brand)):
        found.append(difference)
        if len(found) >= at_most:
            break
    return found


def _all(brand: Brand, meaning: Meaning) -> Iterator[Difference]:
    yield from _altered_bytes(brand)
    customers = rebuilt_customers(brand=brand, meaning=meaning)
    yield from _customer_differences(brand, customers)
    yield from _activity_differences(brand, meaning)


def _altered_bytes(brand: Brand) -> Iterator[Difference]:
    for delivery in Delivery.objects.filter(brand=brand).order_by("position").iterator(chunk_size=20):
        if sha256(bytes(delivery.body)).digest() != bytes(delivery.sha256):
            yield Difference("delivery", delivery.uid, "its bytes are not those that were received")


def _customer_differences(brand: Brand, rebuilt: dict[str, RebuiltCustomer]) -> Iterator[Difference]:
    keys = sorted(rebuilt)
    for start in range(0, len(keys), CUSTOMERS_AT_ONCE):
        some = keys[start : start + CUSTOMERS_AT_ONCE]
        stored = stored_states(brand_id=brand.pk, keys=some)
        reported = dict(Customer.objects.filter(brand=brand, key__in=some).values_list("key", "reported_at"))
        for key in some:
            if key not in stored:
                yield Difference("customer", key, "was reported and is not stored")
            elif stored[key] != rebuilt[key].state:
                fields = [
                    name
                    for name, was, is_now in zip(stored[key]._fields, rebuilt[key].state, stored[key], strict=True)
                    if was != is_now
                ]
                yield Difference("customer", key, f"is stored with another {', '.join(fields)}")
            elif reported[key] != rebuilt[key].reported_at:
                yield Difference("customer", key, "is stored with another time of the first report")
    for key in Customer.objects.filter(brand=brand, reported_at__isnull=False).values_list("key", flat=True).iterator():
        if key not in rebuilt:
            yield Difference("customer", key, "is stored as reported and never was")


class _Pair(NamedTuple):
    """Where the bytes of an activity are, if it was accepted, and what is stored of it, if it is."""

    key: str
    origin: Origin | None
    stored: StoredActivity | None


def _activity_differences(brand: Brand, meaning: Meaning) -> Iterator[Difference]:
    _list_accepted(brand, meaning)
    pairs = _pairs(brand)
    while some := list(islice(pairs, ACTIVITIES_AT_ONCE)):
        both = []
        for key, origin, stored in some:
            if origin is None:
                yield Difference("activity", key, "is stored and was never sent")
            elif stored is None:
                yield Difference("activity", key, "was accepted and is not stored")
            else:
                both.append((key, origin, stored))
        places = [Origin(stored.delivery_id, stored.place) for *_, stored in both]
        found = origins_of(brand_id=brand.pk, places=places)
        rows = read_again(brand=brand, meaning=meaning, origins=[origin for _, origin, _ in both])
        for (key, origin, stored), at, row in zip(both, found, rows, strict=True):
            if isinstance(row, ActivityRow) and (says := _contradiction(stored, at, row, origin)):
                yield Difference("activity", key, says)


def _contradiction(stored: StoredActivity, at: Origin, row: ActivityRow, origin: Origin) -> str:
    if stored.customer != row.customer:
        return "is stored for another customer"
    differing = list(stored.differing(row))
    if "amounts" in differing:
        return f"means {_told(row.kpis, row.amounts)} and is stored as {_told(stored.kpis, stored.amounts)}"
    if differing:
        return f"is stored with another {', '.join(differing)}"
    return "" if at == origin else "is stored with the place of other bytes"


def _list_accepted(brand: Brand, meaning: Meaning) -> None:
    accepted = (
        (str(at), row.key, row.digest, str(origin.delivery_id), str(origin.place))
        for at, (row, origin, _) in enumerate(accepted_records(brand=brand, meaning=meaning, entity="activities"))
        if isinstance(row, ActivityRow)
    )
    with statements() as cursor:
        cursor.execute(_CREATE_ACCEPTED, prepare=False)
        while some := list(islice(accepted, ACTIVITIES_AT_ONCE)):
            cursor.execute(_INSERT_ACCEPTED, [plain_array(column) for column in zip(*some, strict=True)])
        cursor.execute("ANALYZE pg_temp.accepted")


def _pairs(brand: Brand) -> Iterator[_Pair]:
    stored, parameters = stored_rows(brand=brand).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_FOR_BIG_SORTS)
    with connection.chunked_cursor() as rows:
        rows.execute(_COMPARED.format(stored=stored, columns=", ".join(StoredActivity._fields)), parameters)
        with connection.cursor() as cursor:
            cursor.execute(_AS_BEFORE)
        while some := rows.fetchmany(ACTIVITIES_AT_ONCE):
            for wanted, delivery_id, place, *values in some:
                key = wanted or values[0]
                origin = None if wanted is None else Origin(delivery_id, place)
                yield _Pair(key.hex, origin, None if values[0] is None else StoredActivity._make(values))


def _told(kpis: Any, amounts: Any) -> str:
    return json.dumps({kpi: str(amount) for kpi, amount in zip(kpis, amounts, strict=True)})
