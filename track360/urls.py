"""Every address of the platform, and the app that answers it."""

from django.contrib import admin
from django.urls import include, path, re_path

from portal.views.home import home
from track360 import health
from track360.api_docs import views as api_docs

urlpatterns = [
    path("tracking/", include("ingestion.urls")),
    path("", include("attribution.urls")),
    path("", home, name="home"),
    path("portal/", include("portal.urls")),
    re_path("^livez/?$", health.livez),
    re_path("^readyz/?$", health.readyz),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("brands.urls")),
    path("api/v1/commissions/", include("commissions.urls")),
    re_path("^api/docs/?$", api_docs.page, name="api_docs"),
    re_path("^api/schema/?$", api_docs.schema, name="api_schema"),
]
handler400 = "track360.lib.problems.bad_request"
handler403 = "track360.lib.problems.permission_denied"
handler404 = "track360.lib.problems.page_not_found"
handler500 = "track360.lib.problems.server_error"
