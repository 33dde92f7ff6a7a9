"""What pages of things that belong to an affiliate share."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from brands.desk.base import BrandAdmin


class OwnedAdmin(BrandAdmin):
    """Pages of what belongs to an affiliate: who came from his page to add something goes back there."""

    def after_adding(self, request: HttpRequest, created: Any) -> str:
        if "affiliate" in request.GET:
            return reverse("admin:affiliates_affiliate_change", args=[created.affiliate_id])
        return super().after_adding(request, created)
