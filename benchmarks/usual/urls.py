from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.usual.api import Activities


def livez(request: HttpRequest) -> HttpResponse:
    """Answer that the process lives."""
    return HttpResponse("ok")


urlpatterns = [path("livez", livez), path("tracking/events/activities", Activities.as_view())]
