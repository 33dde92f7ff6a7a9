from typing import Any

from django.http import Http404

from portal import charts
from portal.queries.earnings import Money, earned_by_month, total
from portal.queries.performance import performance
from portal.queries.terms import terms_today
from portal.spans import CHOICES, LABELS, read_span
from portal.views.base import PortalView
from track360.lib.money import ZERO
from track360.lib.periods import NotAPeriod, Period

MONTHS_OF_COMMISSION = 6


class Dashboard(PortalView):
    """How the affiliate is doing in a span, against the span before."""

    template_name = "portal/dashboard.html"
    section = "dashboard"

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Read the span's performance and the commission of its months."""
        brand, affiliate, today = self.seat.brand, self.seat.affiliate, self.seat.today
        try:
            span = read_span(self.request.GET.get("period", "this-month"), today=today)
        except NotAPeriod as error:
            raise Http404("no such period") from error
        done = performance(brand=brand, affiliate=affiliate, span=span)
        current = Period.of(today)
        months = earned_by_month(
            brand=brand,
            affiliate=affiliate,
            first=min(span.before.first, current.plus(1 - MONTHS_OF_COMMISSION)),
            last=current,
        )
        by_period = {month.period: month for month in months}
        recent = [by_period[current.plus(-ago)] for ago in range(MONTHS_OF_COMMISSION)]
        return {
            "span": span,
            "choices": [(choice, LABELS[choice]) for choice in CHOICES],
            "months": [current.plus(-ago) for ago in range(2, 14)],
            "performance": done,
            "earned": total([by_period[period] for period in span.periods()])
            or (Money(ZERO, brand.reporting_currency),),
            "earned_before": total([by_period[period] for period in span.before.periods()]),
            "recent_months": recent,
            "has_earned": any(month.money for month in recent),
            "terms": terms_today(brand=brand, affiliate=affiliate, today=today),
            "chart": charts.of_performance(done),
        }
