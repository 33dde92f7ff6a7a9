from typing import Any

from django.conf import settings

from portal.queries.links import links, promo_codes
from portal.views.base import PortalView


class Links(PortalView):
    """The addresses and codes the affiliate puts on his pages, ready to copy."""

    template_name = "portal/links.html"
    section = "links"

    def content(self, **kwargs: str) -> dict[str, Any]:
        """Read links with what they brought lately, and promo codes."""
        brand, affiliate = self.seat.brand, self.seat.affiliate
        return {
            "links": links(brand=brand, affiliate=affiliate, base_url=settings.BASE_URL, today=self.seat.today),
            "promo_codes": promo_codes(brand=brand, affiliate=affiliate, today=self.seat.today),
        }
