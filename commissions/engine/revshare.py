"""One month of one revenue share under one version (commissions.md 6)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar, assert_never

from commissions.engine.book import Aside, Deficit, Fact, Line, Note
from commissions.engine.carry import Carry, settle
from commissions.engine.lines import Source, make_line, note
from commissions.engine.plan import (
    Apply,
    CarryUnit,
    Metric,
    MetricName,
    Negative,
    Netting,
    Profile,
    RevShare,
    Subtract,
    SubtractPercent,
    Sum,
    Tiers,
)
from commissions.engine.profile import Steps, added, evaluate, nothing
from commissions.engine.ring_fence import Fenced, fence
from commissions.engine.tiers import Reached, marginal, tier_value
from track360.lib.money import ZERO, rounded

Sums = dict[str, Decimal]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a version of a share sees in a month: KPI sums and records above 0, in all and by customer."""

    sums: Sums
    counts: dict[str, int]
    by_customer: dict[int, Sums]


@dataclass(frozen=True, slots=True)
class Revenue:
    """The period's base after profile, ring-fence and netting, and how it came about.

    `base` is what tiers look at; `scopes` are the amounts that §6.3 applies to: one per customer with customer
    netting, else a single one of nobody in particular.
    """

    base: Decimal
    scopes: Mapping[int | None, Decimal]
    asides: tuple[Aside, ...]
    steps: Mapping[int | None, Steps]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A month's lines and the deficits it hands on."""

    lines: list[Line]
    deficits: tuple[Deficit, ...]


def gather(facts: Iterable[Fact]) -> Scope:
    """Add up what a version of a share sees in a month."""
    sums: Sums = {}
    counts: dict[str, int] = {}
    by_customer: dict[int, Sums] = {}
    for fact in facts:
        sums[fact.kpi] = sums.get(fact.kpi, ZERO) + fact.amount
        counts[fact.kpi] = counts.get(fact.kpi, 0) + fact.positives
        if fact.customer is not None:
            own = by_customer.setdefault(fact.customer, {})
            own[fact.kpi] = own.get(fact.kpi, ZERO) + fact.amount
    return Scope(sums=sums, counts=counts, by_customer=by_customer)


def revenue(scope: Scope, terms: RevShare, *, asides: tuple[Aside, ...], order: Mapping[int, bytes]) -> Revenue:
    """Compute the base: once over all facts, or customer by customer where the terms tell customers apart."""
    opening = {aside.customer: aside.amount for aside in asides}
    apart = scope.by_customer
    if terms.netting is Netting.AFFILIATE and terms.ring_fence is None:
        # An earlier version may have set something aside: its customers pay that down before they join the others.
        apart = {customer: apart[customer] for customer in opening if customer in apart}
    by_customer = {customer: evaluate(terms.base, sums) for customer, sums in apart.items()}
    bases = {customer: steps.base for customer, steps in by_customer.items()}
    if terms.netting is Netting.CUSTOMER:
        return Revenue(sum(bases.values(), ZERO), _anyone(bases), asides, _anyone(by_customer), ())
    whole = evaluate(terms.base, scope.sums) if terms.ring_fence is None else added(terms.base, by_customer.values())
    fenced = fence(bases, opening, threshold=terms.ring_fence, order=order)
    closing = sorted(fenced.asides.items(), key=lambda item: order[item[0]])
    base = fenced.pool + whole.base - sum(bases.values(), ZERO)
    return Revenue(
        base=base,
        scopes={None: base},
        asides=tuple(Aside(customer, amount) for customer, amount in closing),
        steps={None: whole},
        notes=tuple(_fence_notes(bases, opening, fenced, terms.ring_fence, order)),
    )


def _anyone(by_customer: Mapping[int, T]) -> dict[int | None, T]:
    return {number: value for number, value in by_customer.items()}  # noqa: C416  (dict() keeps the narrower type)


def figure_of(metric: Metric, scope: Scope, base: Decimal) -> Decimal | None:
    """Give a metric that is made of the facts a version sees; None for those that count customers."""
    match metric.name:
        case MetricName.BASE:
            return base
        case MetricName.SUM:
            return scope.sums.get(metric.kpi, ZERO)
        case MetricName.COUNT:
            return Decimal(scope.counts.get(metric.kpi, 0))
        case MetricName.FIRST_DEPOSITS | MetricName.QUALIFIED | MetricName.ACTIVE_CUSTOMERS:
            return None
        case _:
            assert_never(metric.name)


def share(
    revenue: Revenue,
    scope: Scope,
    terms: RevShare,
    *,
    source: Source,
    reached: Reached,
    deficits: tuple[Deficit, ...],
    order: Mapping[int, bytes],
    settles_all: bool,
    waiting: Negative,
    sees: bool,
    ends_period: bool,
) -> Share:
    """Net with what is carried, take the rate, round, and hand on what is left.

    `settles_all`: deficits of customers without facts in the month are settled too, by `waiting`, as is everything
    unless the version `sees` a fact. `ends_period`: no other version is computed for the month after this one.
    """
    opening: dict[int | None, tuple[Deficit, ...]] = {}
    for deficit in deficits:
        opening[deficit.customer] = (*opening.get(deficit.customer, ()), deficit)
    customers = set(revenue.scopes) | (set(opening) if settles_all else set())
    lines: list[Line] = []
    left = [deficit for deficit in deficits if deficit.customer not in customers]
    for customer in sorted(customers, key=lambda number: b"" if number is None else order[number]):
        settled = partial(
            settle,
            opening=opening.get(customer, ()),
            negative=terms.negative if sees and customer in revenue.scopes else waiting,
            period=source.period,
            customer=customer,
            ends_period=ends_period,
        )
        exact, carry, notes = _commission(revenue, customer, terms, reached, settled)
        left.extend(carry.closing)
        amount = rounded(exact, source.plan.currency)
        if amount:
            sums = scope.sums if customer is None else scope.by_customer.get(customer, {})
            lines.append(
                make_line(
                    source,
                    component=terms.name,
                    kind="revshare",
                    customer=customer,
                    day=source.period.last_day,
                    hold_days=terms.hold_days,
                    exact=exact,
                    amount=amount,
                    reason="",
                    notes=(*_base_notes(terms.base, sums, revenue, customer), *notes),
                )
            )
    left.sort(key=lambda d: (b"" if d.customer is None else order[d.customer], d.arisen_in))
    return Share(lines=lines, deficits=tuple(left))


def _commission(
    revenue: Revenue,
    customer: int | None,
    terms: RevShare,
    reached: Reached,
    settled: Callable[[Decimal], Carry],
) -> tuple[Decimal, Carry, list[Note]]:
    base = revenue.scopes.get(customer, ZERO)
    match terms.carry:
        case CarryUnit.BASE:
            carry = settled(base)
            exact, rate = _rated(carry.payable, revenue.base, terms.pay, reached)
            notes = [*_tier_notes(terms.pay, reached, revenue.base), _carry_note(base, carry, terms), rate]
        case CarryUnit.COMMISSION:
            commission, rate = _rated(base, revenue.base, terms.pay, reached)
            carry = settled(commission)
            exact = carry.payable
            notes = [*_tier_notes(terms.pay, reached, revenue.base), rate, _carry_note(commission, carry, terms)]
        case _:
            assert_never(terms.carry)
    return exact, carry, notes


def _rated(payable: Decimal, base: Decimal, pay: Decimal | Tiers, reached: Reached) -> tuple[Decimal, Note]:
    if isinstance(pay, Decimal):
        return payable * pay, note("rate", of=payable, rate=pay, commission=payable * pay)
    if pay.apply is Apply.MARGINAL:
        commission = marginal(pay.bands, payable)
        bands = "; ".join(f"{band.bound:f}: {band.value:f}" for band in pay.bands)
        return commission, note("rate", of=payable, bands=bands, commission=commission)
    rate = tier_value(pay.bands, reached, negative_revenue=_is_negative(base, pay, reached))
    return payable * rate, note("rate", of=payable, rate=rate, commission=payable * rate)


def _is_negative(base: Decimal, pay: Tiers, reached: Reached) -> bool:
    return base < 0 or (pay.metric.name is MetricName.BASE and reached.figure < 0)


def _base_notes(profile: Profile, sums: Sums, revenue: Revenue, customer: int | None) -> Iterable[Note]:
    for kpi in sorted(sums):
        yield note("input", kpi=kpi, amount=sums[kpi])
    running = ZERO
    steps = revenue.steps.get(customer, nothing(profile))
    for step, effect in zip(profile.steps, steps.effects, strict=True):
        running += effect
        match step:
            case Sum(kpi=kpi):
                yield note("profile", sum=kpi, effect=effect, running=running)
            case Subtract(kpi=kpi):
                yield note("profile", subtract=kpi, effect=effect, running=running)
            case SubtractPercent(percent=percent, of=of, signed=signed):
                signs = "yes" if signed else None
                yield note("profile", subtract_percent=percent, of=of, signed=signs, effect=effect, running=running)
            case _:
                assert_never(step)
    yield from revenue.notes
    yield note("netting", base=revenue.scopes.get(customer, ZERO))


def _tier_notes(pay: Decimal | Tiers, reached: Reached, base: Decimal) -> Iterable[Note]:
    if isinstance(pay, Tiers):
        rate = None
        if pay.apply is Apply.WHOLE:
            rate = tier_value(pay.bands, reached, negative_revenue=_is_negative(base, pay, reached))
        yield note(
            "tier",
            metric=pay.metric,
            window=pay.window,
            apply=pay.apply,
            figure=reached.figure,
            first_month="yes" if reached.lowest else None,
            rate=rate,
        )


def _carry_note(amount: Decimal, carry: Carry, terms: RevShare) -> Note:
    return note(
        "carry",
        unit=terms.carry,
        amount=amount,
        opening=carry.opening,
        payable=carry.payable,
        closing=carry.carried,
    )


def _fence_notes(
    bases: Mapping[int, Decimal],
    opening: Mapping[int, Decimal],
    fenced: Fenced,
    threshold: Decimal | None,
    order: Mapping[int, bytes],
) -> Iterable[Note]:
    moved = set(opening) | set(fenced.set_aside)
    for customer in sorted(moved, key=lambda number: order[number]):
        yield note(
            "ring_fence",
            customer=customer,
            threshold=threshold,
            base=bases.get(customer, ZERO),
            opening=opening.get(customer, ZERO),
            paid_down=fenced.paid_down.get(customer, ZERO),
            set_aside=fenced.set_aside.get(customer, ZERO),
            closing=fenced.asides.get(customer, ZERO),
        )
