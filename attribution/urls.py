"""The addresses of tracking links."""

from django.urls import re_path

from attribution import views

app_name = "attribution"
urlpatterns = [re_path(r"^c/(?P<code>[^/]{1,50})/?$", views.click, name="click")]
