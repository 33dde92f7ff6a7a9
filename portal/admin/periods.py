"""Filters of lists by month, and what lists of money have in common."""

from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from brands.desk.scope import scope_of
from track360.lib.periods import NotAPeriod, Period

OFFERED_MONTHS = 24


class PeriodFilter(admin.SimpleListFilter):
    """The month an amount is posted in."""

    title = "period"
    parameter_name = "period"
    path: ClassVar[str] = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        this = Period.of(scope_of(request).today)
        months = [str(this.plus(-past)) for past in range(OFFERED_MONTHS)]
        named = request.GET.get(self.parameter_name or "", "")
        with suppress(NotAPeriod):
            months = months if not named or named in months else [*months, str(Period.parse(named))]
        return [(month, month) for month in months]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


def sums_by_currency(rows: QuerySet[Any]) -> list[tuple[Decimal, str]]:
    """Return what the rows add up to; currencies are never added to each other."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for currency, total in rows.order_by().values_list("currency").annotate(total=Sum("amount")):
        totals[currency] += total
    return [(total, currency) for currency, total in sorted(totals.items())]
