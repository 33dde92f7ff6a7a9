"""Whether stored commissions are what facts and terms give when everything is computed from scratch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Sum

from affiliates.models import Affiliate
from brands.models import Brand
from commissions.engine import book
from commissions.models import CarryState, ClosedPeriod, Entry, Line, Qualification
from commissions.models.ledger import LineState
from commissions.services.closing import digest_of
from commissions.services.follow_up import AFFILIATES_A_RUN, today_of
from commissions.services.posting import LineRow, wanted_rows
from commissions.services.recomputing import Asked, recompute
from commissions.services.storing import Months, StandingKey, StandingRow, Store, standing_row
from commissions.services.touching import BEGINNING
from track360.lib.money import plain
from track360.lib.periods import Period

STANDING_COLUMNS = StandingRow._fields
LINE_COLUMNS = LineRow._fields
# By table: the columns that say what a row is about, and those that say what it holds.
_COLUMNS = {
    "Qualification": (("affiliate_id", "customer_id", "component_id"), STANDING_COLUMNS),
    "Line": (("affiliate_id", "source_period", "period", "customer_id", "key"), LINE_COLUMNS),
    "CarryState": (("affiliate_id", "plan_id", "component", "period"), ("state",)),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that computing from scratch does not confirm."""

    table: str
    row: str
    stored: str
    wanted: str


class ComparingStore(Store):
    """Writes nothing; what is not as wanted is added to a list."""

    def __init__(self, found: list[Difference], **about: Any) -> None:
        super().__init__(**about)
        self._found = found

    def qualifications(self, wanted: Mapping[tuple[int, int], Sequence[book.Qualification]]) -> None:
        """Report qualifications; that a last day went by since they were stored is no difference."""
        rows = {
            (affiliate, self.components[found.version, found.component][1], customer): Qualification(
                brand=self.brand,
                affiliate_id=affiliate,
                customer_id=customer,
                component_id=self.components[found.version, found.component][1],
                **standing_row(found, self.today)._asdict(),
            )
            for (affiliate, customer), standing in wanted.items()
            for found in standing
        }
        stored = self._stored(wanted)
        self._report(
            "Qualification",
            [row for key, row in stored.items() if key not in rows],
            [(stored.get(key), row) for key, row in rows.items() if not _stands_alike(stored.get(key), row)],
        )

    def lines(self, months: Sequence[Months]) -> None:
        """Report lines."""
        posted = self.posted(months)
        for one in months:
            wanted = wanted_rows(self.about(one.scope.affiliate), one.lines, posted[one.scope.affiliate])
            rows = Line.objects.filter(
                brand=self.brand,
                affiliate_id=one.scope.affiliate,
                plan_id=self.plan.number,
                source_period__gte=str(one.scope.first),
            ).exclude(state=LineState.POSTED)
            stored = {
                row.key: row
                for row in rows.select_related("component")
                if one.covers(row.component.kind, row.customer_id)
            }
            self._report(
                "Line",
                [row for key, row in stored.items() if key not in wanted],
                [
                    (stored.get(key), row)
                    for key, row in wanted.items()
                    if key not in stored or not _same(stored[key], row, LINE_COLUMNS)
                ],
            )

    def states(self, gone: Sequence[CarryState], changed: Sequence[tuple[CarryState | None, CarryState]]) -> None:
        """Report states; that a month began since the last was stored is no difference.

        Nor is a state of a month that has not begun: a fact of it was there when it was stored.
        """
        last: dict[tuple[int, str], str] = {}
        stored = CarryState.objects.filter(brand=self.brand, plan_id=self.plan.number)
        for affiliate, component, period in stored.values_list("affiliate_id", "component", "period"):
            last[affiliate, component] = max(period, last.get((affiliate, component), period))
        self._report(
            "CarryState",
            [row for row in gone if row.period <= str(Period.of(self.today))],
            [
                (old, new)
                for old, new in changed
                if old is not None or new.period <= last.get((new.affiliate_id, new.component), new.period)
            ],
        )

    def _stored(self, wanted: Mapping[tuple[int, int], object]) -> dict[StandingKey, Qualification]:
        rows = Qualification.objects.filter(
            brand=self.brand,
            affiliate_id__in={affiliate for affiliate, _ in wanted},
            component_id__in=[component for _, component in self.components.values()],
        )
        return {
            (row.affiliate_id, row.component_id, row.customer_id): row
            for row in rows
            if (row.affiliate_id, row.customer_id) in wanted
        }

    def _report(self, table: str, gone: Sequence[Any], changed: Sequence[tuple[Any, Any]]) -> None:
        self._found += [_difference(table, row, None) for row in gone]
        self._found += [_difference(table, old, new) for old, new in changed]


@transaction.atomic
def differences(*, brand: Brand, now: datetime, at_most: int = 100) -> list[Difference]:
    """Compute the whole brand from scratch and compare lines, qualifications, states, entries and digests.

    Nothing is written or locked, so whoever asks looks at one moment (REPEATABLE READ) or is alone. What waits to be
    followed up is a difference: drain first. The first differences, or none.
    """
    found: list[Difference] = []
    affiliates = list(Affiliate.objects.filter(brand=brand).order_by("id").values_list("id", flat=True))
    for start in range(0, len(affiliates), AFFILIATES_A_RUN):
        batch = affiliates[start : start + AFFILIATES_A_RUN]
        recompute(
            brand=brand,
            asked=[Asked(affiliate, BEGINNING) for affiliate in batch],
            today=today_of(brand=brand, now=now),
            store=partial(ComparingStore, found),
        )
        if len(found) >= at_most:
            return found[:at_most]
    return [*found, *_ledger(brand)][:at_most]


def _ledger(brand: Brand) -> Iterator[Difference]:
    """Find closed periods whose entries are not those that were posted, or not those of their lines."""
    for closed in ClosedPeriod.objects.filter(brand=brand).order_by("period"):
        digest = digest_of(brand=brand, period=Period.parse(closed.period))
        if digest != closed.sha256:
            yield Difference("ClosedPeriod", closed.period, closed.sha256, digest)
        posted = _sum(Entry.objects.filter(brand=brand, period=closed.period))
        lines = _sum(Line.objects.filter(brand=brand, period=closed.period, state=LineState.POSTED))
        if posted != lines:
            yield Difference("Entry", closed.period, posted, lines)


def _sum(rows: Any) -> str:
    sums = rows.order_by("currency").values_list("currency").annotate(Sum("amount"))
    return ", ".join(f"{plain(amount)} {currency}" for currency, amount in sums)


def _same(stored: object, row: object, columns: Sequence[str]) -> bool:
    return all(getattr(stored, column) == getattr(row, column) for column in columns)


def _stands_alike(stored: Qualification | None, row: Qualification) -> bool:
    if stored is None or {stored.state, row.state} not in ({row.state}, {"pending", "expired"}):
        return False
    return _same(stored, row, [column for column in STANDING_COLUMNS if column != "state"])


def _difference(table: str, old: Any, new: Any) -> Difference:
    names, values = _COLUMNS[table]
    row = old if old is not None else new
    return Difference(
        table=table,
        row=" · ".join("—" if (part := getattr(row, name)) is None else str(part) for name in names),
        stored=_told(values, old, new),
        wanted=_told(values, new, old),
    )


def _told(columns: Sequence[str], row: Any, other: Any) -> str:
    """Say what a row holds where the other holds something else."""
    if row is None:
        return "nothing"
    told = [column for column in columns if other is None or getattr(row, column) != getattr(other, column)]
    return ", ".join(f"{column}: {getattr(row, column)}" for column in told)
