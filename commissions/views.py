"""The reading API of commissions: what is earned, why, and what has been posted. One credential sees one brand."""

import hashlib
import re

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Brand
from brands.oauth.bearer import BearerView
from commissions.descriptions import describe_entries, describe_explanation, describe_lines
from commissions.filters import EntryFilter, LineFilter, filtered
from commissions.models import Entry, Line
from commissions.queries.explaining import explain
from commissions.serializers import entry_as_json, explanation_as_json, line_as_json
from track360.lib.paging import PARAMETERS, NumberedPage, Page
from track360.lib.problems import NotFound
from track360.lib.tenancy import tenant

# As engine/keys.py writes them. PostgreSQL cannot even be asked for some other texts.
_KEY = re.compile("[0-9a-f]{32}").fullmatch


class LineNotFound(NotFound):
    """There is no such line for this credential."""


class LineList(BearerView):
    """The brand's commission lines."""

    @describe_lines
    def get(self, request: Request) -> Response:
        """Return a page of lines."""
        page = Page.read(request.query_params, scope=_scope("lines", self.brand.id, request.query_params))
        with tenant(self.brand.id):
            found = filtered(LineFilter, query=request.query_params, rows=_lines(self.brand))
            return Response(page.of(found, write=line_as_json))


class LineExplanation(BearerView):
    """Why one line has its amount."""

    @describe_explanation
    def get(self, request: Request, key: str) -> Response:
        """Return the line's terms, its calculation, and a page of the records that went in."""
        page = NumberedPage.read(request.query_params)
        with tenant(self.brand.id):
            line = _lines(self.brand).filter(key=key).first() if _KEY(key) else None
            if line is None:
                raise LineNotFound
            explanation = explain(brand=self.brand, line=line, offset=page.offset, limit=page.per_page)
            return Response(explanation_as_json(explanation, page=page.number, per_page=page.per_page))


class EntryList(BearerView):
    """The brand's ledger."""

    @describe_entries
    def get(self, request: Request) -> Response:
        """Return a page of posted entries."""
        page = Page.read(request.query_params, scope=_scope("entries", self.brand.id, request.query_params))
        with tenant(self.brand.id):
            rows = Entry.objects.filter(brand=self.brand).select_related("affiliate")
            found = filtered(EntryFilter, query=request.query_params, rows=rows)
            return Response(page.of(found, write=entry_as_json))


def _lines(brand: Brand) -> QuerySet[Line]:
    return Line.objects.filter(brand=brand).select_related("affiliate", "plan", "version", "component", "customer")


def _scope(name: str, brand_id: int, query: QueryDict) -> str:
    """Name a list, whose it is and how it is filtered: a cursor fits only where it was given out."""
    filters = sorted((key, value) for key, value in query.items() if key not in PARAMETERS)
    return hashlib.sha256(repr((name, brand_id, filters)).encode("utf-8", "surrogatepass")).hexdigest()
