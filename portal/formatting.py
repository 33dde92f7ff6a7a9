"""How figures are written for people. Amounts stay decimal to the last step; nothing here computes money."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from track360.lib.money import exactly, minor_digits, rounded
from track360.lib.periods import Period

LOCALE = "en"
MINUS = "−"  # a real minus: as wide as a plus, and read aloud as one
MASK = "••••"
SHOWN_CHARACTERS = 4


def amount(value: Decimal, currency: str) -> str:
    """Write an amount of money without its currency, rounded as commissions are: "1,780.00", "−4.00", "12" (JPY)."""
    digits = minor_digits(currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _written(rounded(value, currency), pattern)


def count(value: Decimal | int) -> str:
    """Write a number of things, with at most two decimals: "1,204", "12.45" lots."""
    with exactly():
        return _written(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP), "#,##0.##")


def percent(value: Decimal) -> str:
    """Write a change in percent with its sign: "+12.4 %", "−3 %", "±0 %"."""
    with exactly():
        shown = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if not shown:
        return "±0 %"
    return f"{'+' if shown > 0 else ''}{_written(shown, '#,##0.#')} %"


def day(value: date) -> str:
    """Write a day: "20 Nov 2026"."""
    return format_date(value, "d MMM y", locale=LOCALE)


def short_day(value: date) -> str:
    """Write a day whose year is clear: "20 Nov"."""
    return format_date(value, "d MMM", locale=LOCALE)


def month(value: Period) -> str:
    """Write a month: "November 2026"."""
    return format_date(value.first_day, "MMMM y", locale=LOCALE)


def short_month(value: Period) -> str:
    """Write a month for an axis: "Nov 2026"."""
    return format_date(value.first_day, "MMM y", locale=LOCALE)


def moment(value: datetime, zone: str) -> str:
    """Write a moment as the clocks of that zone show it, and say which zone: "20 Nov 2026, 05:40 CET"."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'd MMM y, HH:mm', locale=LOCALE)} {local.tzname()}"


def masked(key: str) -> str:
    """Hide a customer's id but for its end: at most four characters, and never more than a third of it."""
    shown = min(SHOWN_CHARACTERS, len(key) // 3)
    return MASK + (key[-shown:] if shown else "")


def _written(value: Decimal, pattern: str) -> str:
    with exactly():  # Babel computes in whatever arithmetic it finds
        written = format_decimal(value, format=pattern, locale=LOCALE, decimal_quantization=False)
    return written.replace("-", MINUS)
