from typing import Any

from django.http import Http404

from ingestion.models import Customer
from portal.queries import customers, earnings
from portal.queries.ownership import customers_of
from portal.references import NoSuchReference, customer_id_of
from portal.views.base import PortalView, page_of

ASKED_AT_MOST = 100
LABELS = {"pending": "Not there yet", "qualified": "Qualified", "expired": "Too late", "excluded": "Excluded"}


class CustomerList(PortalView):
    """The affiliate's customers, the newest first."""

    template_name = "portal/customers.html"
    section = "customers"

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Read one page of customers, of all or of one standing."""
        brand, affiliate, today = self.seat.brand, self.seat.affiliate, self.seat.today
        found = customers_of(brand=brand, affiliate=affiliate)
        standing = self.request.GET.get("standing", "")
        if standing in LABELS:
            found = customers.with_standing(found, brand=brand, affiliate=affiliate, standing=standing, today=today)
        asked = self.request.GET.get("q", "").strip().removeprefix("…").lstrip("•")[:ASKED_AT_MOST]
        if asked and "\x00" not in asked:
            found = customers.looked_up(found, brand=brand, affiliate=affiliate, asked=asked)
        page = page_of(self.request, customers.in_reading_order(found))
        return {
            "standing": standing,
            "asked": asked,
            "beginning": customers.beginning_of(brand=brand),
            "labels": LABELS,
            "page": page,
            "customers": customers.rows(brand=brand, affiliate=affiliate, customers=list(page), today=today),
        }


class CustomerPage(PortalView):
    """One customer: what he did while he was the affiliate's, what he earned, and what is missing."""

    template_name = "portal/customer.html"
    section = "customers"

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Read the customer behind the reference; anybody else's does not exist."""
        brand, affiliate = self.seat.brand, self.seat.affiliate
        try:
            customer_id = customer_id_of(kwargs["reference"], brand_id=brand.pk)
            sheet = customers.sheet(brand=brand, affiliate=affiliate, customer_id=customer_id, today=self.seat.today)
        except (NoSuchReference, Customer.DoesNotExist) as error:
            raise Http404("no such customer") from error
        lines = customers.lines_on(brand=brand, affiliate=affiliate, customer_id=customer_id)
        page = page_of(self.request, earnings.in_reading_order(lines))
        return {
            "sheet": sheet,
            "beginning": customers.beginning_of(brand=brand),
            "labels": LABELS,
            "page": page,
            "lines": [earnings.row(line) for line in page],
        }
