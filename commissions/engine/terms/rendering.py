"""Writing terms back in the words of the configuration document."""

from decimal import Decimal
from typing import Any, assert_never

from commissions.engine.plan import (
    AllOf,
    AllowNegative,
    AmountCap,
    Anchor,
    AnyOf,
    AtLeast,
    CappedCarry,
    CarryUnit,
    Component,
    Condition,
    CountCap,
    Cpa,
    ExpiringCarry,
    FixedPay,
    FullCarry,
    Negative,
    Netting,
    NoCarry,
    PercentPay,
    Profile,
    RevShare,
    Subtract,
    SubtractPercent,
    Sum,
    Tiers,
)
from track360.lib.money import plain

Document = dict[str, Any]


def render_component(component: Component) -> Document:
    """Write a component's terms; reading them again gives an equal component. Defaults are left out."""
    match component:
        case Cpa():
            document = _cpa(component)
        case RevShare():
            document = _revshare(component)
        case _:
            assert_never(component)
    return {key: value for key, value in document.items() if value is not None}


def render_profile(profile: Profile) -> list[Document]:
    """Write a revenue profile's steps."""
    steps: list[Document] = []
    for step in profile.steps:
        match step:
            case Sum(kpi=kpi):
                steps.append({"sum": kpi})
            case Subtract(kpi=kpi):
                steps.append({"subtract": kpi})
            case SubtractPercent(percent=percent, of=of, signed=signed):
                steps.append({"subtract_percent": plain(percent), "of": of, "signed": signed})
            case _:
                assert_never(step)
    return steps


def _cpa(terms: Cpa) -> Document:
    document: Document = {"trigger": str(terms.trigger)}
    match terms.pay:
        case FixedPay(amount=amount, by_country=by_country):
            document["amount"] = plain(amount)
            document["by_country"] = {country: plain(special) for country, special in by_country} or None
        case PercentPay(percent=percent, minimum=minimum, maximum=maximum):
            document |= {"percent": plain(percent), "min": _plain(minimum), "max": _plain(maximum)}
        case Tiers():
            document["tiers"] = _tiers(terms.pay)
        case _:
            assert_never(terms.pay)
    document["conditions"] = None if terms.conditions is None else _condition(terms.conditions)
    document["within_days"] = terms.within_days
    document["hold_days"] = terms.hold_days or None
    match terms.cap:
        case CountCap(count=count):
            document["cap"] = {"count": count}
        case AmountCap(amount=amount):
            document["cap"] = {"amount": plain(amount)}
        case None:
            pass
        case _:
            assert_never(terms.cap)
    document["anchor"] = None if terms.anchor is Anchor.REGISTRATION else str(terms.anchor)
    return document


def _revshare(terms: RevShare) -> Document:
    return {
        "base": terms.base.name,
        "rate": plain(terms.pay) if isinstance(terms.pay, Decimal) else None,
        "tiers": _tiers(terms.pay) if isinstance(terms.pay, Tiers) else None,
        "products": list(terms.products) or None,
        "months": terms.months,
        "netting": None if terms.netting is Netting.AFFILIATE else str(terms.netting),
        "negative": _negative(terms.negative),
        "carry": None if terms.carry is CarryUnit.BASE else str(terms.carry),
        "ring_fence": _plain(terms.ring_fence),
        "hold_days": terms.hold_days or None,
        "anchor": None if terms.anchor is Anchor.ACTIVITY else str(terms.anchor),
    }


def _tiers(tiers: Tiers) -> Document:
    return {
        "metric": str(tiers.metric),
        "window": str(tiers.window),
        "apply": str(tiers.apply),
        "bands": [[plain(band.bound), plain(band.value)] for band in tiers.bands],
    }


def _condition(condition: Condition) -> Document:
    match condition:
        case AtLeast(measure=measure, amount=amount):
            return {"measure": str(measure), "at_least": plain(amount)}
        case AllOf(parts=parts):
            return {"all": [_condition(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [_condition(part) for part in parts]}
        case _:
            assert_never(condition)


def _negative(negative: Negative) -> str | Document | None:
    match negative:
        case NoCarry():
            return None
        case FullCarry():
            return "full"
        case AllowNegative():
            return "allow"
        case CappedCarry(limit=limit):
            return {"capped": plain(limit)}
        case ExpiringCarry(periods=periods):
            return {"expiring": periods}
        case _:
            assert_never(negative)


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
