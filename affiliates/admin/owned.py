"""What pages of things that belong to an affiliate share."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse

from brands.desk.base import BrandAdmin


class OwnedAdmin(BrandAdmin):
    """Pages of what belongs to an affiliate: they say whose it is above what can be changed.

    Who came from the affiliate's page to add something goes back there.
    """

    form_template = "admin/affiliates/owned.html"
    why_fixed: ClassVar[str] = ""

    def after_adding(self, request: HttpRequest, created: Any) -> str:
        if "affiliate" in request.GET:
            return reverse("admin:affiliates_affiliate_change", args=[created.affiliate_id])
        return super().after_adding(request, created)

    def page_context(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        return {
            "why_fixed": self.why_fixed,
            "has_campaign": hasattr(subject, "campaign"),
            "history_url": self.url("history", subject) if self.keeps_history else "",
        }
