"""Changes to what is stored: receiving what brands send, and changing what it means."""

from ingestion.services.receiving import Receipt, receive

__all__ = ["Receipt", "receive"]
