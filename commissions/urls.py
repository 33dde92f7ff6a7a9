"""The reading API's addresses, each served with and without a slash at its end."""

from django.urls import re_path

from commissions.views import EntryList, LineExplanation, LineList

urlpatterns = [
    re_path(r"^lines/?$", LineList.as_view(), name="commission-lines"),
    re_path(r"^lines/(?P<key>[^/]+)/explain/?$", LineExplanation.as_view(), name="commission-line-explanation"),
    re_path(r"^entries/?$", EntryList.as_view(), name="commission-entries"),
]
