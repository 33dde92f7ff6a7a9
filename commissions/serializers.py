"""Lines and entries as the reading API tells them (wire.md, Reading back and managing)."""

from typing import Any

from rest_framework import serializers

from commissions.models import Entry, Line
from commissions.models.ledger import LineState
from commissions.models.terms import Kind
from track360.lib.money import rounded


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
