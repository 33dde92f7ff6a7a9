"""How amounts, moments and states are written in lists and on pages."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from track360.lib.money import UnknownCurrency, minor_digits, plain

NOTHING = "–"


def amount(value: Decimal | None, currency: str = "") -> SafeString | str:
    """Write an amount with its currency, at least to the minor unit and never rounded; a count by value."""
    if value is None:
        return NOTHING
    tone = " amount-negative" if value < 0 else ""
    text = grouped(value, currency)
    if not currency:
        return format_html('<span class="amount{}">{}</span>', tone, text)
    return format_html('<span class="amount{}">{} <span class="amount-code">{}</span></span>', tone, text, currency)


def labelled(name: str, value: Decimal, currency: str = "") -> SafeString:
    """Write a figure with its name."""
    return format_html('<span class="unbroken"><span class="faint">{}</span> {}</span>', name, amount(value, currency))


def grouped(value: Decimal, currency: str = "") -> str:
    """Write a number by value with thousands separated, with at least the currency's minor digits."""
    whole, _, fraction = plain(abs(value)).partition(".")
    try:
        digits = minor_digits(currency) if currency else 0
    except UnknownCurrency:
        digits = 0
    fraction = fraction.ljust(digits, "0")
    sign = "−" if value < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{fraction}" if fraction else "")


def moment(at: datetime | None) -> SafeString | str:
    """Write a moment in the time zone in force, the brand's, which it names."""
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" class="unbroken">{} <span class="faint">{}</span></time>',
        at.isoformat(),
        local.strftime("%Y-%m-%d %H:%M"),
        local.tzname(),
    )


def day_column(field: str, heading: str) -> Any:
    """Return a list's column with a day, written as everywhere on these pages."""

    @admin.display(description=heading, ordering=field)
    def column(_admin: Any, row: Any) -> str:
        return str(getattr(row, field) or NOTHING)

    return column


TONES = {
    "active": "good",
    "live": "good",
    "posted": "good",
    "qualified": "good",
    "approved": "good",
    "provisional": "accent",
    "pending": "warn",
    "parked": "warn",
    "held": "warn",
    "suspended": "warn",
    "blocked": "bad",
    "declined": "bad",
    "excluded": "bad",
    "expired": "bad",
    "rejected": "bad",
    "reversed": "bad",
    "revoked": "bad",
}


def chip(state: str, label: str = "") -> SafeString:
    """Write a state as a word in its colour."""
    tone = TONES.get(state, "")
    return format_html('<span class="chip{}">{}</span>', f" chip-{tone}" if tone else "", label or state or NOTHING)
