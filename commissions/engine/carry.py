"""What a negative period leaves behind for the next ones (commissions.md 6.3)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from commissions.engine.book import Deficit
from commissions.engine.plan import AllowNegative, CappedCarry, ExpiringCarry, FullCarry, Negative, NoCarry
from track360.lib.money import ZERO
from track360.lib.periods import Period

Deficits = tuple[Deficit, ...]


@dataclass(frozen=True, slots=True)
class Carry:
    """What is paid on, and what is handed on; both in the unit that is carried, `closing` in order of age."""

    payable: Decimal
    opening: Decimal
    closing: Deficits

    @property
    def carried(self) -> Decimal:
        return sum((deficit.amount for deficit in self.closing), ZERO)


def settle(
    amount: Decimal,
    opening: Deficits,
    *,
    negative: Negative,
    period: Period,
    customer: int | None = None,
    ends_period: bool = True,
) -> Carry:
    """Net a period's amount with the deficits that earlier periods left behind, the oldest first.

    The amount is the base or the commission, as the component carries; unrounded, in plan currency. Deficits expire
    when the period ends, not between two versions that share it (`ends_period` False).
    """
    match negative:
        case NoCarry():
            return Carry(payable=max(amount, ZERO), opening=_total(opening), closing=())
        case AllowNegative():
            return Carry(payable=amount, opening=_total(opening), closing=())
        case FullCarry():
            alive, limit, last = opening, None, None
        case CappedCarry(limit=capped):
            alive, limit, last = opening, capped, None
        case ExpiringCarry(periods=periods):
            alive, limit, last = tuple(d for d in opening if period.since(d.arisen_in) <= periods), None, periods
        case _:
            assert_never(negative)
    closing = _capped(_netted(amount, alive, period, customer), limit)
    if last is not None and ends_period:
        closing = tuple(d for d in closing if period.next.since(d.arisen_in) <= last)
    return Carry(payable=max(amount + _total(alive), ZERO), opening=_total(alive), closing=closing)


def while_waiting(negative: Negative) -> Negative:
    """Say what becomes of a deficit while nothing is seen of whose it is: it may expire, but nobody forgives it."""
    return negative if isinstance(negative, ExpiringCarry) else FullCarry()


def _total(deficits: Deficits) -> Decimal:
    return sum((deficit.amount for deficit in deficits), ZERO)


def _netted(amount: Decimal, deficits: Deficits, period: Period, customer: int | None) -> Deficits:
    if amount < 0:
        return (*deficits, Deficit(customer, period, amount))
    left: list[Deficit] = []
    for deficit in deficits:
        made_good = min(amount, -deficit.amount)
        amount -= made_good
        if deficit.amount + made_good < 0:
            left.append(Deficit(customer, deficit.arisen_in, deficit.amount + made_good))
    return tuple(left)


def _capped(deficits: Deficits, limit: Decimal | None) -> Deficits:
    if limit is None:
        return deficits
    room, kept = limit, []
    for deficit in deficits:
        amount = max(deficit.amount, -room)
        room += amount
        if amount < 0:
            kept.append(Deficit(deficit.customer, deficit.arisen_in, amount))
    return tuple(kept)
