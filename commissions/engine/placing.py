"""Which terms apply: owner, deal and version on a day (commissions.md 3), and whether anything is earned (12)."""

from collections.abc import Iterable
from datetime import date, timedelta

from commissions.engine.book import Book, Customer, Exclusion, ExclusionReason
from commissions.engine.plan import AppliesTo, RevShare, Version
from track360.lib.periods import Period, months_after


class Placing:
    """Answers for one book; remembers what it was asked."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._plans: dict[tuple[date, int | None], int | None] = {}
        self._versions: dict[tuple[int, date], int | None] = {}
        self._earning: dict[date, bool] = {}
        self._latest_first = sorted(book.plan.versions, key=lambda version: version.effective_from, reverse=True)

    def version_of(self, customer: Customer, day: date) -> int | None:
        """Give the number of the plan's version that is in force for the customer on a day.

        None when he is another affiliate's on that day, when another plan or none is in force, or before the first
        version that applies to him.
        """
        key = (customer.number, day)
        if key not in self._versions:
            self._versions[key] = self._place(customer, day)
        return self._versions[key]

    def version_of_pool(self, campaign: int | None, day: date) -> int | None:
        """Give the version for facts of no customer in particular; versions for new customers never apply to them."""
        return self._version(day, None) if self._is_in_force(campaign, day) else None

    def plan_on(self, campaign: int | None, day: date) -> int | None:
        """Give the number of the plan that an owner's campaign, or none, has on a day: a deal's, else the default."""
        if (day, campaign) not in self._plans:
            self._plans[day, campaign] = self._plan_on(campaign, day)
        return self._plans[day, campaign]

    def is_in_force_in(self, period: Period) -> bool:
        """Tell whether the affiliate has the plan on any day of a month, for any of his campaigns."""
        starts = {period.first_day}
        for deal in self._book.deals:
            starts.add(deal.starts_on)
            if deal.ends_on is not None:
                starts.add(deal.ends_on + timedelta(days=1))
        campaigns = {None, *(deal.campaign for deal in self._book.deals)}
        return any(self._is_in_force(campaign, day) for day in starts if day in period for campaign in campaigns)

    def earns_on(self, day: date) -> bool:
        """Tell whether the affiliate's status lets him earn on a day."""
        earns = self._earning.get(day)
        if earns is None:
            earns = self._earning[day] = any(
                (days.first is None or days.first <= day) and (days.last is None or day <= days.last)
                for days in self._book.earning
            )
        return earns

    def _place(self, customer: Customer, day: date) -> int | None:
        owner = owner_on(customer, day)
        if owner[0] != self._book.affiliate or not self._is_in_force(owner[1], day):
            return None
        return self._version(day, customer.registered_on)

    def _version(self, day: date, registered_on: date | None) -> int | None:
        for version in self._latest_first:
            if version.effective_from <= day and _applies(version, registered_on):
                return version.number
        return None

    def _is_in_force(self, campaign: int | None, day: date) -> bool:
        return self.plan_on(campaign, day) == self._book.plan.number

    def _plan_on(self, campaign: int | None, day: date) -> int | None:
        for wanted in (campaign, None) if campaign is not None else (None,):
            for deal in self._book.deals:
                if deal.campaign == wanted and deal.starts_on <= day and (deal.ends_on is None or day <= deal.ends_on):
                    return deal.plan
        return self._book.default_plan


def _applies(version: Version, registered_on: date | None) -> bool:
    match version.applies_to:
        case AppliesTo.ALL:
            return True
        case AppliesTo.NEW_CUSTOMERS:
            return registered_on is not None and registered_on >= version.effective_from


def owner_on(customer: Customer, day: date) -> tuple[int | None, int | None]:
    """Give the affiliate and campaign a customer belongs to on a day; the first ones from the beginning."""
    affiliate, campaign = None, None
    for owner in customer.owners:
        if owner.holds_from is not None and owner.holds_from > day:
            break
        affiliate, campaign = owner.affiliate, owner.campaign
    return affiliate, campaign


def excluded_from(customer: Customer) -> tuple[date, str] | None:
    """Give the first day on which nothing is earned on the customer, and why."""
    return excluded_by(customer.exclusions) if customer.exclusions else None


def excluded_by(exclusions: Iterable[Exclusion]) -> tuple[date, str]:
    """Give the first day on which any of these exclusions holds, and why.

    A duplicate or a fraud never was a customer: nothing counts from the beginning.
    """
    return min(
        (exclusion.from_day if exclusion.reason is ExclusionReason.SELF_EXCLUDED else date.min, str(exclusion.reason))
        for exclusion in exclusions
    )


def share_ends_on(customer: Customer, terms: RevShare) -> date | None:
    """Give the first day that a share limited in months no longer looks at; None: no limit, or not registered."""
    if terms.months is None or customer.registered_on is None:
        return None
    return months_after(customer.registered_on, terms.months)
