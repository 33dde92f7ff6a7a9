"""Where a brand's systems authenticate. With and without a trailing slash: a POST cannot be redirected."""

from django.urls import re_path

from brands.views import TokenEndpoint

urlpatterns = [re_path("^oauth/token/?$", TokenEndpoint.as_view(), name="oauth_token")]
