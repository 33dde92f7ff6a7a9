"""Whether and when a customer qualifies for a cpa (commissions.md 4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from commissions.engine.book import Candidate, Fact, Happening, Progress, Qualification, Standing
from commissions.engine.measures import DEPOSIT, Account, first_of, holds, kpis_measured, leaves, progress
from commissions.engine.placing import Placing, excluded_from
from commissions.engine.plan import Anchor, AtLeast, Cpa, Plan, TriggerName
from track360.lib.money import ZERO

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Triggered:
    """When the trigger happened, and with what amount; a registration has none."""

    day: date
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One cpa component with what it asks for, worked out once for all customers.

    `leaves` are its single conditions by name; `happened` is the trigger's progress before and after it happened.
    """

    version: int
    terms: Cpa
    measured: frozenset[str]
    leaves: tuple[tuple[str, AtLeast], ...]
    happened: tuple[Progress, Progress]


class Judges:
    """Judges customers for every cpa of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._asked = [
            _Asked(
                version=version.number,
                terms=terms,
                measured=kpis_measured(terms),
                leaves=tuple((str(leaf.measure), leaf) for leaf in leaves(terms.conditions)),
                happened=(Progress(str(terms.trigger), ZERO, ONE), Progress(str(terms.trigger), ONE, ONE)),
            )
            for version in sorted(plan.versions, key=lambda version: version.effective_from)
            for terms in version.components
            if isinstance(terms, Cpa)
        ]

    def judge(self, candidate: Candidate, placing: Placing) -> tuple[Qualification, ...]:
        """Say how a customer stands with each cpa of the plan that applies to him, once per component name.

        All versions of a name go by one day, so he qualifies under one of them at most. By activity he may be expired
        under the version he registered under as well, which saw no trigger in time: that does not count then.
        """
        found: dict[str, Qualification] = {}
        for asked in self._asked:
            standing = _judge_one(candidate, asked, placing)
            other = found.get(asked.terms.name)
            if standing is not None and (other is None or other.standing is not Standing.QUALIFIED):
                found[asked.terms.name] = standing
        return tuple(found.values())


def _judge_one(candidate: Candidate, asked: _Asked, placing: Placing) -> Qualification | None:
    customer, terms = candidate.customer, asked.terms
    last_day = _last_day(terms, customer.registered_on)
    triggered = _triggered(candidate, terms, last_day)
    anchor = customer.registered_on
    if terms.anchor is Anchor.ACTIVITY and triggered is not None:
        anchor = triggered.day
    if anchor is None or placing.version_of(customer, anchor) != asked.version:
        return None
    day, steps = _qualifying_day(candidate, asked, triggered, last_day)
    excluded = excluded_from(customer)
    standing, reason = Standing.QUALIFIED if day is not None else Standing.PENDING, ""
    if excluded is not None and (day is None or excluded[0] <= day):
        standing, day, reason = Standing.EXCLUDED, max(excluded[0], date(1900, 1, 1)), excluded[1]
    return Qualification(
        customer=customer.number,
        customer_key=customer.key,
        country=customer.country,
        component=terms.name,
        version=asked.version,
        standing=standing,
        day=day,
        trigger_on=None if triggered is None else triggered.day,
        trigger_amount=None if triggered is None else triggered.amount,
        last_day=last_day,
        earning=day is None or placing.earns_on(day),
        reason=reason,
        progress=(asked.happened[triggered is not None], *steps),
    )


def _triggered(candidate: Candidate, terms: Cpa, last_day: date | None) -> Triggered | None:
    """Give when the trigger happened; after the last day to qualify it is as if it had not."""
    if terms.trigger.name is TriggerName.REGISTRATION:
        registered_on = candidate.customer.registered_on
        return None if registered_on is None else Triggered(day=registered_on, amount=None)
    first = first_of(terms.trigger.kpi, candidate.happenings)
    if first is None or (last_day is not None and first.day > last_day):
        return None
    return Triggered(day=first.day, amount=first.amount)


def _last_day(terms: Cpa, registered_on: date | None) -> date | None:
    if terms.within_days is None or registered_on is None:
        return None
    return registered_on + timedelta(days=terms.within_days)


def _qualifying_day(
    candidate: Candidate, asked: _Asked, triggered: Triggered | None, last_day: date | None
) -> tuple[date | None, tuple[Progress, ...]]:
    """Look once per day from the trigger on, on the sums up to and including it; the first day all holds is final."""
    end = last_day or date.max
    facts = [fact for fact in candidate.history if fact.kpi in asked.measured and fact.day <= end]
    account = Account(first_of(DEPOSIT, candidate.happenings))
    if triggered is None or triggered.day > end:
        for fact in facts:
            account.add(fact)
    else:
        facts.sort(key=_day)
        place = 0
        for day in _days(facts, account.first_deposit, triggered.day, end):
            while place < len(facts) and facts[place].day <= day:
                account.add(facts[place])
                place += 1
            account.through = day
            if holds(asked.terms.conditions, account):
                return day, progress(asked.leaves, account)
    account.through = end
    return None, progress(asked.leaves, account)


def _days(facts: list[Fact], first_deposit: Happening | None, begin: date, end: date) -> list[date]:
    """Give the days from the trigger's on on which anything that conditions look at has changed."""
    days = {fact.day for fact in facts if fact.day > begin}
    days.add(begin)
    if first_deposit is not None and begin < first_deposit.day <= end:
        days.add(first_deposit.day)
    return sorted(days)


def _day(fact: Fact) -> date:
    return fact.day
