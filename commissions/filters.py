"""Filters of the reading API's lists."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict

from commissions.models import Entry, Line
from commissions.models.ledger import LineState
from track360.lib.paging import check_known
from track360.lib.periods import NotAPeriod, Period
from track360.lib.problems import Malformed, Mistake


class InvalidFilter(Malformed):
    """A filter has a value it cannot have."""

    code = "invalid_filter"


class PeriodFilter(django_filters.CharFilter):
    """A calendar month, written YYYY-MM."""

    def filter(self, rows: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        if value:
            try:
                Period.parse(value)
            except NotAPeriod:
                raise InvalidFilter(errors=[_mistake(self.field_name, self)]) from None
        filtered: QuerySet[Any] = super().filter(rows, value)
        return filtered


class LineFilter(django_filters.FilterSet):
    """Which lines."""

    period = PeriodFilter(help_text="Posted, or to be posted, in this month: 2026-01.")
    source_period = PeriodFilter(help_text="Earned in this month; an adjustment is earned before it is posted.")
    affiliate = django_filters.CharFilter("affiliate__code", help_text="The affiliate's id.")
    customer = django_filters.CharFilter("customer__key", help_text="The brand's customer id.")
    plan = django_filters.CharFilter("plan__name", help_text="The plan's name.")
    component = django_filters.CharFilter("component__name", help_text="The component's name.")
    state = django_filters.ChoiceFilter(choices=LineState.choices, help_text="provisional, posted or held.")

    class Meta:
        model = Line
        fields: ClassVar[list[str]] = []


class EntryFilter(django_filters.FilterSet):
    """Which entries of the ledger."""

    period = PeriodFilter(help_text="Posted in this month: 2026-01.")
    source_period = PeriodFilter(help_text="Earned in this month.")
    affiliate = django_filters.CharFilter("affiliate__code", help_text="The affiliate's id.")

    class Meta:
        model = Entry
        fields: ClassVar[list[str]] = []


def filtered(filters: type[django_filters.FilterSet], *, query: QueryDict, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows a query asks for.

    Raises UnknownFilter for parameters nobody knows, InvalidFilter for values that cannot be.
    """
    check_known(query, filters=list(filters.base_filters))
    if any("\0" in value for value in query.values()):
        raise InvalidFilter
    chosen = filters(query, queryset=rows)
    if not chosen.is_valid():
        raise InvalidFilter(errors=[_mistake(name, filters.base_filters[name]) for name in chosen.errors])
    found: QuerySet[Any] = chosen.qs
    return found


def _mistake(name: str, sought: django_filters.Filter) -> Mistake:
    # The form's own messages repeat what was sent.
    return Mistake(f"/{name}", "invalid_filter", f"This filter takes: {sought.extra['help_text']}")
