"""The Push API: JSON arrays, field names matched forgivingly, values strictly (wire.md)."""

from ingestion.dialects.dialect import ActivityDialect, CustomerDialect
from ingestion.models.deliveries import Source
from ingestion.rules.activities import read_activities
from ingestion.rules.customers import read_customers
from ingestion.rules.decoding import decode

CUSTOMERS = CustomerDialect(source=Source.PUSH, entity="customers", decode=decode, read=read_customers)
ACTIVITIES = ActivityDialect(source=Source.PUSH, entity="activities", decode=decode, read=read_activities)
