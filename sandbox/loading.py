"""Bringing made-up traffic into the platform through the doors that brands use."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from affiliates.models import TrackingLink
from attribution.models import Click
from attribution.queries.directory import token_keys
from attribution.rules.tokens import TokenKeys, mint
from attribution.services import Visit as CountedVisit
from attribution.services import record_clicks
from brands.models import Brand
from ingestion.models import Activity
from sandbox.sending import Platform
from sandbox.traffic.history import history
from sandbox.traffic.world import Day, Record, Registration, Visit, World
from track360.lib.tenancy import tenant

CUSTOMERS, ACTIVITIES = "/tracking/events/customers", "/tracking/events/activities"
DAYS_AT_ONCE = 7

Say = Callable[[str], None]


class Loader:
    """Sends a brand's traffic week by week, customers before what they do, and says how far it has come."""

    def __init__(self, *, brand: Brand, world: World, platform: Platform, say: Say) -> None:
        self._brand = brand
        self._world = world
        self._platform = platform
        self._say = say
        with tenant(brand.id):
            self._keys: TokenKeys = token_keys(brand_id=brand.id)
            self._links = {link.code: link for link in TrackingLink.objects.filter(brand=brand)}

    def load(self, *, first: date, now: datetime, resume: date | None = None) -> None:
        """Send the days from `first`, or from `resume` if those before were sent already, until now."""
        today = now.astimezone(self._world.zone).date()
        week: list[Day] = []
        for day in history(self._world, first=first, now=now):
            if resume is not None and day.day < resume:
                continue
            week.append(day)
            if len(week) == DAYS_AT_ONCE or day.day == today:
                self._send(week)
                if day.day.day <= DAYS_AT_ONCE or day.day == today:  # once a month is often enough
                    done = ((day.day - first).days + 1) * 100 // ((today - first).days + 1)
                    sent = self._platform.counts.records
                    self._say(f"{self._brand.name}: through {day.day}, {done} %, {sent:,} records")
                week = []

    def _send(self, days: Sequence[Day]) -> None:
        for day in days:
            self._count_visits(day)
        self._platform.send(CUSTOMERS, [self._reported(each) for day in days for each in day.registrations])
        self._platform.send(ACTIVITIES, [record for day in days for record in day.activities])

    def _reported(self, registration: Registration) -> Record:
        if registration.visit is None:
            return registration.record
        return registration.record | {"tracking_data": self._token(registration.visit)}

    def _token(self, visit: Visit) -> str:
        return mint(keys=self._keys, link=self._links[visit.link].id, clicked_at=visit.at, nonce=visit.nonce)

    def _count_visits(self, day: Day) -> None:
        """Write down visits of the past: over HTTP every visit is now."""
        with tenant(self._brand.id):
            begins = datetime.combine(day.day, time(), self._world.zone)
            counted = Click.objects.filter(
                brand=self._brand, clicked_at__gte=begins, clicked_at__lt=begins + timedelta(days=1)
            )
            known = set(counted.values_list("token", flat=True))
            visits = [(visit, self._token(visit)) for visit in day.visits]
            fresh = [self._counted(visit, token) for visit, token in visits if token not in known]
            if fresh:
                record_clicks(brand_id=self._brand.id, visits=fresh)

    def _counted(self, visit: Visit, token: str) -> CountedVisit:
        link = self._links[visit.link]
        return CountedVisit(
            brand=self._brand.id,
            affiliate=link.affiliate_id,
            campaign=link.campaign_id,
            link=link.id,
            token=token,
            at=visit.at.astimezone(UTC),
            subs=visit.subs,
        )


def sent_through(*, brand: Brand, first: date, today: date) -> date | None:
    """Return the day from which traffic has to be sent again: the week in which an earlier run may have ended."""
    with tenant(brand.id):
        days = Activity.objects.filter(brand=brand, event="DailyStats", day__gte=first, day__lte=today)
        newest = days.order_by("-day").values_list("day", flat=True).first()
    return None if newest is None else newest - timedelta(days=DAYS_AT_ONCE)


def visit_links(*, platform: Platform, links: Iterable[str]) -> None:
    """Follow each link once, as a visitor does."""
    for link in links:
        platform.visit(link, sub1="demo")
