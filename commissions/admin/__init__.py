"""The operators' pages about terms, and about what they come to."""

from commissions.admin import deals, exclusions, periods, plans, profiles, rates, versions

__all__ = ["deals", "exclusions", "periods", "plans", "profiles", "rates", "versions"]
