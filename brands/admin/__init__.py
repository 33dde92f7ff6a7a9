"""The operators' pages about the brand itself: credentials, people, and who changed what."""

from brands.admin import audit_log, credentials, people

__all__ = ["audit_log", "credentials", "people"]
