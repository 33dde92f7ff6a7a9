"""Why a customer earns nothing, or not more: everything that stands in the way, with figures (commissions.md 13)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count, F, Sum

from affiliates.models import Affiliate
from attribution.models import Attribution, CustomerDay
from attribution.queries.customers import COUNTED_BEGINNINGS
from brands.models import Brand
from commissions.engine import coarse
from commissions.engine.book import Book
from commissions.engine.book import Customer as Known
from commissions.engine.placing import Placing, excluded_from, owner_on, share_ends_on
from commissions.engine.plan import Anchor, Plan
from commissions.models import Line, Qualification
from commissions.models import Plan as StoredPlan
from commissions.queries.candidates import customers_of
from commissions.queries.conversions import Conversions
from commissions.queries.terms import deals_of, default_plan_of, earning_days_of, terms_of
from commissions.queries.unpaid import BelowBands, OverCap, unpaid
from ingestion.models import Activity, Customer
from ingestion.models.records import State
from ingestion.rules.activities import UNKNOWN_STATUS
from track360.lib.money import plain
from track360.lib.periods import Period


class Obstacle(StrEnum):
    """What stands in the way."""

    NOT_REPORTED = "not_reported"
    UNATTRIBUTED = "unattributed"
    NOT_REGISTERED = "not_registered"
    EXCLUDED = "excluded"
    AFFILIATE_NOT_EARNING = "affiliate_not_earning"
    NOT_HIS = "not_his"
    NO_PLAN = "no_plan"
    NO_VERSION = "no_version"
    BELOW_BANDS = "below_bands"
    OVER_CAP = "over_cap"
    CONDITION_SHORT = "condition_short"
    NOT_TRIGGERED = "not_triggered"
    TOO_LATE = "too_late"
    SHARE_ENDED = "share_ended"
    NO_FX_RATE = "no_fx_rate"
    PARKED = "parked"
    NOT_APPROVED = "not_approved"
    NO_FACTS = "no_facts"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the way: what, in one sentence, for which affiliate and component if it is about one.

    A condition that is short also has its measure and the plan's currency, parked records the word nobody knows and
    what they wait for, so that pages can write figures as they do and lead on.
    """

    obstacle: Obstacle
    sentence: str
    affiliate: str = ""
    component: str = ""
    have: Decimal | None = None
    need: Decimal | None = None
    measure: str = ""
    currency: str = ""
    parked_for: str = ""
    word: str = ""


def why_not(*, brand: Brand, customer: Customer, today: date) -> list[Finding]:
    """Return what stands in the way of earning on a customer, the most general first; `today` is the brand's."""
    known = customers_of(brand_id=brand.id, customers=[customer.id])[customer.id]
    return [
        *_general(customer, known, today),
        *_records(brand, customer),
        *(finding for owner in _owners(brand, customer) for finding in _under(brand, customer, known, owner, today)),
    ]


def why_not_for(*, brand: Brand, customer: Customer, affiliate: Affiliate, today: date) -> list[Finding]:
    """Return what stands in one affiliate's way, read from sums and terms alone, so that his pages may ask."""
    known = customers_of(brand_id=brand.id, customers=[customer.id])[customer.id]
    return list(_under(brand, customer, known, affiliate, today))


def _general(customer: Customer, known: Known, today: date) -> Iterator[Finding]:
    if customer.reported_at is None:
        yield Finding(Obstacle.NOT_REPORTED, "The brand has sent activity of this customer, but not the customer.")
        return
    if not known.owners:
        yield Finding(Obstacle.UNATTRIBUTED, "Nothing the brand sent about this customer names a known affiliate.")
    if known.registered_on is None:
        yield Finding(Obstacle.NOT_REGISTERED, "There is neither a registration time nor an approved fact.")
    excluded = excluded_from(known)
    if excluded is not None:
        since = "from the beginning" if excluded[0] == date.min else f"from {excluded[0]}"
        yield Finding(Obstacle.EXCLUDED, f"Excluded as {excluded[1].replace('_', ' ')}: nothing is earned {since}.")


def _records(brand: Brand, customer: Customer) -> Iterator[Finding]:
    activities = Activity.objects.filter(brand=brand, customer=customer)
    parked = activities.filter(state=State.PARKED).values_list("parked_for", "event", "details__status")
    for reason, event, status, count in parked.annotate(Count("id")).order_by("event", "details__status"):
        waiting = f"{_some(count, 'record')} of {event} {'waits' if count == 1 else 'wait'}"
        word = str(status) if reason == UNKNOWN_STATUS else event
        yield Finding(Obstacle.PARKED, f"{waiting}: {reason.replace('_', ' ')}.", parked_for=reason, word=word)
    for status, count in (
        activities.filter(state=State.LIVE).exclude(status="approved").values_list("status").annotate(Count("id"))
    ):
        yield Finding(
            Obstacle.NOT_APPROVED,
            f"{_some(count, 'record')} {'is' if count == 1 else 'are'} {status}; only approved ones earn.",
        )
    facts = CustomerDay.objects.filter(brand=brand, customer=customer).exclude(kpi__in=COUNTED_BEGINNINGS)
    if not facts.exists():
        yield Finding(Obstacle.NO_FACTS, "There is no approved fact of this customer.")


def _owners(brand: Brand, customer: Customer) -> list[Affiliate]:
    live = Attribution.objects.filter(brand=brand, customer=customer, superseded_at__isnull=True)
    rows = live.select_related("affiliate").order_by(F("holds_from").asc(nulls_first=True))
    return list({row.affiliate_id: row.affiliate for row in rows}.values())


def _under(brand: Brand, customer: Customer, known: Known, affiliate: Affiliate, today: date) -> Iterator[Finding]:
    """Find what is in the way of one of his affiliates."""
    earning = earning_days_of(brand_id=brand.id, affiliates=[affiliate.id])[affiliate.id]
    if not earning:
        yield Finding(
            Obstacle.AFFILIATE_NOT_EARNING, f"{affiliate.name} has never been in a status that earns.", affiliate.code
        )
    deals = deals_of(brand_id=brand.id, affiliates=[affiliate.id])[affiliate.id]
    default = default_plan_of(brand_id=brand.id)
    numbers = {*(deal.plan for deal in deals), *(() if default is None else (default,))}
    plans = terms_of(brand_id=brand.id, plans=StoredPlan.objects.filter(brand=brand, id__in=numbers))
    if not plans:
        yield Finding(Obstacle.NO_PLAN, f"{affiliate.name} has no deal, and there is no default plan.", affiliate.code)
    placings = {
        number: Placing(Book(affiliate.id, plan, default, deals, earning, Period.of(today), Period.of(today)))
        for number, plan in plans.items()
    }
    for what, day in _anchor_days(brand, known, affiliate, plans.values()):
        yield from _on_anchor_day(known, affiliate, placings, plans, what, day)
    for plan in plans.values():
        yield from _under_plan(brand, customer, known, affiliate, plan, today)
    yield from _standings(brand, customer, affiliate, today)


def _anchor_days(brand: Brand, known: Known, affiliate: Affiliate, plans: Iterable[Plan]) -> Iterator[tuple[str, date]]:
    """Give the days that decide which terms apply: his registration's, and the last of his facts as the affiliate's."""
    anchors = {terms.anchor for plan in plans for version in plan.versions for terms in version.components}
    if Anchor.REGISTRATION in anchors and known.registered_on is not None:
        yield "registered", known.registered_on
    if Anchor.ACTIVITY in anchors:
        facts = CustomerDay.objects.filter(brand=brand, customer=known.number).exclude(kpi__in=COUNTED_BEGINNINGS)
        days = facts.order_by("-day").values_list("day", flat=True).distinct()
        yield from [("was last active", day) for day in days if owner_on(known, day)[0] == affiliate.id][:1]


def _on_anchor_day(
    known: Known, affiliate: Affiliate, placings: Mapping[int, Placing], plans: Mapping[int, Plan], what: str, day: date
) -> Iterator[Finding]:
    """Say which of owner, deal and version is missing on a day."""
    owner, campaign = owner_on(known, day)
    if owner != affiliate.id:
        yield Finding(
            Obstacle.NOT_HIS,
            f"He was not {affiliate.name}'s on {day}, when he {what}: what goes by that day is not earned.",
            affiliate.code,
        )
        return
    number = next(iter(placings.values())).plan_on(campaign, day)
    if number is None:
        yield Finding(
            Obstacle.NO_PLAN,
            f"{affiliate.name} had no deal on {day}, when he {what}, and there is no default plan.",
            affiliate.code,
        )
    elif number in plans and placings[number].version_of(known, day) is None:
        begun = [version.effective_from for version in plans[number].versions if version.effective_from <= day]
        first = min(begun or (version.effective_from for version in plans[number].versions))
        yield Finding(
            Obstacle.NO_VERSION,
            f"{plans[number].name} is for customers registered from {first} on; he registered on {known.registered_on}."
            if begun
            else f"{plans[number].name} has no terms before {first}; he {what} on {day}.",
            affiliate.code,
        )


def _under_plan(
    brand: Brand, customer: Customer, known: Known, affiliate: Affiliate, plan: Plan, today: date
) -> Iterator[Finding]:
    for share in coarse.shares(plan):
        ends_on = share_ends_on(known, share)
        if ends_on is not None and ends_on <= today:
            yield Finding(
                Obstacle.SHARE_ENDED,
                f"{share.name} looked at him for {share.months} months, until before {ends_on}.",
                affiliate.code,
                share.name,
            )
    yield from _without_rate(brand, customer, affiliate, plan)


def _without_rate(brand: Brand, customer: Customer, affiliate: Affiliate, plan: Plan) -> Iterator[Finding]:
    sums = CustomerDay.objects.filter(brand=brand, customer=customer, kpi__in=coarse.kpis_looked_at(plan))
    foreign = sums.exclude(currency__in=("", plan.currency)).values_list("currency", "day").annotate(Sum("records"))
    days = list(foreign.order_by("day"))
    known = Conversions(brand_id=brand.id).of(quote=plan.currency, used=[(currency, day) for currency, day, _ in days])
    for currency, day, records in days:
        if (currency, day) not in known:
            yield Finding(
                Obstacle.NO_FX_RATE,
                f"{_some(records, 'fact')} in {currency} on {day} {'has' if records == 1 else 'have'} no rate into"
                f" {plan.currency} of at most seven days.",
                affiliate.code,
            )


def _standings(brand: Brand, customer: Customer, affiliate: Affiliate, today: date) -> Iterator[Finding]:
    rows = Qualification.objects.filter(brand=brand, customer=customer, affiliate=affiliate)
    for row in rows.select_related("component__version__plan").order_by("component__name"):
        name = row.component.name
        if row.state == "qualified":
            if not row.is_earning:
                yield Finding(
                    Obstacle.AFFILIATE_NOT_EARNING,
                    f"{affiliate.name} did not earn on {row.qualified_on}, the day the customer qualified.",
                    affiliate.code,
                    name,
                )
            else:
                yield from _unpaid(brand, row, affiliate)
            continue
        is_late = row.state == "expired" or (row.last_day is not None and row.last_day < today)
        if is_late:
            yield Finding(Obstacle.TOO_LATE, f"The last day to qualify was {row.last_day}.", affiliate.code, name)
        for place, step in enumerate(row.progress):
            have, need = Decimal(step["have"]), Decimal(step["need"])
            if have >= need:
                continue
            obstacle = Obstacle.CONDITION_SHORT if place else Obstacle.NOT_TRIGGERED
            sentence = f"{step['measure']}: {plain(have)} of {plain(need)}, {plain(need - have)} missing."
            if place == 0:
                sentence = f"There is no {step['measure'].replace('_', ' ')} yet."
            currency = row.component.version.plan.currency
            yield Finding(obstacle, sentence, affiliate.code, name, have, need, step["measure"], currency)


def _unpaid(brand: Brand, row: Qualification, affiliate: Affiliate) -> Iterator[Finding]:
    lines = Line.objects.filter(brand=brand, customer=row.customer_id, affiliate=affiliate, component=row.component)
    if lines.aggregate(total=Sum("amount"))["total"]:
        return
    plan = row.component.version.plan
    found = unpaid(brand=brand, plan=terms_of(brand_id=brand.id, plans=[plan])[plan.id], qualified=row)
    match found:
        case BelowBands(sentence=sentence, have=have, need=need):
            yield Finding(Obstacle.BELOW_BANDS, sentence, affiliate.code, row.component.name, have, need)
        case OverCap(sentence=sentence):
            yield Finding(Obstacle.OVER_CAP, sentence, affiliate.code, row.component.name)
        case None:
            pass


def _some(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
