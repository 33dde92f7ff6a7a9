"""Lines and entries as the reading API tells them (wire.md, Reading back and managing)."""

from typing import Any

from rest_framework import serializers

from commissions.models import Entry, Line
from commissions.models.ledger import LineState
from commissions.models.terms import Kind
from commissions.queries.explaining import Explanation, Record
from track360.lib.money import plain, rounded


def line_as_json(line: Line) -> dict[str, Any]:
    """Return one line; its affiliate, plan, version, component and customer must have been read with it."""
    return {
        "key": line.key,
        "affiliate": line.affiliate.code,
        "period": line.period,
        "source_period": line.source_period,
        "plan": line.plan.name,
        "version": line.version.number,
        "component": line.component.name,
        "kind": line.component.kind,
        "customer": line.customer.key if line.customer else None,
        "order": line.order,
        "amount": str(rounded(line.amount, line.currency)),
        "currency": line.currency,
        "available_on": line.available_on.isoformat(),
        "state": line.state,
        "reason": line.reason or None,
    }


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """Return one entry of the ledger; its affiliate must have been read with it."""
    return {
        "key": entry.key,
        "affiliate": entry.affiliate.code,
        "period": entry.period,
        "source_period": entry.source_period,
        "amount": str(rounded(entry.amount, entry.currency)),
        "currency": entry.currency,
        "available_on": entry.available_on.isoformat(),
        "posted_at": entry.posted_at.isoformat(),
    }


def record_as_json(record: Record) -> dict[str, Any]:
    """Return one record that went into a line, with where its bytes are and what they say."""
    return {
        "customer": record.customer,
        "event": record.event,
        "event_id": record.event_id or None,
        "moment": record.moment.isoformat(),
        "day": record.day.isoformat(),
        "product": record.product or None,
        "kpi": record.kpi,
        "amount": plain(record.amount),
        "currency": record.currency or None,
        "counted": plain(record.counted),
        "rate": plain(record.conversion.rate) if record.conversion else None,
        "delivery": record.delivery,
        "received_at": record.received_at.isoformat(),
        "index": record.index,
        "sha256": record.sha256,
        "text": record.text,
        "has_changed": record.has_changed,
    }


def explanation_as_json(explanation: Explanation, *, page: int, per_page: int) -> dict[str, Any]:
    """Return why a line has its amount, with one page of the records that went in."""
    return {
        "line": line_as_json(explanation.line),
        "terms": list(explanation.sentences),
        "steps": explanation.working,
        "sums": {kpi: plain(amount) for kpi, amount in explanation.sums.items()},
        "is_complete": explanation.is_complete,
        "as_of": explanation.as_of.isoformat() if explanation.as_of else None,
        "notices": list(explanation.notices),
        "differences": [
            {"figure": one.figure, "in_amount": plain(one.in_amount), "found": plain(one.found)}
            for one in explanation.differences
        ],
        "since": {
            "total": explanation.since_in_all,
            "data": [record_as_json(record) for record in explanation.since],
        },
        "records": {
            "data": [record_as_json(record) for record in explanation.records],
            "meta": {
                "total": explanation.records_in_all,
                "page": page,
                "per_page": per_page,
                "next_cursor": None,
            },
        },
    }


class LineSchema(serializers.Serializer[Line]):
    """One amount that an affiliate earns, with a stable key."""

    key = serializers.CharField(help_text="32 hex digits; stays the same however often the line is computed.")
    affiliate = serializers.CharField(help_text="The affiliate's id.")
    period = serializers.CharField(help_text="The month it is, or will be, posted in: 2026-01.")
    source_period = serializers.CharField(help_text="The month it was earned in; earlier for an adjustment.")
    plan = serializers.CharField()
    version = serializers.IntegerField()
    component = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    customer = serializers.CharField(allow_null=True, help_text="The brand's customer id; null for pooled lines.")
    order = serializers.CharField(allow_null=True)
    amount = serializers.CharField(help_text='A decimal in the currency\'s minor unit, as text: "100.00".')
    currency = serializers.CharField(help_text="ISO 4217.")
    available_on = serializers.DateField()
    state = serializers.ChoiceField(choices=LineState.choices)
    reason = serializers.CharField(allow_null=True, help_text="Why it is 0.00, where it is: over_cap, advance.")


class EntrySchema(serializers.Serializer[Entry]):
    """One posted amount of an affiliate's ledger. Entries never change."""

    key = serializers.CharField(help_text="Of its line.")
    affiliate = serializers.CharField()
    period = serializers.CharField(help_text="The month it was posted in.")
    source_period = serializers.CharField(help_text="The month it was earned in.")
    amount = serializers.CharField()
    currency = serializers.CharField()
    available_on = serializers.DateField()
    posted_at = serializers.DateTimeField()


class MetaSchema(serializers.Serializer[Any]):
    """Where in the list this page stands."""

    total = serializers.IntegerField()
    page = serializers.IntegerField(allow_null=True, help_text="null when a cursor was used.")
    per_page = serializers.IntegerField()
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page.")


class LinesSchema(serializers.Serializer[Any]):
    """A page of lines."""

    data = LineSchema(many=True)  # type: ignore[assignment]  # a field that is called like an attribute
    meta = MetaSchema()


class EntriesSchema(serializers.Serializer[Any]):
    """A page of entries."""

    data = EntrySchema(many=True)  # type: ignore[assignment]
    meta = MetaSchema()


class RecordSchema(serializers.Serializer[Any]):
    """One record that went into a line."""

    customer = serializers.CharField()
    event = serializers.CharField(help_text="The event's name as sent.")
    event_id = serializers.CharField(allow_null=True)
    moment = serializers.DateTimeField()
    day = serializers.DateField(help_text="In the brand's time zone.")
    product = serializers.CharField(allow_null=True)
    kpi = serializers.CharField(help_text="What it counts as.")
    amount = serializers.CharField(help_text="As sent.")
    currency = serializers.CharField(allow_null=True, help_text="As sent; null for counts.")
    counted = serializers.CharField(help_text="In the plan's currency, not rounded.")
    rate = serializers.CharField(allow_null=True, help_text="By which it was converted; null where nothing was.")
    delivery = serializers.CharField(help_text="The request that brought it.")
    received_at = serializers.DateTimeField()
    index = serializers.IntegerField(help_text="Which record of the request, from 0.")
    sha256 = serializers.CharField(help_text="Of the request's body.")
    text = serializers.CharField(help_text="The record, byte for byte as it was sent.")
    has_changed = serializers.BooleanField(
        help_text="Whether it counts otherwise, or not at all, since the line was posted."
    )


class RecordsSchema(serializers.Serializer[Any]):
    """A page of the records that went into a line."""

    data = RecordSchema(many=True)  # type: ignore[assignment]
    meta = MetaSchema()


class DifferenceSchema(serializers.Serializer[Any]):
    """A figure that the amount was computed from, where the records add up to another."""

    figure = serializers.CharField(help_text="The KPI, or the measure of a condition.")
    in_amount = serializers.CharField(help_text="What the amount was computed from.")
    found = serializers.CharField(help_text="What the records add up to.")


class SinceSchema(serializers.Serializer[Any]):
    """The records that came, or became others, since a line was posted; they are in its adjustments."""

    total = serializers.IntegerField()
    data = RecordSchema(many=True, help_text="The first of them, as many as a page has.")  # type: ignore[assignment]


class ExplanationSchema(serializers.Serializer[Any]):
    """Why a line has its amount."""

    line = LineSchema()
    terms = serializers.ListField(child=serializers.CharField(), help_text="What the component pays for, in words.")
    steps = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="The calculation step by step, in its order, every figure by value.",
    )
    sums = serializers.DictField(child=serializers.CharField(), help_text="What the records add up to, by KPI.")
    is_complete = serializers.BooleanField(help_text="Whether all records that went in could be looked at.")
    as_of = serializers.DateTimeField(
        allow_null=True, help_text="When a posted line's month was closed: the records are those of then. null: of now."
    )
    notices = serializers.ListField(
        child=serializers.CharField(), help_text="What must be known to make sense of the sums, in words."
    )
    differences = DifferenceSchema(many=True, help_text="Empty where the records add up to what the amount is made of.")
    since = SinceSchema(help_text="Empty unless the line is posted.")
    records = RecordsSchema()
