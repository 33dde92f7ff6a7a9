"""The operators' pages about what the brand sends and what it means."""

from ingestion.admin import brand_settings, deliveries, mapping, parked

__all__ = ["brand_settings", "deliveries", "mapping", "parked"]
