"""Asks once more before terms are stored that change months which run or are closed, or that may not be meant."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from brands.desk.base import BrandAdmin
from brands.desk.scope import BRAND_FIELD
from brands.models import Brand
from commissions.models import Deal, Line, Plan
from commissions.queries.periods import closed_through
from track360.lib.periods import Period

CONFIRMED = "_confirmed"
ANOTHER = ("csrfmiddlewaretoken", BRAND_FIELD, CONFIRMED)


def is_confirmed(request: HttpRequest) -> bool:
    """Tell whether the operator has read what the change does."""
    return CONFIRMED in request.POST


def ask(
    page: BrandAdmin, request: HttpRequest, *, title: str, months: Sequence[str], back: str, doubts: Sequence[str] = ()
) -> HttpResponse:
    """Undo what was just stored, and show what it does; what was sent is sent again when the operator goes on.

    `months` say which months change, `doubts` what may not be meant. Only terms can be written on after it.
    """
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name not in ANOTHER]
    context = {
        **page.context(request),
        "title": title,
        "doubts": doubts,
        "may_write_on": "effective_from" in request.POST,
        "months": months,
        "sent": sent,
        "here": request.get_full_path(),
        "confirmed": CONFIRMED,
        "back": back,
        **({"list_label": "plans"} if page.opts.model_name == "planversion" else {}),
    }
    transaction.set_rollback(True)
    return TemplateResponse(request, "admin/commissions/ask.html", context)


def months_changed(*, brand: Brand, since: date, today: date) -> list[str]:
    """Say which months are computed anew when terms change from a day on; nothing when none has begun."""
    first, current = Period.of(since), Period.of(today)
    if first > current:
        return []
    closed = closed_through(brand_id=brand.pk)
    said = [f"{_months(first, current)} computed anew; the change begins with {since}."]
    if closed is not None and first <= closed:
        said.append(
            f"{_months(first, closed)} closed: what was posted stays, and each difference becomes an adjustment"
            f" in {closed.next}."
        )
    return said


def plan_reaches(*, plan: Plan, since: date) -> list[str]:
    """Say how many affiliates and posted lines terms of a plan reach from a day on."""
    deals = Deal.objects.filter(brand_id=plan.brand_id, plan=plan).exclude(ends_on__lt=since)
    has_deal = deals.values("affiliate").distinct().count()
    said = f"{has_deal:,} {'affiliate has' if has_deal == 1 else 'affiliates have'} a deal for {plan} on these days"
    said += ", and as the default plan it is for everybody without one." if plan.is_default else "."
    return [said, *_posted(Line.objects.filter(brand_id=plan.brand_id, plan=plan), plan.brand_id, since)]


def deal_reaches(*, deal: Deal, since: date) -> list[str]:
    """Say how many posted lines of an affiliate another deal reaches from a day on."""
    return _posted(Line.objects.filter(brand_id=deal.brand_id, affiliate=deal.affiliate_id), deal.brand_id, since)


def _posted(lines: QuerySet[Line], brand_id: int, since: date) -> list[str]:
    closed = closed_through(brand_id=brand_id)
    if closed is None or Period.of(since) > closed:
        return []
    count = lines.filter(source_period__gte=str(Period.of(since)), period__lte=str(closed)).count()
    return [f"{count:,} posted {'line is' if count == 1 else 'lines are'} earned in closed months from then on."]


def _months(first: Period, last: Period) -> str:
    return f"{first} is" if first == last else f"{first} through {last} are"
