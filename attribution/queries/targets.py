"""Where a link leads: read once, kept in the process for seconds, so that a redirect waits for no database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import close_old_connections, connection
from django.utils import timezone

from affiliates.models import LinkRoute, Status, TrackingLink
from affiliates.queries import status_on
from affiliates.rules.codes import is_code
from affiliates.rules.landing import SUB_IDS, TRACKING_DATA, landing_hosts, without_ours
from attribution.queries.directory import token_keys
from attribution.rules.tokens import TokenKeys
from track360.lib.addresses import https_page
from track360.lib.tenancy import tenant

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one link leads. Without keys its visitors are sent on unattributed and do not count."""

    brand: int
    link: int
    affiliate: int
    campaign: int | None
    landing: str
    hosts: frozenset[str]
    keys: TokenKeys | None
    # The landing page up to the token's place, and what follows it; None when its own sub ids may have to give way.
    around_token: tuple[str, str] | None


def read_target(*, code: str, now: datetime) -> Target | None:
    """Read where a link leads, or None where it leads nowhere. Opens the brand's `tenant()` itself.

    Links of affiliates who are pending or declined lead nowhere, those of a blocked one to the brand, unattributed
    (commissions.md 12).
    """
    route = LinkRoute.objects.filter(code=code).select_related("brand").first()
    if route is None:
        return None
    brand = route.brand
    with tenant(brand.id):
        link = TrackingLink.objects.filter(brand_id=brand.id, code=code).select_related("affiliate").first()
        if link is None or not link.is_active:
            return None
        status = status_on(affiliate=link.affiliate, day=now.astimezone(brand.zone).date())
    page = https_page(link.landing_url or brand.landing_url)
    if page is None or status in (Status.PENDING, Status.DECLINED):
        return None
    landing = page.address
    before, after = without_ours(landing)
    has_own_subs = without_ours(landing, names=SUB_IDS) != (before, after)
    return Target(
        brand=brand.id,
        link=link.id,
        affiliate=link.affiliate_id,
        campaign=link.campaign_id,
        landing=landing,
        hosts=landing_hosts(landing_url=brand.landing_url, hosts=brand.landing_hosts),
        keys=None if status == Status.BLOCKED else token_keys(brand_id=brand.id),
        around_token=None if has_own_subs else (f"{before}{TRACKING_DATA}=", after),
    )


@dataclass(slots=True)
class _Kept:
    target: Target | None
    read_at: float
    refresh: Future[None] | None = None


class KnownLinks:
    """The links this process has redirected lately.

    A link is read when it is first asked for; after FRESH seconds it is read again in the background while visitors go
    where it led before. Only when that is more than STALE seconds ago do they wait for the new answer, and never
    longer than PATIENCE: once a link is known, no database can make its redirect fail.
    """

    FRESH = 3.0
    STALE = 60.0
    PATIENCE = 0.3
    MAX = 10_000
    MAX_UNKNOWN = 1_000

    def __init__(
        self,
        *,
        read: Callable[[str], Target | None] = lambda code: read_target(code=code, now=timezone.now()),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, _Kept] = {}
        self._unknown: dict[str, float] = {}
        self._background = ThreadPoolExecutor(1, thread_name_prefix="links")

    def get(self, code: str) -> Target | None:
        """Return where a link leads. Raises the database's errors for a link that was never known."""
        if not is_code(code):
            return None
        now = self._clock()
        kept = self._known.get(code)
        if kept is None:
            if now - self._unknown.get(code, -self.FRESH) < self.FRESH:
                return None
            return self._keep(code, self._read(code))
        age = now - kept.read_at
        if age < self.FRESH:
            return kept.target
        refresh = self._refreshing(code, kept)
        if age >= self.STALE:
            try:
                refresh.result(self.PATIENCE)
            except TookTooLong:
                log.warning("link_not_refreshed", code=code, age=round(age))
            kept = self._known.get(code, kept)
        return kept.target

    def forget(self) -> None:
        """Forget every link, so that each is read again."""
        with self._lock:
            self._known.clear()
            self._unknown.clear()

    def _keep(self, code: str, target: Target | None) -> Target | None:
        with self._lock:
            if target is None and code not in self._known:
                if len(self._unknown) >= self.MAX_UNKNOWN:
                    self._unknown.clear()
                self._unknown[code] = self._clock()
                return None
            if len(self._known) >= self.MAX:
                del self._known[next(iter(self._known))]
            self._known[code] = _Kept(target, self._clock())
        return target

    def _refreshing(self, code: str, kept: _Kept) -> Future[None]:
        with self._lock:
            if kept.refresh is None or kept.refresh.done():
                kept.refresh = self._background.submit(self._refresh, code)
            return kept.refresh

    def _refresh(self, code: str) -> None:
        close_old_connections()
        try:
            self._keep(code, self._read(code))
        except Exception as error:  # noqa: BLE001 - what was known is good enough until the database answers again
            log.warning("link_not_refreshed", code=code, error=type(error).__name__)
            connection.close()


links = KnownLinks()
