from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from brands.models import User
from portal.queries.seats import OpenSeat, open_seats
from portal.views.base import SEAT

PORTAL = "/portal/"


class SeatChoice(LoginRequiredMixin, View):
    """Which of several programmes the person wants to look at; remembered in the session."""

    seats: tuple[OpenSeat, ...]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Read the person's seats, or send him to sign in."""
        if not isinstance(request.user, User):
            return self.handle_no_permission()
        self.seats = open_seats(user=request.user, now=timezone.now())
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the seats."""
        if not self.seats:
            return render(request, "portal/no_seat.html", status=403)
        content = {"seats": self.seats, "chosen": request.session.get(SEAT), "next": request.GET.get("next", "")}
        return render(request, "portal/seats.html", content)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the choice and go where the person wanted to be."""
        choice = request.POST.get("seat", "")
        if choice not in {seat.choice for seat in self.seats}:
            raise Http404("no such seat")
        request.session[SEAT] = choice
        target = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith(PORTAL)
        return redirect(target if is_ours else PORTAL)
