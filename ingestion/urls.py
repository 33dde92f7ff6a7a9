"""The Push API's addresses, each served with and without a slash at its end: a redirect would lose the body."""

from django.urls import re_path

from ingestion.views import ActivityCollection, CustomerCollection

urlpatterns = [
    re_path(r"^events/customers/?$", CustomerCollection.as_view(), name="push-customers"),
    re_path(r"^events/activities/?$", ActivityCollection.as_view(), name="push-activities"),
]
