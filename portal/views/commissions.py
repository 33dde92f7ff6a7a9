import re
from typing import Any

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404

from commissions.models import Line
from portal.queries import earnings
from portal.queries.explanations import RECORDS_ON_A_PAGE, explanation, records
from portal.queries.terms import read_back, terms_today
from portal.views.base import PortalView, page_of
from track360.lib.periods import NotAPeriod, Period

PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


class CommissionReport(PortalView):
    """One month's commission: by component, and line by line."""

    template_name = "portal/commissions.html"
    section = "commissions"

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Read the month's sums and one page of its lines, of all components or of one."""
        brand, affiliate = self.seat.brand, self.seat.affiliate
        current = Period.of(self.seat.today)
        try:
            period = Period.parse(self.request.GET.get("period") or str(current))
        except NotAPeriod as error:
            raise Http404("no such period") from error
        report = earnings.report(brand=brand, affiliate=affiliate, period=period)
        lines = earnings.lines_of(brand=brand, affiliate=affiliate).filter(period=str(period))
        component = next(
            (share for share in report.shares if str(share.component_id) == self.request.GET.get("component")), None
        )
        if component is not None:
            lines = lines.filter(component_id=component.component_id)
        page = page_of(self.request, earnings.in_reading_order(lines))
        terms = terms_today(brand=brand, affiliate=affiliate, today=self.seat.today)
        return {
            "report": report,
            "months": earnings.months_with_lines(brand=brand, affiliate=affiliate, current=current),
            "component": component,
            "terms": [(one, read_back(brand=brand, terms=one)) for one in terms],
            "has_campaign_terms": any(one.campaign for one in terms),
            "page": page,
            "lines": [earnings.row(line) for line in page],
        }


class LineExplained(PortalView):
    """Why one line has the amount it has."""

    template_name = "portal/line.html"
    section = "commissions"

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Read the line and its explanation; a line of anybody else does not exist."""
        brand, affiliate = self.seat.brand, self.seat.affiliate
        try:
            explained = explanation(brand=brand, affiliate=affiliate, key=kwargs["key"])
        except Line.DoesNotExist as error:
            raise Http404("no such line") from error
        return {"explained": explained, "line": explained.line}


class LineRecords(PortalView):
    """Which records went into one line."""

    template_name = "portal/records.html"
    section = "commissions"

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Read one page of the line's records; a line of anybody else does not exist."""
        asked = self.request.GET.get("page", "1")
        if PAGE_NUMBER.fullmatch(asked) is None:
            raise Http404("no such page")
        try:
            found = records(brand=self.seat.brand, affiliate=self.seat.affiliate, key=kwargs["key"], page=int(asked))
        except Line.DoesNotExist as error:
            raise Http404("no such line") from error
        paginator = Paginator(range(found.in_all), RECORDS_ON_A_PAGE)
        try:
            page = paginator.page(asked)
        except InvalidPage as error:
            raise Http404("no such page") from error
        return {"records": found, "line": found.line, "page": page}
