"""Clicks: counted in memory by the redirect, written down a moment later, many at once."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.util import Finalize
from zoneinfo import ZoneInfo

import structlog
from django.db import close_old_connections, connection

from attribution.services.locks import await_clicks_turn
from attribution.services.sums import CLICKS
from brands.models import Brand
from track360.lib.tenancy import tenant

FLUSH_SECONDS = 0.5
FLUSH_ROWS = 1_000
# About 10 MB. What comes while it is full is redirected and not counted.
MAX_BUFFERED = 20_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit that counts."""

    brand: int
    affiliate: int
    campaign: int | None
    link: int
    token: str
    at: datetime
    subs: tuple[str, str, str, str, str]


_INSERT_CLICKS = """
INSERT INTO attribution_click (brand_id, link_id, token, clicked_at, sub1, sub2, sub3, sub4, sub5)
SELECT %s, * FROM unnest(
    %s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
)
"""

# In the order of the keys, as the follow-up writes them; its rows are of other KPIs, so neither waits for the other.
_COUNT_CLICKS = f"""
INSERT INTO attribution_affiliateday AS stored
    (brand_id, affiliate_id, campaign_id, link_id, day, kpi, product, currency, amount, records, positives)
SELECT %s, affiliate, campaign, link, day, '{CLICKS}', '', '', count(*), count(*), count(*)
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[]) AS clicks (affiliate, campaign, link, day)
GROUP BY affiliate, campaign, link, day
ORDER BY affiliate, day, campaign, link
ON CONFLICT (brand_id, affiliate_id, day, kpi, campaign_id, link_id, product, currency) DO UPDATE SET
    amount = stored.amount + excluded.amount,
    records = stored.records + excluded.records,
    positives = stored.positives + excluded.positives
"""  # noqa: S608 - constants only


def record_clicks(*, brand_id: int, visits: Sequence[Visit]) -> None:
    """Store one brand's visits and count them for their affiliates, in one transaction inside its `tenant()`."""
    await_clicks_turn(brand_id=brand_id)
    zone = ZoneInfo(Brand.objects.values_list("timezone", flat=True).get(pk=brand_id))
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_CLICKS,
            [
                brand_id,
                [visit.link for visit in visits],
                [visit.token for visit in visits],
                [visit.at for visit in visits],
                *([visit.subs[number] for visit in visits] for number in range(5)),
            ],
        )
        cursor.execute(
            _COUNT_CLICKS,
            [
                brand_id,
                [visit.affiliate for visit in visits],
                [visit.campaign for visit in visits],
                [visit.link for visit in visits],
                [visit.at.astimezone(zone).date() for visit in visits],
            ],
        )


class ClickBuffer:
    """Visits of this process that are not written down yet. Losing it loses counts, never a commission.

    `add` never waits and never fails. A thread, started with the first visit, empties it every half second or when a
    thousand visits are there, and once more when the process ends.
    """

    def __init__(self, *, in_background: bool = True) -> None:
        self._in_background = in_background
        self._visits: list[Visit] = []
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.lost = 0

    def add(self, visit: Visit) -> None:
        """Remember a visit; one more than MAX_BUFFERED is dropped."""
        with self._lock:
            if len(self._visits) >= MAX_BUFFERED:
                self.lost += 1
                return
            self._visits.append(visit)
            waiting = len(self._visits)
            if self._thread is None and self._in_background:
                self._thread = threading.Thread(target=self._run, name="clicks", daemon=True)
                self._thread.start()
                # Unlike atexit's, multiprocessing's finalizers also run in the web server's workers.
                Finalize(None, self.end, exitpriority=10)
        if waiting == FLUSH_ROWS:
            self._wanted.set()

    def flush(self) -> None:
        """Write down all that is buffered; what cannot be written is tried once more and then lost, with a log line."""
        with self._flushing:
            with self._lock:
                visits, self._visits = self._visits, []
                lost, self.lost = self.lost, 0
            for brand_id in sorted({visit.brand for visit in visits}):
                mine = [visit for visit in visits if visit.brand == brand_id]
                if not (self._written(brand_id, mine) or self._written(brand_id, mine)):
                    lost += len(mine)
            if lost:
                log.warning("clicks_lost", clicks=lost)

    def end(self) -> None:
        """Write down what is left and end the thread."""
        self._ended.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(10)
        self.flush()

    def _written(self, brand_id: int, visits: Sequence[Visit]) -> bool:
        try:
            with tenant(brand_id):
                record_clicks(brand_id=brand_id, visits=visits)
        except Exception as error:  # noqa: BLE001 - a count is never worth a redirect, whatever goes wrong with it
            log.warning("clicks_not_written", brand=brand_id, clicks=len(visits), error=type(error).__name__)
            if not connection.in_atomic_block:
                connection.close()
            return False
        return True

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wanted.wait(FLUSH_SECONDS)
            self._wanted.clear()
            close_old_connections()
            self.flush()
        connection.close()
