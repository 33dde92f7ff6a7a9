"""The tenant: brands, who works for them, and what their systems authenticate with."""

from brands.models.audit import AuditEvent
from brands.models.brand import Brand
from brands.models.credentials import Application, BrandToken
from brands.models.people import Membership, User

__all__ = ["Application", "AuditEvent", "Brand", "BrandToken", "Membership", "User"]
