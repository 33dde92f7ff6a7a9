"""Reading one component of a plan version (commissions.md 4, 6 and 14)."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from commissions.engine.plan import (
    NO_PRODUCT,
    AllowNegative,
    AmountCap,
    Anchor,
    CappedCarry,
    CarryUnit,
    Component,
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
    Tiers,
    Trigger,
    TriggerName,
)
from commissions.engine.plan import Apply as ApplyTiers
from commissions.engine.terms.conditions import parse_condition
from commissions.engine.terms.profiles import parse_base
from commissions.engine.terms.reading import (
    MAX_NAME,
    Reader,
    TermsRefused,
    known_kpi,
    read_number,
    read_text,
)
from commissions.engine.terms.tiers import Pays, parse_tiers
from ingestion.rules.names import fold

LATER_KINDS = ("per_unit", "sale", "flat", "override")
COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
ZERO = Decimal(0)
DEPOSIT = "Deposit"


def parse_component(
    name: str,
    kind: str,
    document: object,
    *,
    profiles: Mapping[str, Profile] | None = None,
    kpis: Collection[str] | None = None,
) -> Component:
    """Read a component's terms, the mapping without its name and kind.

    `profiles` are the brand's revenue profiles by name. `kpis` are given where terms are stated, not where stored ones
    are read: names of KPIs that are not among them are refused, and a product named twice. Raises TermsRefused with the
    path of what is wrong.
    """
    if not name.strip() or len(name) > MAX_NAME:
        raise TermsRefused("name", f"must be a text of 1 to {MAX_NAME} characters")
    if kind in LATER_KINDS:
        raise TermsRefused("kind", f"{kind} is not available yet in this release; cpa and revshare are")
    reader = Reader(document)
    component: Component
    if kind == "cpa":
        component = _cpa(name, reader, kpis)
    elif kind == "revshare":
        component = _revshare(name, reader, profiles or {}, kpis)
    else:
        raise TermsRefused("kind", "must be cpa or revshare")
    reader.finish()
    return component


# --- cpa ------------------------------------------------------------------------------------------------------------


def _cpa(name: str, reader: Reader, kpis: Collection[str] | None) -> Cpa:
    trigger = _trigger(reader, kpis)
    return Cpa(
        name=name,
        trigger=trigger,
        pay=_cpa_pay(reader, trigger, kpis),
        conditions=(
            parse_condition(reader.value("conditions"), "conditions", kpis=kpis) if _has(reader, "conditions") else None
        ),
        within_days=reader.whole("within_days", minimum=0) if _has(reader, "within_days") else None,
        hold_days=reader.whole("hold_days", minimum=0) if _has(reader, "hold_days") else 0,
        cap=_cap(Reader(reader.value("cap"), "cap")) if _has(reader, "cap") else None,
        anchor=reader.choice("anchor", Anchor, Anchor.REGISTRATION),
    )


def _has(reader: Reader, key: str) -> bool:
    reader.value(key)
    return reader.has(key)


def _trigger(reader: Reader, kpis: Collection[str] | None) -> Trigger:
    text = reader.text("trigger")
    name, _, kpi = text.partition(":")
    if text == TriggerName.FIRST_DEPOSIT:
        return Trigger(TriggerName.FIRST_DEPOSIT, DEPOSIT)
    if text == TriggerName.REGISTRATION:
        return Trigger(TriggerName.REGISTRATION)
    if name == TriggerName.FIRST and kpi:
        return Trigger(TriggerName.FIRST, known_kpi(kpi, kpis, reader.at("trigger")))
    raise TermsRefused(reader.at("trigger"), "must be first_deposit, registration or first:<KPI>")


def _cpa_pay(reader: Reader, trigger: Trigger, kpis: Collection[str] | None) -> FixedPay | PercentPay | Tiers:
    kind = reader.one_of("amount", "percent", "tiers")
    for key, belongs_to in (("by_country", "amount"), ("min", "percent"), ("max", "percent")):
        if _has(reader, key) and kind != belongs_to:
            raise TermsRefused(reader.at(key), f"goes with {belongs_to} only, not with {kind}")
    if kind == "amount":
        return FixedPay(amount=reader.number("amount"), by_country=_by_country(reader))
    if kind == "tiers":
        return parse_tiers(reader.value("tiers"), "tiers", pays=Pays.AMOUNTS, kpis=kpis)
    if trigger.name is TriggerName.REGISTRATION:
        raise TermsRefused(reader.at("percent"), "a registration has no amount to take a percentage of")
    minimum = reader.number("min") if reader.has("min") else None
    maximum = reader.number("max") if reader.has("max") else None
    if minimum is not None and maximum is not None and maximum < minimum:
        raise TermsRefused(reader.at("max"), "must be at least min")
    return PercentPay(percent=reader.percent("percent"), minimum=minimum, maximum=maximum)


def _by_country(reader: Reader) -> tuple[tuple[str, Decimal], ...]:
    if not reader.has("by_country"):
        return ()
    found = []
    value = reader.value("by_country")
    if not isinstance(value, Mapping) or not value:
        raise TermsRefused(reader.at("by_country"), 'must map country codes to amounts, such as {DE: "150.00"}')
    for country, amount in value.items():
        path = f"{reader.at('by_country')}.{country}"
        if not isinstance(country, str) or not COUNTRY.fullmatch(country):
            raise TermsRefused(path, "must be a country code of two capital letters (NO in quotes)")
        found.append((country, read_number(amount, path)))
    return tuple(sorted(found))


def _cap(reader: Reader) -> CountCap | AmountCap:
    kind = reader.one_of("count", "amount")
    cap: CountCap | AmountCap
    if kind == "count":
        cap = CountCap(reader.whole("count", minimum=1, maximum=10**9 - 1))
    else:
        cap = AmountCap(reader.number("amount", above=ZERO))
    reader.finish()
    return cap


# --- revenue share --------------------------------------------------------------------------------------------------


def _revshare(name: str, reader: Reader, profiles: Mapping[str, Profile], kpis: Collection[str] | None) -> RevShare:
    terms = RevShare(
        name=name,
        base=parse_base(reader.value("base"), "base", profiles=profiles, kpis=kpis),
        pay=_revshare_pay(reader, kpis),
        products=_products(reader, is_stated=kpis is not None),
        months=reader.whole("months", minimum=1, maximum=600) if _has(reader, "months") else None,
        netting=reader.choice("netting", Netting, Netting.AFFILIATE),
        negative=_negative(reader),
        carry=reader.choice("carry", CarryUnit, CarryUnit.BASE),
        ring_fence=reader.number("ring_fence", above=ZERO) if _has(reader, "ring_fence") else None,
        hold_days=reader.whole("hold_days", minimum=0) if _has(reader, "hold_days") else 0,
        anchor=reader.choice("anchor", Anchor, Anchor.ACTIVITY),
    )
    if terms.netting is Netting.CUSTOMER:
        if terms.ring_fence is not None:
            raise TermsRefused("ring_fence", "with customer netting no customer's loss reaches another: leave it out")
        if isinstance(terms.pay, Tiers) and terms.pay.apply is ApplyTiers.MARGINAL:
            raise TermsRefused("tiers.apply", "marginal slices the affiliate's base, so netting cannot be by customer")
    return terms


def _revshare_pay(reader: Reader, kpis: Collection[str] | None) -> Decimal | Tiers:
    if reader.one_of("rate", "tiers") == "rate":
        return reader.fraction("rate")
    return parse_tiers(reader.value("tiers"), "tiers", pays=Pays.RATES, kpis=kpis)


def _products(reader: Reader, *, is_stated: bool) -> tuple[str, ...]:
    if not _has(reader, "products"):
        return ()
    found: dict[str, str] = {}
    for item, path in reader.items("products"):
        product = read_text(item, path)
        folded = fold(product)
        # Two spellings in a list stored before they were refused are one product, and go on being computed.
        if folded in found and is_stated:
            raise TermsRefused(path, f"{product!r} is named before, as {found[folded]!r}: name each product once")
        found.setdefault(folded, NO_PRODUCT if folded == NO_PRODUCT else product)
    return tuple(found.values())


def _negative(reader: Reader) -> Negative:
    value = reader.value("negative")
    simple: dict[object, Negative] = {
        None: NoCarry(),
        "none": NoCarry(),
        "full": FullCarry(),
        "allow": AllowNegative(),
    }
    if value is None or isinstance(value, str):
        if value not in simple:
            raise TermsRefused("negative", 'must be none, full, allow, {capped: "1000"} or {expiring: 3}')
        return simple[value]
    mapping = Reader(value, "negative")
    negative: Negative
    if mapping.one_of("capped", "expiring") == "capped":
        negative = CappedCarry(mapping.number("capped"))
    else:
        negative = ExpiringCarry(mapping.whole("expiring", minimum=1, maximum=600))
    mapping.finish()
    return negative
