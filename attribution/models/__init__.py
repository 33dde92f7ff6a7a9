"""Whose customers are: visits, decisions, and the sums that follow from them."""

from attribution.models.decisions import Attribution, Click
from attribution.models.rollups import AffiliateDay, CustomerDay, Touched

__all__ = ["AffiliateDay", "Attribution", "Click", "CustomerDay", "Touched"]
