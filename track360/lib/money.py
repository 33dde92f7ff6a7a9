"""Money: exact decimals, rounded once to the currency's minor unit (commissions.md 2)."""

from contextlib import AbstractContextManager
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache

from iso4217 import Currency

ZERO = Decimal(0)

# Fifty digits hold any sum of amounts (15 digits, 8 decimals) times rates (12 digits) exactly.
EXACT = Context(prec=50, rounding=ROUND_HALF_UP)

# Withdrawn from ISO 4217 since 2009, with their minor digits: money of the past is still in them.
WITHDRAWN = {
    "ANG": 2,
    "BGN": 2,
    "BYR": 0,
    "CUC": 2,
    "EEK": 2,
    "HRK": 2,
    "LTL": 2,
    "LVL": 2,
    "MRO": 2,
    "SKK": 2,
    "SLL": 2,
    "STD": 2,
    "TMM": 2,
    "VEF": 2,
    "ZMK": 2,
    "ZWL": 2,
    "ZWR": 2,
}


class UnknownCurrency(ValueError):
    """The code is not a currency of ISO 4217 that money can be paid in."""


@cache
def minor_digits(currency: str) -> int:
    """Give the number of decimals of a currency: JPY 0, EUR 2, BHD 3.

    Raises UnknownCurrency for codes that ISO 4217 has not known since 2009, and for those without a minor unit (gold,
    test codes).
    """
    if currency in WITHDRAWN:
        return WITHDRAWN[currency]
    try:
        exponent = Currency(currency).exponent
    except ValueError as unknown:
        raise UnknownCurrency(f"{currency!r} is not an ISO 4217 currency") from unknown
    if exponent is None:
        raise UnknownCurrency(f"{currency!r} has no minor unit, so nothing can be paid in it")
    return exponent


def is_currency(code: str) -> bool:
    """Tell whether a code is an ISO 4217 currency that amounts can be stated in."""
    try:
        minor_digits(code)
    except UnknownCurrency:
        return False
    return True


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's minor unit, half away from zero; -0.00 becomes 0.00."""
    unit = Decimal(1).scaleb(-minor_digits(currency))
    return EXACT.add(amount.quantize(unit, context=EXACT), ZERO)


def significant(number: Decimal, digits: int) -> Decimal:
    """Round half up to so many significant digits."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(number)


def plain(number: Decimal) -> str:
    """Write a number by value: without exponent, without trailing zeros, never -0."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def exactly() -> AbstractContextManager[Context]:
    """Enter the arithmetic of commissions: precision 50, half up."""
    return localcontext(EXACT)
