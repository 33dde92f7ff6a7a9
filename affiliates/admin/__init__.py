"""The operators' pages about affiliates and what they put on their own pages."""

from affiliates.admin import campaigns, links, partners, promo_codes

__all__ = ["campaigns", "links", "partners", "promo_codes"]
