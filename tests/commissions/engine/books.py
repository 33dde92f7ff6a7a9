"""Hypothesis strategies for whole books: few customers and days, every kind of term."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from commissions.engine.book import (
    ACTIVE_KPIS,
    Book,
    Candidate,
    Crowd,
    Customer,
    Days,
    Deal,
    Exclusion,
    ExclusionReason,
    Fact,
    Happening,
    Owner,
)
from commissions.engine.measures import first_of
from commissions.engine.placing import excluded_from, owner_on
from commissions.engine.plan import Plan
from tests.commissions.engine.build import plan, version
from track360.lib.periods import Period

START, DAYS = date(2026, 1, 1), 120
FIRST, LAST = Period(2026, 1), Period(2026, 5)
KPIS = ("Deposit", "Withdrawal", "Bets", "GGR", "NGR", "Bonus")

days = st.integers(0, DAYS).map(lambda offset: START + timedelta(days=offset))
amounts = st.integers(-300, 1500).map(lambda cents: Decimal(cents) / 4)
above_zero = st.integers(1, 1500).map(lambda cents: Decimal(cents) / 4)


def optional(strategy):
    return st.none() | strategy


@st.composite
def bands(draw, values):
    bounds = sorted(draw(st.sets(st.integers(0, 8), min_size=1, max_size=3)))
    scale = draw(st.sampled_from([1, 100]))
    return [[str(bound * scale), draw(values)] for bound in bounds]


windows = st.sampled_from(["period", "previous_period", "lifetime"])
rates = st.sampled_from(["0.1", "0.25", "0.333"])
prices = st.sampled_from(["10", "33.335", "100"])
triggers = st.sampled_from(["first_deposit", "registration", "first:Bets"])


@st.composite
def conditions(draw):
    leaf = st.builds(
        lambda measure, need: {"measure": measure, "at_least": str(need)},
        st.sampled_from(
            ["deposits", "deposit_count", "first_deposit", "net_deposits", "wagered", "active_days", "active_months",
             "sum:Bonus", "count:NGR"]
        ),
        st.integers(0, 60),
    )  # fmt: skip
    return draw(
        leaf
        | st.lists(leaf, min_size=1, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(leaf, min_size=1, max_size=3).map(lambda parts: {"any": parts})
    )


@st.composite
def cpas(draw, name, anchor, trigger):
    terms: dict[str, Any] = {"name": name, "kind": "cpa"}
    terms |= {"anchor": anchor, "trigger": trigger if anchor == "activity" else draw(triggers)}
    of_amounts = [] if terms["trigger"] == "registration" else ["percent"]
    pay = draw(st.sampled_from(["amount", "tiers", *of_amounts]))
    if pay == "amount":
        terms |= {"amount": draw(prices), "by_country": draw(optional(st.just({"DE": "55"})))}
    elif pay == "percent":
        terms |= {"percent": "12.5", "min": draw(optional(st.just("3"))), "max": draw(optional(st.just("20")))}
    else:
        metric = draw(st.sampled_from(["qualified", "first_deposits", "active_customers"]))
        apply = draw(st.sampled_from(["whole", "marginal"])) if metric == "qualified" else "whole"
        window = "period" if apply == "marginal" else draw(windows)
        terms["tiers"] = {"metric": metric, "window": window, "apply": apply, "bands": draw(bands(prices))}
    terms["conditions"] = draw(optional(conditions()))
    terms["within_days"] = draw(optional(st.integers(0, 60)))
    terms["cap"] = draw(optional(st.sampled_from([{"count": 2}, {"amount": "75"}])))
    return terms


@st.composite
def shares(draw, name, netting, carry, anchor):
    terms: dict[str, Any] = {"name": name, "kind": "revshare", "netting": netting, "carry": carry, "anchor": anchor}
    terms["base"] = draw(st.sampled_from(["NGR", "Deposit - Withdrawal", "House"]))
    if draw(st.booleans()):
        terms["rate"] = draw(rates)
    else:
        metric = draw(st.sampled_from(
            ["base", "sum:Deposit", "count:Deposit", "first_deposits", "active_customers", "qualified"]
        ))  # fmt: skip
        apply = draw(st.sampled_from(["whole", "marginal"])) if (metric, netting) == ("base", "affiliate") else "whole"
        window = "period" if apply == "marginal" else draw(windows)
        terms["tiers"] = {"metric": metric, "window": window, "apply": apply, "bands": draw(bands(rates))}
    terms["products"] = draw(st.sampled_from([None, None, ["casino"], ["none"], ["Casino", "None"]]))
    terms["months"] = draw(st.sampled_from([None, None, 1, 2]))
    terms["negative"] = draw(st.sampled_from(["none", "full", "allow", {"capped": "50"}, {"expiring": 2}]))
    terms["ring_fence"] = draw(st.sampled_from([None, None, "40"])) if netting == "affiliate" else None
    return terms


HOUSE = {
    "House": [
        {"sum": "GGR"},
        {"subtract": "Bonus"},
        {"subtract_percent": "1.5", "of": "Deposit"},
        {"subtract_percent": "18", "of": "running"},
    ]
}


@st.composite
def plans(draw):
    """Up to two versions of up to two cpas and two shares; names go on from version to version, as far as they may."""
    bounty = {
        name: (draw(st.sampled_from(["registration", "activity"])), draw(triggers)) for name in ("Bounty", "Second")
    }
    share = {
        name: (
            draw(st.sampled_from(["affiliate", "affiliate", "customer"])),
            draw(st.sampled_from(["base", "commission"])),
            draw(st.sampled_from(["activity", "activity", "registration"])),
        )
        for name in ("Share", "Other")
    }
    versions = []
    for number in range(1, draw(st.integers(1, 2)) + 1):
        components = [
            draw(cpas(name, *bounty[name])) for name in draw(st.sampled_from([(), ("Bounty",), ("Bounty", "Second")]))
        ]
        components += [
            draw(shares(name, *share[name]))
            for name in draw(st.sampled_from([("Share",), ("Share",), ("Share", "Other")]))
        ]
        versions.append(
            version(
                *components,
                number=number,
                effective_from=str(date(2025, 1, 1) if number == 1 else draw(days)),
                applies_to=draw(st.sampled_from(["all", "all", "new_customers"])) if number > 1 else "all",
                profiles=HOUSE,
            )
        )
    return plan(*versions)


@st.composite
def customers(draw, number):
    owners = [Owner(draw(st.sampled_from([1, 1, 1, 1, 2])), draw(st.sampled_from([None, 7])), None)]
    if draw(st.integers(0, 3)) == 0:
        owners.append(Owner(draw(st.sampled_from([1, 2])), draw(st.sampled_from([None, 7])), draw(days)))
    reasons = draw(st.sampled_from([(), (), (), tuple(ExclusionReason)[:1], tuple(ExclusionReason)[1:2]]))
    return Customer(
        number=number,
        key=draw(st.sampled_from("abcé")) + str(number),
        registered_on=draw(days),
        country=draw(st.sampled_from(["DE", ""])),
        owners=tuple(owners),
        exclusions=tuple(Exclusion(reason, draw(days)) for reason in reasons),
    )


@st.composite
def deals(draw):
    split = draw(days)
    return draw(
        st.sampled_from(
            [
                (Deal(1, None, date(2020, 1, 1), None),),
                (Deal(1, None, date(2020, 1, 1), None),),
                (Deal(1, None, date(2020, 1, 1), split), Deal(9, None, split + timedelta(days=1), None)),
                (Deal(9, None, date(2020, 1, 1), split), Deal(1, 7, date(2020, 1, 1), None)),
                (Deal(9, 7, split, None),),
            ]
        )
    )


@st.composite
def raw_facts(draw, people):
    """Facts of single records, each with its customer; those above 0 happened at a moment of their day."""
    return draw(
        st.lists(
            st.builds(
                lambda customer, day, kpi, amount, product: Fact(
                    customer, day, kpi, amount, int(amount > 0), product, None
                ),
                st.sampled_from([person.number for person in people]),
                days,
                st.sampled_from(KPIS),
                amounts,
                st.sampled_from(["", "Casino", "Sports"]),
            ),
            min_size=6,
            max_size=40,
        )
    )


def told(
    people: list[Customer], facts: list[Fact], plan: Plan, deals: tuple[Deal, ...], earning: tuple[Days, ...]
) -> Book:
    """Make the book that a brand's records tell, as the loader would, with nothing summed."""
    candidates = tuple(
        Candidate(person, tuple(_happenings(person, facts)), tuple(f for f in facts if f.customer == person.number))
        for person in people
    )
    return Book(
        affiliate=1,
        plan=plan,
        default_plan=1,
        deals=deals,
        earning=earning,
        first=FIRST,
        last=LAST,
        customers=tuple(people),
        facts=tuple(facts),
        candidates=candidates,
        crowd=tuple(_crowd(people, facts)),
    )


def _happenings(person: Customer, facts: list[Fact]) -> list[Happening]:
    return [
        Happening(
            fact.kpi, datetime(fact.day.year, fact.day.month, fact.day.day, tzinfo=UTC), fact.day, None, fact.amount
        )
        for fact in facts
        if fact.customer == person.number and fact.amount > 0
    ]


def _crowd(people: list[Customer], facts: list[Fact]) -> list[Crowd]:
    counted: dict[Period, list[int]] = {period: [0, 0, 0] for period in FIRST.through(LAST)}
    for person in people:
        first = first_of("Deposit", _happenings(person, facts))
        if first is not None and _is_ours(person, first.day):
            counted[Period.of(first.day)][0] += 1
        active = {
            Period.of(fact.day)
            for fact in facts
            if fact.customer == person.number
            and fact.kpi in ACTIVE_KPIS
            and fact.amount > 0
            and _is_ours(person, fact.day)
        }
        for place, period in enumerate(sorted(active)):
            counted[period][1] += 1
            counted[period][2] += place == 0
    return [Crowd(period, *figures) for period, figures in counted.items()]


def _is_ours(person: Customer, day: date) -> bool:
    excluded = excluded_from(person)
    return owner_on(person, day)[0] == 1 and (excluded is None or day < excluded[0])


@st.composite
def books(draw):
    people = [draw(customers(number)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    blocked = draw(days)
    earning = draw(
        st.sampled_from([(Days(None, None),), (Days(None, blocked), Days(blocked + timedelta(days=9), None))])
    )
    return told(people, draw(raw_facts(people)), draw(plans()), draw(deals()), earning)


def without_facts_before_registration(book: Book) -> Book:
    """Leave out what happened before customers registered."""
    registered = {person.number: person.registered_on for person in book.customers}
    facts = [fact for fact in book.facts if fact.day >= registered[fact.customer]]
    again = told(list(book.customers), facts, book.plan, book.deals, book.earning)
    return replace(book, facts=again.facts, candidates=again.candidates, crowd=again.crowd)
