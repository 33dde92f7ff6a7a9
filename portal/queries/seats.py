"""For whom a person may open the portal."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from affiliates.models import Affiliate, AffiliateStatus, Seat, SeatRoute, Status
from brands.models import Brand, User
from track360.lib.tenancy import tenant

MAY_LOG_IN = (Status.ACTIVE, Status.SUSPENDED)  # commissions.md 12


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """One affiliate in one brand that the person may look at now, and that brand's present day."""

    brand: Brand
    affiliate: Affiliate
    status: Status
    today: date

    @property
    def choice(self) -> str:
        """How the seat is named in the session and in forms."""
        return f"{self.brand.slug}/{self.affiliate.code}"

    @property
    def is_suspended(self) -> bool:
        return self.status == Status.SUSPENDED


def open_seats(*, user: User, now: datetime) -> tuple[OpenSeat, ...]:
    """Find the seats the person may use, in order of brand and affiliate; opens each brand's `tenant()` by itself."""
    routes = SeatRoute.objects.filter(user=user).select_related("brand").order_by("brand__name", "brand_id")
    return tuple(seat for route in routes for seat in _open_in(brand=route.brand, user=user, now=now))


def _open_in(*, brand: Brand, user: User, now: datetime) -> list[OpenSeat]:
    today = now.astimezone(ZoneInfo(brand.timezone)).date()
    with tenant(brand.pk):
        affiliates = [
            seat.affiliate
            for seat in Seat.objects.filter(brand=brand, user=user)
            .select_related("affiliate")
            .order_by("affiliate__name", "affiliate_id")
        ]
        statuses = {affiliate.pk: _status_on(affiliate, today) for affiliate in affiliates}
    return [
        OpenSeat(brand=brand, affiliate=affiliate, status=status, today=today)
        for affiliate in affiliates
        if (status := statuses[affiliate.pk]) in MAY_LOG_IN
    ]


def _status_on(affiliate: Affiliate, today: date) -> Status:
    history = AffiliateStatus.objects.filter(brand_id=affiliate.brand_id, affiliate=affiliate)
    begun = [row for row in history if row.from_day is None or row.from_day <= today]
    if not begun:
        return Status.PENDING
    return Status(max(begun, key=lambda row: row.from_day or date.min).status)
