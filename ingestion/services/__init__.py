"""Changes to what is stored: receiving what brands send, and changing what it means."""

from ingestion.services.changes import (
    Change,
    ConfigurationRefused,
    DeleteAlias,
    DeleteEvent,
    DeleteKpi,
    SaveAlias,
    SaveEvent,
    SaveKpi,
)
from ingestion.services.configuration import (
    configure,
    delete_alias,
    delete_event,
    delete_kpi,
    guard_changes,
    preview,
    save_alias,
    save_event,
    save_kpi,
)
from ingestion.services.rebuilding import RecordsUnreadable
from ingestion.services.receiving import Receipt, receive
from ingestion.services.replaying import Effect, Figure, IdentityFixed
from ingestion.services.settings import change_settings

__all__ = [
    "Change",
    "ConfigurationRefused",
    "DeleteAlias",
    "DeleteEvent",
    "DeleteKpi",
    "Effect",
    "Figure",
    "IdentityFixed",
    "Receipt",
    "RecordsUnreadable",
    "SaveAlias",
    "SaveEvent",
    "SaveKpi",
    "change_settings",
    "configure",
    "delete_alias",
    "delete_event",
    "delete_kpi",
    "guard_changes",
    "preview",
    "receive",
    "save_alias",
    "save_event",
    "save_kpi",
]
