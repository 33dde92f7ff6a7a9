"""Why a customer who qualified brings nothing: a figure below the lowest band, or a cap that was used up before him."""

from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from brands.models import Brand
from commissions.engine.book import Book, Line, Standing
from commissions.engine.book import Qualification as Standings
from commissions.engine.counting import Counts
from commissions.engine.cpa import OVER_CAP, cpa_lines
from commissions.engine.lines import Source
from commissions.engine.plan import AmountCap, Apply, CountCap, Cpa, MetricName, Tiers, Version, Window
from commissions.engine.plan import Plan as Terms
from commissions.engine.tiers import Reached
from commissions.models import Qualification
from commissions.queries.conversions import Conversions
from commissions.queries.crowd import crowds_of
from commissions.queries.exclusions import exclusions_under
from commissions.queries.scopes import Scope
from commissions.queries.standing import standing_of
from track360.lib.money import ZERO, exactly, plain
from track360.lib.periods import Period

_COUNTED = {
    MetricName.QUALIFIED: "Customers who qualified",
    MetricName.FIRST_DEPOSITS: "First deposits",
    MetricName.ACTIVE_CUSTOMERS: "Active customers",
}


@dataclass(frozen=True, slots=True)
class BelowBands:
    """The figure that tiers look at, and the lowest bound from which they pay anything."""

    sentence: str
    have: Decimal
    need: Decimal


@dataclass(frozen=True, slots=True)
class OverCap:
    """The customer came after the month's cap was used up."""

    sentence: str


def unpaid(*, brand: Brand, plan: Terms, qualified: Qualification) -> BelowBands | OverCap | None:
    """Say why a customer who qualified brings nothing under the terms; None where he does bring something.

    `qualified` is of one of the plan's components, read with it and its version, on a day on which the affiliate earns.
    """
    found = _terms(plan, qualified)
    if found is None or qualified.qualified_on is None:
        return None
    version, terms = found
    period = Period.of(qualified.qualified_on)
    with exactly():
        paying, book = _month(brand, plan, qualified.affiliate_id, period)
        counts = Counts(book, paying)
        ours = [
            one
            for one in paying
            if one.day is not None
            and one.day in period
            and (one.version, one.component) == (version.number, terms.name)
        ]
        reached = Reached(ZERO)
        if isinstance(terms.pay, Tiers):
            reached = counts.reached_by_cpa(terms.pay, terms.name, version.number, period)
        source = Source(qualified.affiliate_id, plan, version, period)
        lines = cpa_lines(ours, source=source, terms=terms, reached=reached)
    line = next((line for line in lines if line.customer == qualified.customer_id), None)
    if line is None:
        return _below(terms, ours, qualified, period, reached)
    return _over(terms, line, period, plan.currency) if line.reason == OVER_CAP else None


def _terms(plan: Terms, qualified: Qualification) -> tuple[Version, Cpa] | None:
    for version in plan.versions:
        for terms in version.components:
            if (version.number, terms.name) == (qualified.component.version.number, qualified.component.name):
                return (version, terms) if isinstance(terms, Cpa) else None
    return None


def _month(brand: Brand, plan: Terms, affiliate: int, period: Period) -> tuple[list[Standings], Book]:
    scopes = [Scope(affiliate, period, period)]
    standing = standing_of(brand_id=brand.id, plan=plan, scopes=scopes, judged={})[affiliate]
    crowd = crowds_of(
        brand_id=brand.id,
        plan=plan,
        scopes=scopes,
        conversions=Conversions(brand_id=brand.id),
        excluded=exclusions_under(brand_id=brand.id, affiliates=[affiliate]),
    )[affiliate]
    paying = [one for one in standing if one.standing is Standing.QUALIFIED and one.earning]
    return paying, Book(affiliate, plan, None, (), (), period, period, standing=tuple(standing), crowd=crowd)


def _below(
    terms: Cpa, ours: list[Standings], qualified: Qualification, period: Period, reached: Reached
) -> BelowBands | None:
    if not isinstance(terms.pay, Tiers):
        return None
    bound = next((band.bound for band in terms.pay.bands if band.value > 0), None)
    if bound is None:
        return None
    if terms.pay.apply is Apply.MARGINAL:
        order = sorted(ours, key=lambda one: (one.day, one.customer_key.encode()))
        place = next((at for at, one in enumerate(order, 1) if one.customer == qualified.customer_id), 0)
        have, what = Decimal(place), f"His place among those who qualified in {period}"
    else:
        have, counted = reached.figure, _COUNTED[terms.pay.metric.name]
        match terms.pay.window:
            case Window.PERIOD:
                when = f"in {period}"
            case Window.PREVIOUS_PERIOD:
                when = f"in {period.previous}"
            case Window.LIFETIME:
                when = f"to the end of {period}"
            case _:
                assert_never(terms.pay.window)
        what = f"{counted} {when}"
    if have >= bound:
        return None
    lowest = "lowest band" if bound == terms.pay.bands[0].bound else "lowest band that pays"
    return BelowBands(f"{what}: {plain(have)}. The {lowest} begins at {plain(bound)}.", have, bound)


def _over(terms: Cpa, line: Line, period: Period, currency: str) -> OverCap:
    [cap] = [dict(note.figures) for note in line.working if note.step == "cap"]
    match terms.cap:
        case CountCap(count=count):
            size = f"{count} in number"
        case AmountCap(amount=amount):
            size = f"{plain(amount)} {currency}"
        case None:
            raise AssertionError(line)
        case _:
            assert_never(terms.cap)
    return OverCap(f"The cap of {period}, {size}, was used up before his {cap['full']} {currency}.")
