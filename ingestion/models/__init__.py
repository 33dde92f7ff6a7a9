"""What happened: the bytes brands sent, and the customers, activities and configuration they mean."""

from ingestion.models.configuration import Alias, Event, FxRate, Kpi, NewRates
from ingestion.models.deliveries import Delivery, IdempotencyKey, Outbox
from ingestion.models.records import Activity, Customer, CustomerProfile, SupersededActivity

__all__ = [
    "Activity",
    "Alias",
    "Customer",
    "CustomerProfile",
    "Delivery",
    "Event",
    "FxRate",
    "IdempotencyKey",
    "Kpi",
    "NewRates",
    "Outbox",
    "SupersededActivity",
]
