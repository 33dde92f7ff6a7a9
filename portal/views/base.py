"""What every page of the portal does first: find the seat, then show that one affiliate inside its brand's tenant()."""

from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from brands.models import User
from portal.queries.seats import OpenSeat, open_seats
from track360.lib.tenancy import tenant

Row = TypeVar("Row", bound=Model)
SEAT = "portal_seat"
ROWS_ON_A_PAGE = 25


class PortalView(LoginRequiredMixin, View):
    """A page about one affiliate. Subclasses say which template, which part of the navigation, and what is in it."""

    template_name: ClassVar[str]
    section: ClassVar[str]
    seat: OpenSeat

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer as the chosen seat; without one ask for it, without any say so."""
        if not isinstance(request.user, User):
            return lead(request, self.handle_no_permission())
        seats = open_seats(user=request.user, now=timezone.now())
        if not seats:
            return render(request, "portal/no_seat.html", status=403)
        chosen = request.session.get(SEAT)
        found = [seat for seat in seats if seat.choice == chosen] or (list(seats) if len(seats) == 1 else [])
        if not found:
            seats_page = f"{reverse('portal:seats')}?{urlencode({'next': request.get_full_path()})}"
            return lead(request, redirect(seats_page))
        self.seat = found[0]
        self.has_several_seats = len(seats) > 1
        with tenant(self.seat.brand.pk):
            return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Render the page while its tenant is open."""
        frame = {"seat": self.seat, "has_several_seats": self.has_several_seats, "section": self.section}
        return render(request, self.template_name, {**frame, **self.content(**kwargs)})

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Give what the template shows; the seat is set and its tenant is open."""
        raise NotImplementedError


def lead(request: HttpRequest, away: HttpResponseBase) -> HttpResponseBase:
    """Lead the whole page away where htmx asked for a part of it, which is not on the other page."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": away["Location"]})
    return away


def page_of(request: HttpRequest, found: QuerySet[Row]) -> Page[Row]:
    """Cut out the page the request asks for; raises Http404 for one that does not exist."""
    paginator = Paginator(found, ROWS_ON_A_PAGE)
    try:
        return paginator.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404("no such page") from error
