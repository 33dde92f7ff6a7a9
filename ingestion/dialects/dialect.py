"""The shape that all ways in share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ingestion.rules.activities import ActivityRow
from ingestion.rules.customers import CustomerRow
from ingestion.rules.meaning import Meaning
from ingestion.rules.refusals import Refused


class ReadsActivities(Protocol):
    """Reads records as activities."""

    def __call__(
        self, records: Sequence[object], *, meaning: Meaning, received_at: datetime, again: bool = False
    ) -> list[ActivityRow | Refused]: ...


class ReadsCustomers(Protocol):
    """Reads records as customers."""

    def __call__(
        self, records: Sequence[object], *, meaning: Meaning, received_at: datetime, again: bool = False
    ) -> list[CustomerRow | Refused]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityDialect:
    """A way in for activities. `source` and `entity` stand on its deliveries, by which its bytes are read again."""

    source: str
    entity: str
    decode: Callable[[bytes], list[Any]]
    read: ReadsActivities


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDialect:
    """A way in for customers. `source` and `entity` stand on its deliveries, by which its bytes are read again."""

    source: str
    entity: str
    decode: Callable[[bytes], list[Any]]
    read: ReadsCustomers


Dialect = ActivityDialect | CustomerDialect
