"""The document, and the page that shows it. The page's scripts and styles are files of ours: no policy is loosened."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from track360.api_docs.document import document
from track360.lib.problems import read_only


@read_only
def schema(request: HttpRequest) -> JsonResponse:
    """Answer with the OpenAPI document."""
    return JsonResponse(document(), content_type="application/vnd.oai.openapi+json", json_dumps_params={"indent": 1})


@read_only
def page(request: HttpRequest) -> HttpResponse:
    """Show the document with Swagger UI."""
    return render(request, "api_docs.html")
