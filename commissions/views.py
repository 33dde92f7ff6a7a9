"""The reading API of commissions: what is earned, why, and what has been posted. One credential sees one brand."""

import hashlib

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from brands.oauth.bearer import BearerView
from commissions.filters import EntryFilter, LineFilter, filtered
from commissions.models import Entry, Line
from commissions.serializers import entry_as_json, line_as_json
from track360.lib.paging import PARAMETERS, Page
from track360.lib.tenancy import tenant


class LineList(BearerView):
    """The brand's commission lines."""

    def get(self, request: Request) -> Response:
        """Return a page of lines."""
        page = Page.read(request.query_params, scope=_scope("lines", self.brand.id, request.query_params))
        with tenant(self.brand.id):
            rows = Line.objects.filter(brand=self.brand).select_related(
                "affiliate", "plan", "version", "component", "customer"
            )
            found = filtered(LineFilter, query=request.query_params, rows=rows)
            return Response(page.of(found, write=line_as_json))


class EntryList(BearerView):
    """The brand's ledger."""

    def get(self, request: Request) -> Response:
        """Return a page of posted entries."""
        page = Page.read(request.query_params, scope=_scope("entries", self.brand.id, request.query_params))
        with tenant(self.brand.id):
            rows = Entry.objects.filter(brand=self.brand).select_related("affiliate")
            found = filtered(EntryFilter, query=request.query_params, rows=rows)
            return Response(page.of(found, write=entry_as_json))


def _scope(name: str, brand_id: int, query: QueryDict) -> str:
    """Name a list, whose it is and how it is filtered: a cursor fits only where it was given out."""
    filters = sorted((key, value) for key, value in query.items() if key not in PARAMETERS)
    return hashlib.sha256(repr((name, brand_id, filters)).encode("utf-8", "surrogatepass")).hexdigest()
