"""Lines of cpa components: amounts, tiers and caps of a month (commissions.md 4 and 5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import assert_never

from commissions.engine.book import Line, Note, Qualification
from commissions.engine.lines import Source, make_line, note
from commissions.engine.plan import AmountCap, Apply, CountCap, Cpa, FixedPay, PercentPay, Tiers
from commissions.engine.tiers import Reached, tier_value, whole
from track360.lib.money import ZERO, minor_digits, rounded

OVER_CAP = "over_cap"
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Room:
    """What a cap leaves for the lines that follow; None is no limit."""

    count: int | None
    amount: Decimal | None


def cpa_lines(qualified: Sequence[Qualification], *, source: Source, terms: Cpa, reached: Reached) -> list[Line]:
    """Make the lines of the customers who qualified in a month under one version, in order of (day, customer id).

    Amounts are rounded before the cap counts them, so that what is paid never exceeds it.
    """
    lines: list[Line] = []
    room = _room(terms, source.plan.currency)
    for place, customer in enumerate(sorted(qualified, key=_order), start=1):
        exact, notes = _exact(customer, terms.pay, place, reached)
        full = rounded(exact, source.plan.currency)
        if full <= 0 or customer.day is None:
            continue
        amount, reason, room = _capped(full, room, source.plan.currency)
        if amount != full:
            notes.append(note("cap", full=full, paid=amount, **_cap_figures(terms)))
        lines.append(
            make_line(
                source,
                component=terms.name,
                kind="cpa",
                customer=customer.customer,
                day=customer.day,
                hold_days=terms.hold_days,
                exact=exact,
                amount=amount,
                reason=reason,
                notes=(*_how_he_qualified(customer), *notes),
            )
        )
    return lines


def _how_he_qualified(customer: Qualification) -> Iterator[Note]:
    if customer.trigger_on is not None:
        yield note("trigger", day=customer.trigger_on, amount=customer.trigger_amount)
    for step in customer.progress[1:]:
        yield note("condition", measure=step.measure, have=step.have, need=step.need)
    yield note("qualified", day=customer.day)


def _order(customer: Qualification) -> tuple[object, ...]:
    return (customer.day, customer.customer_key.encode())


def _exact(
    customer: Qualification, pay: FixedPay | PercentPay | Tiers, place: int, reached: Reached
) -> tuple[Decimal, list[Note]]:
    match pay:
        case FixedPay(amount=amount, by_country=by_country):
            for country, special in by_country:
                if country == customer.country.upper():
                    return special, [note("amount", amount=special, country=country)]
            return amount, [note("amount", amount=amount)]
        case PercentPay(percent=percent, minimum=minimum, maximum=maximum):
            of = customer.trigger_amount or ZERO
            share = of * percent / HUNDRED
            bounded = share if minimum is None else max(share, minimum)
            bounded = bounded if maximum is None else min(bounded, maximum)
            return bounded, [note("percent", of=of, percent=percent, share=share, amount=bounded)]
        case Tiers(metric=metric, window=window, apply=Apply.WHOLE, bands=bands):
            value = tier_value(bands, reached)
            return value, [note("tier", metric=metric, window=window, figure=reached.figure, amount=value)]
        case Tiers(metric=metric, window=window, apply=Apply.MARGINAL, bands=bands):
            value = whole(bands, Decimal(place))
            return value, [note("tier", metric=metric, window=window, place=place, amount=value)]
        case _:
            raise AssertionError(pay)


def _room(terms: Cpa, currency: str) -> _Room:
    match terms.cap:
        case None:
            return _Room(count=None, amount=None)
        case CountCap(count=count):
            return _Room(count=count, amount=None)
        case AmountCap(amount=amount):
            unit = Decimal(1).scaleb(-minor_digits(currency))
            return _Room(count=None, amount=amount.quantize(unit, rounding=ROUND_DOWN))
        case _:
            assert_never(terms.cap)


def _cap_figures(terms: Cpa) -> dict[str, object]:
    match terms.cap:
        case CountCap(count=count):
            return {"count": count}
        case AmountCap(amount=amount):
            return {"amount": amount}
        case None:
            return {}
        case _:
            assert_never(terms.cap)


def _capped(full: Decimal, room: _Room, currency: str) -> tuple[Decimal, str, _Room]:
    if room.count is not None:
        if room.count == 0:
            return rounded(ZERO, currency), OVER_CAP, room
        return full, "", _Room(count=room.count - 1, amount=None)
    if room.amount is not None:
        paid = rounded(min(full, room.amount), currency)
        return paid, "" if paid else OVER_CAP, _Room(count=None, amount=max(room.amount - paid, ZERO))
    return full, "", room
