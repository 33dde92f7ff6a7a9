"""The addresses on which no page is ever shown; requests to them take the short way (track360.middleware)."""

from django.urls import include, path

urlpatterns = [
    path("tracking/", include("ingestion.urls")),
    path("", include("attribution.urls")),
]
handler400 = "track360.lib.problems.bad_request"
handler403 = "track360.lib.problems.permission_denied"
handler404 = "track360.lib.problems.page_not_found"
handler500 = "track360.lib.problems.server_error"
