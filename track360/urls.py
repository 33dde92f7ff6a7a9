"""Every address of the platform, and the app that answers it."""

from allauth.account import views as accounts
from django.contrib import admin
from django.urls import include, path, re_path

from portal.views.home import home
from track360 import health
from track360.api_docs import views as api_docs

# Named one by one: what allauth offers besides, changing one's address above all, would let a person hold an address
# that is not his, and be taken for whoever is later named by it.
ACCOUNTS = [
    path("login/", accounts.login, name="account_login"),
    path("logout/", accounts.logout, name="account_logout"),
    path("inactive/", accounts.account_inactive, name="account_inactive"),
    path("signup/", accounts.signup, name="account_signup"),
    path("reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("password/change/", accounts.password_change, name="account_change_password"),
    path("password/set/", accounts.password_set, name="account_set_password"),
    path("password/reset/", accounts.password_reset, name="account_reset_password"),
    path("password/reset/done/", accounts.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        accounts.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

urlpatterns = [
    path("tracking/", include("ingestion.urls")),
    path("", include("attribution.urls")),
    path("", home, name="home"),
    path("portal/", include("portal.urls")),
    re_path("^livez/?$", health.livez),
    re_path("^readyz/?$", health.readyz),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    path("accounts/", include(ACCOUNTS)),
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
