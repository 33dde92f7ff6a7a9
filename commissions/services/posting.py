"""What becomes of wanted lines: provisional ones in open months, adjustments of closed ones (commissions.md 11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from brands.models import Brand
from commissions.engine.book import Line
from commissions.engine.keys import line_key
from commissions.engine.storing import working_to_json
from commissions.models import Line as StoredLine
from track360.lib.money import ZERO, exactly, plain
from track360.lib.periods import Period


class LineRow(NamedTuple):
    """What a stored line should hold, by the names of its columns; plan and currency are those of the piece of work."""

    key: str
    base_key: str
    affiliate_id: int
    period: str
    source_period: str
    version_id: int
    component_id: int
    customer_id: int | None
    amount: Decimal
    available_on: date
    reason: str | None
    working: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose lines they are. `components` are the ids of version and component by number and name."""

    brand: Brand
    plan: int
    affiliate: int
    components: Mapping[tuple[int, str], tuple[int, int]]
    closed: Period | None


def wanted_rows(wanted: Wanted, lines: Sequence[Line], stored: Sequence[StoredLine]) -> dict[str, LineRow]:
    """Return the rows that should stand beside the posted ones, by key.

    `stored` are the posted rows earned in the months of the lines. A line of an open month stands as it is; of a closed
    one stands what is wanted less what was posted, in the earliest open month, and nothing when that is 0.
    """
    rows: dict[str, LineRow] = {}
    posted: dict[str, list[StoredLine]] = {}
    for row in stored:
        posted.setdefault(row.base_key, []).append(row)
    with exactly():
        for line in lines:
            if wanted.closed is None or line.period > wanted.closed:
                rows[line.key] = _provisional(wanted, line)
            else:
                adjustment = _adjustment(wanted, wanted.closed.next, line, posted.get(line.key, []))
                if adjustment is not None:
                    rows[adjustment.key] = adjustment
        named = {line.key for line in lines}
        for base_key, entries in posted.items():
            if base_key not in named and wanted.closed is not None:
                reversal = _reversal(wanted, wanted.closed.next, entries)
                if reversal is not None:
                    rows[reversal.key] = reversal
    return rows


def _provisional(wanted: Wanted, line: Line) -> LineRow:
    version, component = wanted.components[line.version, line.component]
    period = str(line.period)
    return LineRow(
        key=line.key,
        base_key=line.key,
        affiliate_id=wanted.affiliate,
        period=period,
        source_period=period,
        version_id=version,
        component_id=component,
        customer_id=line.customer,
        amount=line.amount,
        available_on=line.available_on,
        reason=line.reason or None,
        working=working_to_json(line.working),
    )


def _adjustment(wanted: Wanted, posting: Period, line: Line, posted: Sequence[StoredLine]) -> LineRow | None:
    before = sum((row.amount for row in posted), ZERO)
    if line.amount == before:
        return None
    row = _provisional(wanted, line)
    return row._replace(
        key=line_key(
            affiliate=wanted.affiliate,
            period=line.period,
            plan=wanted.plan,
            version=line.version,
            component=line.component,
            customer=line.customer,
            posted_in=posting,
        ),
        period=str(posting),
        amount=line.amount - before,
        available_on=max(line.available_on, posting.last_day),
        reason=None,
        working=[*row.working, _step(wanted=line.amount, posted=before)],
    )


def _reversal(wanted: Wanted, posting: Period, posted: Sequence[StoredLine]) -> LineRow | None:
    """Take back what was posted of a line that is not wanted any more."""
    before = sum((row.amount for row in posted), ZERO)
    if before == 0:
        return None
    last = max(posted, key=lambda row: row.period)
    numbers = {ids: stated for stated, ids in wanted.components.items()}
    version, component = numbers[last.version_id, last.component_id]
    key = line_key(
        affiliate=wanted.affiliate,
        period=Period.parse(last.source_period),
        plan=wanted.plan,
        version=version,
        component=component,
        customer=last.customer_id,
        posted_in=posting,
    )
    return LineRow(
        key=key,
        base_key=last.base_key,
        affiliate_id=wanted.affiliate,
        period=str(posting),
        source_period=last.source_period,
        version_id=last.version_id,
        component_id=last.component_id,
        customer_id=last.customer_id,
        amount=-before,
        available_on=max(min(row.available_on for row in posted), posting.last_day),
        reason=None,
        working=[_step(wanted=ZERO, posted=before)],
    )


def _step(*, wanted: Decimal, posted: Decimal) -> dict[str, str]:
    return {
        "step": "adjustment",
        "wanted": plain(wanted),
        "posted": plain(posted),
        "amount": plain(wanted - posted),
    }
