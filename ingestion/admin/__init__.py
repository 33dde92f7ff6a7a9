"""The operators' pages about what the brand sends and what it means."""

from ingestion.admin import deliveries, mapping, parked

__all__ = ["deliveries", "mapping", "parked"]
