"""Questions about affiliates: what their status was, whose sub-affiliates they were, who logs in for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import F, Q, QuerySet

from affiliates.models import Affiliate, AffiliateParent, AffiliateStatus, Seat, SeatRoute, TrackingLink
from brands.models import User
from track360.lib.tenancy import tenant

# Affiliate → from which day → parent.
ParentHistory = dict[int, dict[date | None, int | None]]


def status_on(*, affiliate: Affiliate, day: date) -> str:
    """Return an affiliate's status on a day; days before his first status have the first one."""
    return statuses_on(brand_id=affiliate.brand_id, day=day, affiliates=[affiliate.id])[affiliate.id]


def statuses_on(*, brand_id: int, day: date, affiliates: list[int] | None = None) -> dict[int, str]:
    """Return the status of all of a brand's affiliates, or of some, on a day."""
    rows = AffiliateStatus.objects.filter(brand_id=brand_id)
    if affiliates is not None:
        rows = rows.filter(affiliate_id__in=affiliates)
    found: dict[int, str] = {}
    for affiliate_id, from_day, status in rows.order_by(F("from_day").asc(nulls_first=True)).values_list(
        "affiliate_id", "from_day", "status"
    ):
        if affiliate_id not in found or from_day is None or from_day <= day:
            found[affiliate_id] = status
    return found


@dataclass(frozen=True, slots=True)
class Tree:
    """Who is whose parent on one day."""

    parents: Mapping[int, int]

    @classmethod
    def on(cls, *, history: ParentHistory, day: date | None) -> Self:
        """Take the parents of one day out of the history; None is the beginning of time."""
        parents = {}
        for affiliate, changes in history.items():
            begun = [since for since in changes if since is None or (day is not None and since <= day)]
            if begun:
                parent = changes[max(begun, key=lambda since: since or date.min)]
                if parent is not None:
                    parents[affiliate] = parent
        return cls(parents=parents)

    def ancestors(self, affiliate: int) -> list[int]:
        """Return parent, grandparent and so on, nearest first."""
        found: list[int] = []
        while (parent := self.parents.get(affiliate if not found else found[-1])) is not None and parent not in found:
            found.append(parent)
        return found

    def levels_above(self, affiliate: int, *, at_most: int) -> int | None:
        """Count the ancestors; None when with the affiliate himself they are more than `at_most`, or a circle."""
        levels, current = 0, affiliate
        while (parent := self.parents.get(current)) is not None:
            levels, current = levels + 1, parent
            if levels >= at_most or current == affiliate:
                return None
        return levels


def parent_history(*, brand_id: int) -> ParentHistory:
    """Return every change of parent under a brand."""
    history: ParentHistory = {}
    for affiliate, from_day, parent in AffiliateParent.objects.filter(brand_id=brand_id).values_list(
        "affiliate_id", "from_day", "parent_id"
    ):
        history.setdefault(affiliate, {})[from_day] = parent
    return history


def tree_on(*, brand_id: int, day: date) -> Tree:
    """Return the brand's tree of affiliates as of a day."""
    return Tree.on(history=parent_history(brand_id=brand_id), day=day)


def links_on_the_brands_page(*, brand_id: int) -> QuerySet[TrackingLink]:
    """Return the links that work and have no landing page of their own, so that they lead to the brand's."""
    own = Q(landing_url__isnull=True) | Q(landing_url="")
    return TrackingLink.objects.filter(own, brand_id=brand_id, is_active=True)


def seats_of(*, user: User) -> list[Seat]:
    """Return a person's seats with their affiliates, over all brands. Opens each brand's `tenant()` itself."""
    seats: list[Seat] = []
    for brand_id in SeatRoute.objects.filter(user=user).order_by("brand_id").values_list("brand_id", flat=True):
        with tenant(brand_id):
            seats += (
                Seat.objects.filter(brand_id=brand_id, user=user).select_related("affiliate", "brand").order_by("id")
            )
    return seats
