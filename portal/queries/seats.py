"""For whom a person may open the portal."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from affiliates.models import Affiliate, Status
from affiliates.queries import seats_of, statuses_on
from brands.models import Brand, User
from track360.lib.tenancy import tenant

MAY_LOG_IN = (Status.ACTIVE, Status.SUSPENDED)  # commissions.md 12


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """One affiliate in one brand that the person may look at now."""

    brand: Brand
    affiliate: Affiliate
    status: str | None
    now: datetime

    @property
    def choice(self) -> str:
        """How the seat is named in the session and in forms."""
        return f"{self.brand.slug}/{self.affiliate.code}"

    @property
    def today(self) -> date:
        """The present day in the brand's time zone."""
        return self.now.astimezone(ZoneInfo(self.brand.timezone)).date()

    @property
    def is_suspended(self) -> bool:
        return self.status == Status.SUSPENDED


def open_seats(*, user: User, now: datetime) -> tuple[OpenSeat, ...]:
    """Find the seats the person may use, in order of brand and affiliate; opens each brand's `tenant()` by itself."""
    by_brand: dict[Brand, list[Affiliate]] = {}
    for seat in seats_of(user=user):
        by_brand.setdefault(seat.brand, []).append(seat.affiliate)
    found = [seat for brand, affiliates in by_brand.items() for seat in _open_in(brand, affiliates, now)]
    return tuple(sorted(found, key=lambda seat: (seat.brand.name, seat.affiliate.name, seat.choice)))


def _open_in(brand: Brand, affiliates: list[Affiliate], now: datetime) -> list[OpenSeat]:
    seats = [OpenSeat(brand=brand, affiliate=affiliate, status=Status.PENDING, now=now) for affiliate in affiliates]
    with tenant(brand.pk):
        statuses = statuses_on(
            brand_id=brand.pk, day=seats[0].today, affiliates=[affiliate.pk for affiliate in affiliates]
        )
    return [replace(seat, status=status) for seat in seats if (status := statuses.get(seat.affiliate.pk)) in MAY_LOG_IN]
