"""Tier metrics that count customers: qualified, first deposits, active (commissions.md 5)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import assert_never

from commissions.engine.book import Book, Crowd, Qualification
from commissions.engine.plan import MetricName, Tiers, Window
from commissions.engine.tiers import Reached
from track360.lib.periods import Period


class Counts:
    """How many customers an affiliate had, by month and from the beginning; of the plan's, who qualified and earns."""

    def __init__(self, book: Book, paying: Sequence[Qualification]) -> None:
        self._crowd = {crowd.period: crowd for crowd in book.crowd}
        self._own: dict[tuple[str, int, Period], int] = {}
        self._started: dict[str, Period] = {}
        self._anywhere: dict[Period, set[int]] = {}
        self._first: dict[int, Period] = {}
        for qualified in paying:
            assert qualified.day is not None  # noqa: S101  (who pays has a day)
            period = Period.of(qualified.day)
            own = (qualified.component, qualified.version, period)
            self._own[own] = self._own.get(own, 0) + 1
            self._started[qualified.component] = min(period, self._started.get(qualified.component, period))
            self._anywhere.setdefault(period, set()).add(qualified.customer)
            self._first[qualified.customer] = min(period, self._first.get(qualified.customer, period))

    def reached_by_cpa(self, tiers: Tiers, component: str, version: int, period: Period) -> Reached:
        """Give what a cpa's tiers look at: its own customers of the version, or the affiliate's."""
        first_month = tiers.window is Window.PREVIOUS_PERIOD and self._started.get(component) == period
        if tiers.metric.name is MetricName.QUALIFIED:
            return Reached(Decimal(self._own_count(tiers.window, component, version, period)), lowest=first_month)
        counted = self.of_share(tiers, period)
        assert counted is not None  # noqa: S101  (terms refuses other metrics for a cpa)
        return Reached(counted, lowest=first_month)

    def of_share(self, tiers: Tiers, period: Period) -> Decimal | None:
        """Give a metric that counts customers of the whole affiliate or plan; None for those made of facts."""
        match tiers.metric.name:
            case MetricName.QUALIFIED:
                return Decimal(self._qualified_anywhere(tiers.window, period))
            case MetricName.FIRST_DEPOSITS:
                return Decimal(
                    self._crowded(tiers.window, period, lambda c: c.first_deposits, lambda c: c.first_deposits)
                )
            case MetricName.ACTIVE_CUSTOMERS:
                return Decimal(self._crowded(tiers.window, period, lambda c: c.active, lambda c: c.newly_active))
            case MetricName.BASE | MetricName.SUM | MetricName.COUNT:
                return None
            case _:
                assert_never(tiers.metric.name)

    def _own_count(self, window: Window, component: str, version: int, period: Period) -> int:
        match window:
            case Window.PERIOD:
                return self._own.get((component, version, period), 0)
            case Window.PREVIOUS_PERIOD:
                return sum(
                    count for (name, _, at), count in self._own.items() if name == component and at == period.previous
                )
            case Window.LIFETIME:
                return sum(
                    count
                    for (name, number, at), count in self._own.items()
                    if name == component and number == version and at <= period
                )
            case _:
                assert_never(window)

    def _qualified_anywhere(self, window: Window, period: Period) -> int:
        match window:
            case Window.PERIOD:
                return len(self._anywhere.get(period, ()))
            case Window.PREVIOUS_PERIOD:
                return len(self._anywhere.get(period.previous, ()))
            case Window.LIFETIME:
                return sum(first <= period for first in self._first.values())
            case _:
                assert_never(window)

    def _crowded(
        self, window: Window, period: Period, monthly: Callable[[Crowd], int], ever: Callable[[Crowd], int]
    ) -> int:
        match window:
            case Window.PERIOD:
                return monthly(self._crowd.get(period, Crowd(period)))
            case Window.PREVIOUS_PERIOD:
                return monthly(self._crowd.get(period.previous, Crowd(period.previous)))
            case Window.LIFETIME:
                return sum(ever(crowd) for crowd in self._crowd.values() if crowd.period <= period)
            case _:
                assert_never(window)
