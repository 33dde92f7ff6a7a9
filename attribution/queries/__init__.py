"""Questions about whose customers are: what decides it, what was decided, and whether all of it is still true."""

from attribution.queries.customers import (
    CustomerAttribution,
    Ownership,
    attribution_of,
    owner_on,
    unattributed_customers,
)
from attribution.queries.directory import directory_of, registration_of, token_keys
from attribution.queries.verification import Difference, differences

__all__ = [
    "CustomerAttribution",
    "Difference",
    "Ownership",
    "attribution_of",
    "differences",
    "directory_of",
    "owner_on",
    "registration_of",
    "token_keys",
    "unattributed_customers",
]
