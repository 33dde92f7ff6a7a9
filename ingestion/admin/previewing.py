"""Changes of meaning are shown before they are made: how many records, and which amounts, would count otherwise."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from brands.desk.base import BrandAdmin
from brands.desk.scope import BRAND_FIELD, scope_of
from ingestion.services import Change, Effect, configure, preview

CONFIRMED = "_confirmed"
APPROVED = "approved"


class PreviewingAdmin(BrandAdmin):
    """Asks before it changes what stored records mean."""

    def configure(self, request: HttpRequest, changes: Sequence[Change]) -> HttpResponse | Effect:
        """Make the changes and return what became of records; or the page that asks, if records are touched."""
        scope = scope_of(request)
        if not request.POST.get(CONFIRMED):
            effect = preview(brand=scope.brand, changes=changes, now=scope.now)
            if effect.records > effect.stays or effect.customers:
                return self._ask(request, effect)
        return configure(brand=scope.brand, changes=changes, by=scope.user, now=scope.now)

    def _ask(self, request: HttpRequest, effect: Effect) -> HttpResponse:
        sent = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in (BRAND_FIELD, "csrfmiddlewaretoken")
        ]
        context = {
            **self.context(request),
            "title": "This changes what stored records mean",
            "sent": sent,
            "here": request.get_full_path(),
            "effects": effects(effect),
            "totals": totals(effect),
            "months": sorted((figure.month, *figure[:3], amount) for figure, amount in effect.amounts.items()),
            "is_taken": any(amount < 0 for amount in effect.amounts.values()),
            "has_waiting": any(figure.status != APPROVED for figure in effect.amounts),
            "confirmed": CONFIRMED,
        }
        return TemplateResponse(request, "admin/ingestion/preview.html", context)


def effects(effect: Effect) -> list[str]:
    """Say what becomes of stored records, leaving out what does not happen."""
    said = (
        (effect.becomes_live, "parked record becomes live", "parked records become live"),
        (effect.becomes_parked, "live record is parked again", "live records are parked again"),
        (effect.changes, "record is read in another way", "records are read in another way"),
        (effect.stays, "record is looked at and stays as it is", "records are looked at and stay as they are"),
        (effect.customers, "customer is read in another way", "customers are read in another way"),
    )
    return [f"{count:,} {one if count == 1 else many}" for count, one, many in said if count]


def totals(effect: Effect) -> list[tuple[str, str, str, Decimal]]:
    """Return by KPI, currency and status what all months together come to, where that is not 0."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for (kpi, currency, status, _), amount in effect.amounts.items():
        sums[kpi, currency, status] += amount
    return sorted((*figure, amount) for figure, amount in sums.items() if amount)
