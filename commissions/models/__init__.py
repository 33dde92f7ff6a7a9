"""What customers earn for affiliates: terms, the lines that follow from them, and the ledger."""

from commissions.models.ledger import CarryState, ClosedPeriod, Entry, Line, Qualification
from commissions.models.terms import Component, Deal, Exclusion, Plan, PlanVersion, RevenueProfile

__all__ = [
    "CarryState",
    "ClosedPeriod",
    "Component",
    "Deal",
    "Entry",
    "Exclusion",
    "Line",
    "Plan",
    "PlanVersion",
    "Qualification",
    "RevenueProfile",
]
