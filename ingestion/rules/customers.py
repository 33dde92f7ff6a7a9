"""One customer record: what it says about him. Absent and null fields say nothing (wire.md, Identity)."""

from collections.abc import Sequence
from datetime import datetime
from json import dumps
from typing import Any, NamedTuple

from ingestion.rules.details import MAX_STRING, check, kept
from ingestion.rules.ids import identifier
from ingestion.rules.meaning import Meaning
from ingestion.rules.names import fold
from ingestion.rules.refusals import Refused
from ingestion.rules.shapes import Other, said
from ingestion.rules.times import latest_after

MAX_TRACKING_DATA = 50

# Role of a field → how it is called in the answers.
_PUBLISHED = {
    "customerid": "customerId",
    "regtime": "regtime",
    "country": "country",
    "firstname": "firstName",
    "lastname": "lastName",
    "email": "email",
    "salesstatus": "salesStatus",
    "kycstatus": "kycStatus",
}
_EVIDENCE = {
    "trackingdata": "tracking_data",
    "clickid": "click_id",
    "affiliateid": "affiliate_id",
    "campaignid": "campaign_id",
    "promocode": "promo_code",
}


class CustomerRow(NamedTuple):
    """What one record says about a customer; None where it says nothing.

    Times are the texts that PostgreSQL reads. `evidence` is what may attribute him; `fields` are all others, as sent.
    """

    key: str
    registered_at: str | None
    registered_on: str | None
    country: str | None
    sales_status: str | None
    kyc_status: str | None
    last_modified_at: str | None
    evidence: dict[str, str]
    first_name: str | None
    last_name: str | None
    email: str | None
    fields: dict[str, Any]


def read_customers(
    records: Sequence[object],
    *,
    meaning: Meaning,
    received_at: datetime,
    again: bool = False,
) -> list[CustomerRow | Refused]:
    """Read a batch; the result has one row or refusal for each record, in the same order.

    `again` makes no difference: nothing in a customer record depends on the brand's KPIs.
    """
    results: list[CustomerRow | Refused] = []
    for record in records:
        try:
            results.append(read_customer(record, meaning=meaning, received_at=received_at))
        except Refused as refused:
            results.append(refused)
    return results


def read_customer(record: object, *, meaning: Meaning, received_at: datetime) -> CustomerRow:
    """Return what a pushed record says about a customer.

    Raises Refused. Nothing about attribution is refused but tracking data that is no string of at most 50 characters.
    """
    if type(record) is not dict:
        raise Refused("invalid_type", "", "Send every record as a JSON object.")
    shape = meaning.customer_shape(tuple(record))
    if shape.refused:
        record = said(record, shape.refused)
        shape = meaning.customer_shape(tuple(record))
        if shape.refused:
            raise Refused(*shape.refused.args)
    values = tuple(record.values())
    sent = {role: values[at] for role, at in shape.places.items() if values[at] is not None}

    key = identifier(sent.get("customerid"), "customerId")
    latest = latest_after(received_at)
    registered = None
    if "regtime" in sent:
        registered = meaning.moment(sent["regtime"], "regtime", latest=latest)
    fields = kept(shape.others, values)
    modified = None
    if "lastmodifieddate" in sent:
        try:
            modified = meaning.moment(sent["lastmodifieddate"], "last_modified_date", latest=latest)
        except Refused:  # only who writes it readably wants older records left out
            at = shape.places["lastmodifieddate"]
            name = tuple(record)[at]
            fields |= kept([Other(at, name, fold(name))], values)
    return CustomerRow(
        key,
        registered.at if registered else None,
        registered.day if registered else None,
        _country(_text(sent, "country", longest=100)),
        _text(sent, "salesstatus"),
        _text(sent, "kycstatus"),
        modified.at if modified else None,
        _evidence(sent),
        _text(sent, "firstname"),
        _text(sent, "lastname"),
        _text(sent, "email"),
        fields,
    )


def fields_text(fields: dict[str, Any]) -> str:
    """Return the JSON text of a customer's other fields; equal fields give equal texts."""
    return dumps(fields, sort_keys=True)


def _text(sent: dict[str, Any], role: str, *, longest: int = MAX_STRING) -> str | None:
    value = sent.get(role)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("invalid_type", _PUBLISHED[role], f"Send {_PUBLISHED[role]} as a string.")
    check(value, _PUBLISHED[role])
    if len(value) > longest:
        raise Refused("too_long", _PUBLISHED[role], f"Send at most {longest} characters.")
    return str(value)


def _country(country: str | None) -> str | None:
    # Two letters are an ISO 3166 code in whatever case; anything else is the brand's own word.
    return country.upper() if country and len(country) == 2 and country.isascii() else country


def _evidence(sent: dict[str, Any]) -> dict[str, str]:
    evidence = {}
    for role, name in _EVIDENCE.items():
        value = sent.get(role)
        if value is None or value == "":
            continue
        if role == "trackingdata":
            if type(value) is not str:
                raise Refused("invalid_type", name, f"Send {name} as the string that the landing page received.")
            if len(value) > MAX_TRACKING_DATA:
                raise Refused("too_long", name, f"Send at most {MAX_TRACKING_DATA} characters, as they were received.")
        elif not isinstance(value, str):
            raise Refused("invalid_type", name, f"Send {name} as a string.")
        else:
            check(value, name)
        evidence[name] = str(value)
    return evidence
