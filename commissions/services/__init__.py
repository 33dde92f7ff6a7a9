"""Changes to terms, and everything that follows from facts and terms: lines, closed periods, adjustments."""

from commissions.services.closing import PeriodClosed, PeriodNotOver, PeriodOutOfOrder, close_period
from commissions.services.deals import DealRefused, DealsOverlap, change_deal, create_deal, delete_deal, end_deal
from commissions.services.exclusions import AlreadyExcluded, ReasonUnknown, exclude_customer, lift_exclusion
from commissions.services.plans import (
    PlanInUse,
    PlanNameTaken,
    StatedComponent,
    VersionInUse,
    add_version,
    change_version,
    create_plan,
    delete_plan,
    delete_version,
    rename_plan,
    set_default_plan,
)
from commissions.services.profiles import (
    ProfileInUse,
    ProfileNameTaken,
    change_profile,
    create_profile,
    delete_profile,
)

__all__ = [
    "AlreadyExcluded",
    "DealRefused",
    "DealsOverlap",
    "PeriodClosed",
    "PeriodNotOver",
    "PeriodOutOfOrder",
    "PlanInUse",
    "PlanNameTaken",
    "ProfileInUse",
    "ProfileNameTaken",
    "ReasonUnknown",
    "StatedComponent",
    "VersionInUse",
    "add_version",
    "change_deal",
    "change_profile",
    "change_version",
    "close_period",
    "create_deal",
    "create_plan",
    "create_profile",
    "delete_deal",
    "delete_plan",
    "delete_profile",
    "delete_version",
    "end_deal",
    "exclude_customer",
    "lift_exclusion",
    "rename_plan",
    "set_default_plan",
]
