"""What the engine is given and what it answers, for one affiliate and one plan.

A Book holds everything the amounts depend on; there is no clock, no database and no order of arrival in it. Every
amount of money is in the plan's currency, unrounded; facts without a rate are left out before. Facts may be summed
beforehand over days and customers that no term tells apart (`commissions.engine.coarse` says which): the answer is
the same to the last digit.

Numbers (`affiliate`, `campaign`, `customer`, `plan`) are the brand's internal ones; nothing is ordered by them,
because they depend on the order of arrival. Customers are ordered by `key`, the brand's own id, as bytes.

What books and outcomes hold by the ten thousand are tuples: a frozen dataclass takes several times as long to make.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from commissions.engine.plan import Plan
from track360.lib.periods import Period

# What counts as activity of a customer (wire.md, Meaning), when a fact of it is above 0.
ACTIVE_KPIS = ("Bets", "BetsCount", "Trades", "Lots", "Volume")


# --- in: whose, and under which terms -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deal:
    """A plan in force for the affiliate, for all his campaigns or one; `ends_on` is the last day."""

    plan: int
    campaign: int | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` through `last`, both included; None is open."""

    first: date | None
    last: date | None


class Owner(NamedTuple):
    """Whose the customer is from a day on, until the next Owner; None holds from the beginning.

    `affiliate` is None while nobody's. A first attribution has no `holds_from`: it holds before the registration too.
    """

    affiliate: int | None
    campaign: int | None
    holds_from: date | None


class ExclusionReason(StrEnum):
    SELF_EXCLUDED = "self_excluded"
    DUPLICATE = "duplicate"
    FRAUD = "fraud"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Nothing is earned on the customer from this day; duplicates and fraud count from the beginning."""

    reason: ExclusionReason
    from_day: date


class Customer(NamedTuple):
    """One customer who is or was the affiliate's.

    `registered_on` is the day of his registration, or of his first approved fact, or None while neither is known.
    `owners` are in order of `holds_from`; on days before the first of them he is nobody's.
    """

    number: int
    key: str
    registered_on: date | None
    country: str
    owners: tuple[Owner, ...]
    exclusions: tuple[Exclusion, ...] = ()


# --- in: facts ------------------------------------------------------------------------------------------------------


class Fact(NamedTuple):
    """A sum of one KPI: in plan currency if it is money, in units otherwise.

    `positives` is the number of records above 0 in it. `product` is "" without one. A fact of no customer in
    particular (`customer` None) is pooled: the caller vouches that it was the affiliate's on that day, under the
    owner's `campaign`, and that its customers are not excluded; otherwise the campaign is read from the customer.
    """

    customer: int | None
    day: date
    kpi: str
    amount: Decimal
    positives: int = 1
    product: str = ""
    campaign: int | None = None


class Happening(NamedTuple):
    """One approved record above 0 of a KPI that triggers a cpa (`Deposit` for first_deposit).

    The first one counts, by (moment, event id as bytes with none first, larger amount first); only that one needs to
    be given.
    """

    kpi: str
    moment: datetime
    day: date
    event_id: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer to be judged for every cpa of the plan, with his happenings and his facts of any owner's days."""

    customer: Customer
    happenings: tuple[Happening, ...]
    history: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """The affiliate's customers in the whole brand in one month, for the tiers that count them.

    `first_deposits`: made his first deposit in this month as the affiliate's; `active`: with an active fact above 0
    on a day of it as the affiliate's; `newly_active`: of those, the ones never before.
    """

    period: Period
    first_deposits: int = 0
    active: int = 0
    newly_active: int = 0


# --- in and out: what passes from month to month --------------------------------------------------------------------


class Standing(StrEnum):
    PENDING = "pending"
    QUALIFIED = "qualified"
    EXCLUDED = "excluded"
    EXPIRED = "expired"  # only shown: a pending one whose last day is over, see `Qualification.standing_on`


class Progress(NamedTuple):
    """How far one condition, or the trigger, is: 15 of 20."""

    measure: str
    have: Decimal
    need: Decimal


class Qualification(NamedTuple):
    """How one customer stands with one cpa component; everything his line is made of.

    `day` is the qualifying day, or the day from which he is excluded. `trigger_on` and `trigger_amount` are those of
    the first deposit (or other first fact). `last_day` is the last day on which he could still qualify. `earning` is
    False when the affiliate did not earn on the qualifying day (commissions.md 12): no line, and no count for caps
    and tiers. `reason` names the exclusion. `progress` is as of the qualifying day, or of all facts while pending.
    """

    customer: int
    customer_key: str
    country: str
    component: str
    version: int
    standing: Standing
    day: date | None = None
    trigger_on: date | None = None
    trigger_amount: Decimal | None = None
    last_day: date | None = None
    earning: bool = True
    reason: str = ""
    progress: tuple[Progress, ...] = ()

    def standing_on(self, today: date) -> Standing:
        """Tell `expired` from `pending`: the engine has no clock, who shows it does."""
        if self.standing is Standing.PENDING and self.last_day is not None and self.last_day < today:
            return Standing.EXPIRED
        return self.standing


@dataclass(frozen=True, slots=True)
class Deficit:
    """A negative amount (base or commission, as the component says) carried since the month it arose in.

    `customer` is None with affiliate netting.
    """

    customer: int | None
    arisen_in: Period
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Aside:
    """What is set aside for a ring-fenced customer, above 0 (commissions.md 6.4)."""

    customer: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A tier metric of one component and version: of the month, and from the beginning to its end."""

    version: int
    metric: str
    period: Decimal
    lifetime: Decimal


@dataclass(frozen=True, slots=True)
class ComponentState:
    """What one revshare component hands to the next month. `started` is the month of the first fact it saw."""

    component: str
    started: Period | None = None
    deficits: tuple[Deficit, ...] = ()
    asides: tuple[Aside, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Everything the months up to and including `period` hand to the next one."""

    period: Period
    components: tuple[ComponentState, ...] = ()


# --- the book -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Book:
    """One affiliate's facts and terms under one plan, for the months `first` through `last`.

    `deals` are all deals of the affiliate, those for other plans too; `default_plan` is the brand's. `earning` are the
    days on which the affiliate earns. `facts` are those revenue shares look at, of the months computed. `candidates`
    are judged anew; `standing` are the qualified ones of all other customers, from the month before `first` on (from
    the beginning if `coarse.needs_all_standing`). `opening` is what the months before `first` left behind; None: no
    month before ever mattered.
    """

    affiliate: int
    plan: Plan
    default_plan: int | None
    deals: tuple[Deal, ...]
    earning: tuple[Days, ...]
    first: Period
    last: Period
    customers: tuple[Customer, ...] = ()
    facts: tuple[Fact, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    standing: tuple[Qualification, ...] = ()
    crowd: tuple[Crowd, ...] = ()
    opening: State | None = None


# --- out ------------------------------------------------------------------------------------------------------------


class Note(NamedTuple):
    """One step of how an amount came about: what it is (`step`), its figures by name, written by value.

    Steps, in order of calculation: terms, input, trigger, condition, profile, ring_fence, netting, tier, carry, rate,
    cap, hold, rounding. Texts for people are made of them elsewhere; these are stored with the line.
    """

    step: str
    figures: tuple[tuple[str, str], ...]


class Line(NamedTuple):
    """One wanted amount, rounded, with everything that explains it.

    `key` is 32 hex digits (commissions.md 11); `day` is the qualifying day of a cpa, else the period's last day.
    Lines of 0 exist only with a `reason` ("over_cap").
    """

    key: str
    period: Period
    version: int
    component: str
    kind: str
    customer: int | None
    day: date
    amount: Decimal
    currency: str
    available_on: date
    reason: str
    working: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer: wanted lines of the months, qualifications of the candidates, the state after every month."""

    lines: tuple[Line, ...]
    qualifications: tuple[Qualification, ...]
    states: tuple[State, ...]
