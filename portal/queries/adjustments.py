"""Why something posted is taken back: what is known today of the customer, of whose he is, and of the terms."""

from dataclasses import dataclass
from datetime import date

from brands.models import Brand
from commissions.engine.book import Book, Customer
from commissions.engine.placing import Placing, excluded_from, owner_on
from commissions.engine.plan import Anchor, Component, Cpa
from commissions.engine.storing import progress_from_json
from commissions.models import Line, Plan, Qualification
from commissions.models.terms import ExclusionReason
from commissions.queries.candidates import customers_of
from commissions.queries.terms import deals_of, default_plan_of, earning_days_of, terms_of
from portal import formatting, wording
from track360.lib.money import plain
from track360.lib.periods import Period

EXCLUSIONS = dict(ExclusionReason.choices)


def is_taken_back(line: Line) -> bool:
    """Tell whether an adjustment takes back a whole amount, because nothing is wanted in its place."""
    return bool(line.working) and all(step["step"] == "adjustment" for step in line.working)


def why_taken_back(*, brand: Brand, line: Line, reader: wording.Reader, tells_affiliate: bool = False) -> str:
    """Say in a sentence why nothing is earned any more where the line takes an amount back, as things stand today.

    The most general reason is given. With `tells_affiliate` nothing is said of days on which a customer was another
    affiliate's.
    """
    later = Line.objects.filter(brand=brand, base_key=line.base_key, period__gt=line.period).order_by("period").first()
    if later is not None:
        return f"Nothing was wanted then. {formatting.month(Period.parse(later.period))} has changed it again."
    found = _Looked.at(brand, line, tells_affiliate=tells_affiliate)
    return (
        found.not_his()
        or found.excluded()
        or found.other_terms()
        or found.not_earning()
        or found.not_qualified(reader)
        or "What it came from has been taken back."
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """A line's customer, if it is about one, and the days that decide which terms it is paid by."""

    brand: Brand
    line: Line
    component: Component
    placing: Placing
    customer: Customer | None
    days: tuple[date, ...]
    campaigns: frozenset[int | None]
    tells_affiliate: bool

    @classmethod
    def at(cls, brand: Brand, line: Line, *, tells_affiliate: bool) -> "_Looked":
        affiliate, period = line.affiliate_id, Period.parse(line.source_period)
        plan = terms_of(brand_id=brand.pk, plans=[line.plan])[line.plan_id]
        deals = deals_of(brand_id=brand.pk, affiliates=[affiliate])[affiliate]
        earning = earning_days_of(brand_id=brand.pk, affiliates=[affiliate])[affiliate]
        number = line.customer_id
        customer = None if number is None else customers_of(brand_id=brand.pk, customers=[number])[number]
        component = next(
            component
            for version in plan.versions
            for component in version.components
            if version.number == line.version.number and component.name == line.component.name
        )
        return cls(
            brand=brand,
            line=line,
            component=component,
            placing=Placing(
                Book(affiliate, plan, default_plan_of(brand_id=brand.pk), deals, earning, first=period, last=period)
            ),
            customer=customer,
            days=_deciding_days(brand, line, component, customer),
            campaigns=frozenset({None, *(deal.campaign for deal in deals)}),
            tells_affiliate=tells_affiliate,
        )

    def not_his(self) -> str:
        if self.customer is None or self._placed():
            return ""
        owners = {owner_on(self.customer, day)[0] for day in self.days}
        decides = ", the day that decides" if len(self.days) == 1 else ""
        return f"The customer is {'nobody' if owners == {None} else 'another affiliate'}’s{self._when()}{decides}."

    def excluded(self) -> str:
        if self.customer is None or (found := excluded_from(self.customer)) is None:
            return ""
        day, reason = found
        if day > Period.parse(self.line.source_period).last_day:
            return ""
        if day == date.min:
            return f"The customer is excluded: {EXCLUSIONS[reason].lower()}."
        if self.tells_affiliate and owner_on(self.customer, day)[0] != self.line.affiliate_id:
            return ""
        return f"The customer is excluded from {formatting.day(day)} on: {EXCLUSIONS[reason].lower()}."

    def other_terms(self) -> str:
        plans = {self.placing.plan_on(campaign, day) for day, campaign in self._placed()}
        if self.line.plan_id not in plans:
            held = [plan for plan in plans if plan is not None]
            names = Plan.objects.filter(brand=self.brand, pk__in=held).order_by("name")
            said = " and ".join(names.values_list("name", flat=True))
            return f"{self.line.plan} no longer holds{self._when()}: {f'{said} does' if said else 'no plan does'}."
        versions = {
            self.placing.version_of_pool(campaign, day)
            if self.customer is None
            else self.placing.version_of(self.customer, day)
            for day, campaign in self._placed()
        } - {None}
        if not versions:
            return f"{self.line.plan} has no terms for it any more{self._when()}."
        if self.line.version.number not in versions:
            now = " and ".join(str(number) for number in sorted(versions, key=lambda number: number or 0))
            return f"Version {now} of {self.line.plan} holds now{self._when()}, no longer {self.line.version.number}."
        return ""

    def not_earning(self) -> str:
        if isinstance(self.component, Cpa) or any(self.placing.earns_on(day) for day in self.days):
            return ""
        return f"The affiliate’s status lets him earn nothing{self._when()}."

    def not_qualified(self, reader: wording.Reader) -> str:
        if not isinstance(self.component, Cpa) or self.customer is None:
            return ""
        row = Qualification.objects.filter(
            brand=self.brand,
            affiliate=self.line.affiliate,
            component=self.line.component,
            customer=self.line.customer,
        ).first()
        if row is None:
            return ""
        if row.qualified_on is not None:
            if not row.is_earning:
                return f"The affiliate’s status let him earn nothing on {formatting.day(row.qualified_on)}."
            moved = Period.of(row.qualified_on) != Period.parse(self.line.source_period)
            return f"The customer qualifies on {formatting.day(row.qualified_on)} now." if moved else ""
        trigger, *conditions = progress_from_json(row.progress)
        unmet = [step for step in conditions if step.have < step.need]
        if trigger.have < trigger.need or not unmet:
            return f"The customer no longer qualifies: no {wording.measure_label(trigger.measure).lower()} is known."
        short = "; ".join(
            f"{wording.measure_label(step.measure)} {reader.figure(step.measure, plain(step.have))}"
            f" of {reader.figure(step.measure, plain(step.need))}"
            for step in unmet
        )
        return f"The customer no longer qualifies: {short}."

    def _placed(self) -> list[tuple[date, int | None]]:
        """Give the deciding days, each with the campaign it was under; of a customer those on which he was his."""
        if self.customer is None:
            return [(day, campaign) for day in self.days for campaign in self.campaigns]
        owned = [(day, owner_on(self.customer, day)) for day in self.days]
        return [(day, campaign) for day, (owner, campaign) in owned if owner == self.line.affiliate_id]

    def _when(self) -> str:
        if len(self.days) == 1:
            return f" on {formatting.day(self.days[0])}"
        return f" in {formatting.month(Period.parse(self.line.source_period))}"


def _deciding_days(brand: Brand, line: Line, component: Component, customer: Customer | None) -> tuple[date, ...]:
    """Give the day the terms go by: the registration's, else a bounty's trigger; for activity each of the month."""
    if customer is not None and component.anchor is Anchor.REGISTRATION and customer.registered_on is not None:
        return (customer.registered_on,)
    if isinstance(component, Cpa):
        first = Line.objects.filter(brand=brand, key=line.base_key).first()
        days = [step["day"] for step in (first.working if first else ()) if step["step"] == "trigger"]
        if days:
            return (date.fromisoformat(days[0]),)
    period = Period.parse(line.source_period)
    return tuple(date.fromordinal(day) for day in range(period.first_day.toordinal(), period.last_day.toordinal() + 1))
