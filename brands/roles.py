"""What each role may do: the one table that decides it. Everything an operator can open belongs to one area."""

from enum import StrEnum

from brands.models.people import Role


class Area(StrEnum):
    """A part of an operator's work that is given to roles as a whole."""

    BRAND = "brand"  # the brand's settings
    CREDENTIALS = "credentials"  # tokens and clients of its systems
    PEOPLE = "people"  # who works for it
    MAPPING = "mapping"  # KPIs, events, aliases, parked records
    RECORDS = "records"  # deliveries, customers and their activity
    AFFILIATES = "affiliates"  # affiliates, seats, campaigns, links, promo codes
    STATUSES = "statuses"  # an affiliate's status
    TRANSFERS = "transfers"  # whose a customer is
    EXCLUSIONS = "exclusions"  # customers on whom nothing is earned
    TERMS = "terms"  # plans, revenue profiles, deals
    RATES = "rates"  # exchange rates
    PERIODS = "periods"  # closing months
    LINES = "lines"  # lines and entries
    AUDIT = "audit"  # who changed what


CHANGES: dict[Role, frozenset[Area]] = {
    Role.OWNER: frozenset(Area),
    Role.MANAGER: frozenset({Area.MAPPING, Area.AFFILIATES, Area.STATUSES, Area.TERMS}),
    Role.FINANCE: frozenset({Area.RATES, Area.PERIODS}),
    Role.RISK: frozenset({Area.STATUSES, Area.TRANSFERS, Area.EXCLUSIONS}),
    Role.READ_ONLY: frozenset(),
}
_SEEN_BY_ALL = frozenset(Area) - {Area.CREDENTIALS}
SEES: dict[Role, frozenset[Area]] = {
    Role.OWNER: frozenset(Area),
    Role.MANAGER: _SEEN_BY_ALL,
    Role.FINANCE: _SEEN_BY_ALL,
    Role.RISK: _SEEN_BY_ALL,
    Role.READ_ONLY: _SEEN_BY_ALL,
}
