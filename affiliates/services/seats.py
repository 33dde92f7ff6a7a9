"""Who logs in for an affiliate."""

from datetime import datetime

from django.db import transaction

from affiliates.models import Affiliate, Seat, SeatRoute
from affiliates.services.recording import record
from brands.models import User
from track360.lib.problems import Conflict


class SeatTaken(Conflict):
    """The person already has a seat with this affiliate."""

    code = "seat_taken"


@transaction.atomic
def give_seat(*, affiliate: Affiliate, user: User, by: User | str, now: datetime) -> Seat:
    """Let a person log in for an affiliate. Raises SeatTaken."""
    if Seat.objects.filter(brand_id=affiliate.brand_id, affiliate=affiliate, user=user).exists():
        raise SeatTaken(f"{user.email} already logs in for {affiliate.name}.")
    seat = Seat.objects.create(brand_id=affiliate.brand_id, affiliate=affiliate, user=user, created_at=now)
    SeatRoute.objects.get_or_create(user=user, brand_id=affiliate.brand_id)
    record(brand=affiliate.brand, subject=affiliate, action="seat.given", by=by, now=now, after={"user": user.email})
    return seat


@transaction.atomic
def take_seat(*, seat: Seat, by: User | str, now: datetime) -> None:
    """End a person's access to an affiliate's pages; his other seats stay."""
    record(
        brand=seat.affiliate.brand,
        subject=seat.affiliate,
        action="seat.taken",
        by=by,
        now=now,
        before={"user": seat.user.email},
    )
    brand_id, user = seat.brand_id, seat.user
    Seat.objects.filter(brand_id=brand_id, pk=seat.pk).delete()
    if not Seat.objects.filter(brand_id=brand_id, user=user).exists():
        SeatRoute.objects.filter(user=user, brand_id=brand_id).delete()
