"""Figures in templates: {% amount %}, and filters that end in portal.formatting."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal import formatting, references
from track360.lib import money
from track360.lib.periods import Period

register = template.Library()


@register.simple_tag
def amount(value: Decimal, currency: str) -> SafeString:
    """Write an amount with its currency; the exact value rests in the element for machines."""
    return format_html(
        '<data class="amount{}" value="{}">{} <span class="amount-code">{}</span></data>',
        " amount-negative" if value < 0 else "",
        money.plain(value),
        formatting.amount(value, currency),
        currency,
    )


@register.filter
def count(value: Decimal | int) -> SafeString:
    """Write a number of things."""
    return format_html(
        '<data class="figure" value="{}">{}</data>', money.plain(Decimal(value)), formatting.count(value)
    )


@register.filter
def day(value: date) -> SafeString:
    """Write a day."""
    return format_html('<time class="unbroken" datetime="{}">{}</time>', value.isoformat(), formatting.day(value))


@register.filter
def moment(value: datetime, zone: str) -> SafeString:
    """Write a moment in a zone."""
    return format_html(
        '<time class="unbroken" datetime="{}">{}</time>', value.isoformat(), formatting.moment(value, zone)
    )


@register.filter
def month(value: Period | str) -> SafeString:
    """Write a month, given as a period or as "2026-11"."""
    period = value if isinstance(value, Period) else Period.parse(value)
    return format_html('<time class="unbroken" datetime="{}">{}</time>', str(period), formatting.month(period))


@register.filter
def masked(key: str) -> SafeString:
    """Write a customer's id so that only its end can be read."""
    shown = formatting.masked(key).removeprefix(formatting.MASK)
    return format_html(
        '<span class="unbroken"><span aria-hidden="true">{}</span><span class="unseen">ending in </span>{}</span>',
        formatting.MASK,
        shown or "…",
    )


@register.filter
def masked_text(key: str) -> str:
    """Write a customer's id, masked, where no markup may stand."""
    return formatting.masked(key)


@register.filter
def month_name(value: Period) -> str:
    """Write a month where no markup may stand."""
    return formatting.month(value)


@register.filter
def month_of(value: date) -> SafeString:
    """Write the month a day lies in."""
    return month(Period.of(value))


@register.filter
def percent(value: Decimal) -> str:
    """Write a change in percent."""
    return formatting.percent(value)


@register.filter
def customer_reference(customer_id: int, brand_id: int) -> str:
    """Name a customer in an address."""
    return references.customer_reference(brand_id=brand_id, customer_id=customer_id)


@register.filter
def plain(value: Decimal) -> str:
    """Write a number by value, as rates are written."""
    return money.plain(value)
