"""One activity record: what it says, as present configuration understands it (wire.md, Meaning and Identity)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from json import dumps
from typing import Any, NamedTuple, Self

from ingestion.rules import identity
from ingestion.rules.amounts import amount
from ingestion.rules.details import kept
from ingestion.rules.ids import check_text, identifier
from ingestion.rules.meaning import EventMeaning, Meaning
from ingestion.rules.names import fold
from ingestion.rules.refusals import Refused
from ingestion.rules.shapes import MAX_NAME, ActivityShape, said
from ingestion.rules.standard import Kpi
from ingestion.rules.times import Moment, latest_after
from track360.lib.money import is_currency

UNKNOWN_EVENT = "unknown_event"
UNKNOWN_STATUS = "unknown_status"

_APPROVED = "approved"
# Codes that were found to be currencies; there are fewer than two hundred.
_currencies: set[str] = set()


class ActivityRow(NamedTuple):
    """An activity as it is stored; times, amounts and details are the texts that PostgreSQL reads.

    `key` and `digest` are made only of what was sent. `parked_for` is empty, or says what the record waits for; a
    parked record has no facts, all it says is in `details`.
    """

    key: str
    digest: str
    customer: str
    event: str
    event_id: str
    moment: str
    day: str
    product: str
    currency: str
    status: str
    kpis: tuple[str, ...]
    amounts: tuple[str, ...]
    details: str
    parked_for: str


class Facts(NamedTuple):
    """A record's amounts by KPI, the currency they are in, and what is kept beside them."""

    kpis: tuple[str, ...]
    amounts: tuple[str, ...]
    currency: str
    details: dict[str, Any]


class Receipt(NamedTuple):
    """When a batch was received, and the last instant that it may report."""

    moment: Moment
    latest: str

    @classmethod
    def of(cls, received_at: datetime, meaning: Meaning) -> Self:
        """Return the receipt of a batch at that moment."""
        day = received_at.astimezone(meaning.zone).date()
        return cls(Moment(str(received_at.astimezone(UTC)), str(day), is_day=False), latest_after(received_at))


def read_activities(
    records: Sequence[object], *, meaning: Meaning, received_at: datetime, again: bool = False
) -> list[ActivityRow | Refused]:
    """Read a batch; the result has one row or refusal for each record, in the same order.

    `again`: these records were accepted once. What present configuration finds wrong in their facts parks them.
    """
    results: list[ActivityRow | Refused] = []
    received = Receipt.of(received_at, meaning)
    for record in records:
        try:
            results.append(read_activity(record, meaning=meaning, received=received, again=again))
        except Refused as refused:
            results.append(refused)
    return results


def read_activity(record: object, *, meaning: Meaning, received: Receipt, again: bool = False) -> ActivityRow:
    """Return the row that a pushed record is. The time of receipt counts where the record says none.

    Raises Refused. `again`: the record was accepted once, so facts that cannot be are no refusal but park it,
    and a currency that has been withdrawn since is one.
    """
    if type(record) is not dict:
        raise Refused("invalid_type", "", "Send every record as a JSON object.")
    shape = meaning.activity_shape(tuple(record))
    if shape.refused:
        record = said(record, shape.refused)
        shape = meaning.activity_shape(tuple(record))
        if shape.refused:
            raise Refused(*shape.refused.args)
    values = (*record.values(), None)

    name = values[shape.eventname]
    event = meaning.seen_event(name)
    if event is None:
        name = identifier(name, "eventname", longest=MAX_NAME)
        event = meaning.event(name)
    customer = identifier(values[shape.customerid], "customerid")
    event_id = _event_id(values[shape.eventid], event)
    when = values[shape.createtime]
    sent = None if when is None else meaning.moment(when, "createtime", latest=received.latest)
    product = values[shape.product]
    product = "" if product is None else _word(product, "product")
    status = values[shape.status]
    status = "" if status is None else _word(status, "status")
    currency = values[shape.currency]
    currency = "" if currency is None else _currency(currency, again=again)
    value = values[shape.value]
    value = "" if value is None else amount(value, "Value")
    usd = values[shape.amountusd]
    usd = "" if usd is None else amount(usd, "amount_usd")

    at = "" if sent is None else sent.at
    folded_product = fold(product) if product else ""
    rest = _rest(shape, values) if shape.rest else ""
    native = currency or meaning.default_currency or ""
    digest = identity.hashed(
        event.folded, customer, event_id, _said(sent, at), value, native, folded_product, status, usd, rest
    )
    key = _key(event, customer, event_id, sent, at, folded_product, native, value, usd, digest)

    parked_for = "" if event.known else UNKNOWN_EVENT
    try:
        facts = _facts(event, shape, values, value, usd, native)
    except Refused as refused:
        if not again:
            raise
        facts = Facts((), (), native, {})
        parked_for = parked_for or refused.code
    approved = _APPROVED if not status else meaning.status(status)
    if approved is None:
        parked_for = parked_for or UNKNOWN_STATUS
    line = meaning.product(product) if product else ""
    details = facts.details
    if parked_for:
        details = _everything(shape, values, value, usd, status)
    elif status and status != approved:
        details["status"] = status
    if line != product:
        details["product"] = product
    happened = received.moment if sent is None else sent
    return ActivityRow(
        key,
        digest,
        customer,
        name,
        event_id,
        happened.at,
        happened.day,
        line,
        facts.currency,
        approved or "pending",
        () if parked_for else facts.kpis,
        () if parked_for else facts.amounts,
        dumps(details) if details else "{}",
        parked_for,
    )


def _event_id(value: object, event: EventMeaning) -> str:
    if value is None:
        if event.identity == "event_id":
            raise Refused("required", "eventid", "Send eventid: this event is told apart by it.")
        return ""
    return identifier(value, "eventid")


def _word(value: object, field: str) -> str:
    if value == "":
        return ""
    if type(value) is not str:
        raise Refused("invalid_type", field, f"Send {field} as a string.")
    check_text(value, field, longest=MAX_NAME)
    return value


def _currency(value: object, *, again: bool) -> str:
    if type(value) is str:
        if value in _currencies:
            return value
        if len(value) == 3 and value.isascii() and value.isalpha() and value.isupper():
            if is_currency(value):
                _currencies.add(value)
                return value
            if again:  # it was one when the record came; a table of today cannot take that back
                return value
    raise Refused("invalid_currency", "Currency", "Send an ISO 4217 code in capitals, like USD.")


def _said(sent: Moment | None, at: str) -> str:
    # Midnight and a mere day are different statements, though one instant.
    return at if sent is None or not sent.is_day else sent.day


def _rest(shape: ActivityShape, values: tuple[Any, ...]) -> str:
    # Names may contain anything but NUL, which no record contains.
    return "\0".join(
        f"{part.folded}\0{identity.canonical(values[part.at])}" for part in shape.rest if values[part.at] is not None
    )


def _key(
    event: EventMeaning,
    customer: str,
    event_id: str,
    sent: Moment | None,
    at: str,
    product: str,
    currency: str,
    value: str,
    usd: str,
    digest: str,
) -> str:
    rule = event.identity
    if rule == "event_id" or (rule == "automatic" and event_id):
        return identity.by_event_id(event=event.folded, event_id=event_id)
    if rule == "day" and sent is None:
        raise Refused("required", "createtime", "Send createtime: this event is told apart by its day.")
    if sent is not None and (rule == "day" or (rule == "automatic" and sent.is_day)):
        return identity.by_day(event=event.folded, customer=customer, day=sent.day, product=product, currency=currency)
    return identity.by_content(
        event=event.folded,
        customer=customer,
        at=at,
        product=product,
        currency=currency,
        value=value or (f"{usd} USD" if at and usd else ""),
        rest="" if at else digest,
    )


def _facts(
    event: EventMeaning, shape: ActivityShape, values: tuple[Any, ...], value: str, usd: str, currency: str
) -> Facts:
    own = event.kpi
    if not shape.rest and value and not usd and own is not None and (currency or own.unit == "count"):
        return Facts((own.name,), (_signed(value, own, "Value"),), currency, {})  # what most records are
    details = kept(shape.others, values) if shape.others else {}
    kpis: list[str] = []
    amounts: list[str] = []
    money = False
    for part in shape.kpis:
        if values[part.at] is not None:
            amounts.append(_signed(amount(values[part.at], part.name), part.kpi, part.name))
            kpis.append(part.kpi.name)
            money = money or part.kpi.unit == "money"

    if own is not None and own.unit == "money" and usd:
        if money:
            raise Refused(
                "inconsistent_amount", "amount_usd", "amount_usd stands beside Value only, not beside KPI fields."
            )
        if value:
            _keep_native(_signed(value, own, "Value"), currency, usd, details)
        kpis.insert(0, own.name)
        amounts.insert(0, _signed(usd, own, "amount_usd"))
        return Facts(tuple(kpis), tuple(amounts), "USD", details)
    if usd:
        details["amount_usd"] = usd
    if own is None:
        if value:
            details["Value"] = value
    elif value or own.name not in kpis:
        kpis.insert(0, own.name)
        amounts.insert(0, _own_fact(own, value, kpis))
        money = money or own.unit == "money"
    if money and not currency:
        raise Refused("required", "Currency", "Send Currency: amounts of money need one.")
    return Facts(tuple(kpis), tuple(amounts), currency, details)


def _own_fact(own: Kpi, value: str, kpis: list[str]) -> str:
    if not value:
        if own.unit == "count":
            return "1"
        raise Refused("required", "Value", "Send Value: this event is an amount of money.")
    if own.name in kpis[1:]:
        raise Refused("duplicate_field", own.name, f"Value already is the {own.name} of this record. Send one.")
    return _signed(value, own, "Value")


def _keep_native(value: str, currency: str, usd: str, details: dict[str, Any]) -> None:
    if currency == "USD":
        if value != usd:
            raise Refused("inconsistent_amount", "amount_usd", "Value is in USD and amount_usd says something else.")
    else:
        details["Value"] = value
        if currency:
            details["Currency"] = currency


def _signed(text: str, kpi: Kpi, field: str) -> str:
    if kpi.positive and text[0] == "-":
        raise Refused("negative_amount", field, f"Send {kpi.name} as a positive amount.")
    return text


def _everything(shape: ActivityShape, values: tuple[Any, ...], value: str, usd: str, status: str) -> dict[str, Any]:
    own = {name: text for name, text in (("Value", value), ("amount_usd", usd), ("status", status)) if text}
    return kept(shape.rest, values) | own
