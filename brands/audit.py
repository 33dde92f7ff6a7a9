"""The one audit trail. Whoever changes something records it here, in the transaction of the change."""

from datetime import datetime
from typing import Any

from brands.models import AuditEvent, Brand, User


def record(
    *,
    brand: Brand,
    by: User | str,
    action: str,
    object_type: str,
    object_id: str,
    now: datetime,
    object_label: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write down who changed what, inside the brand's `tenant()` and the transaction of the change.

    `by` is the person, or the name of the command or system part when nobody acted. `before` and `after` hold plain
    JSON values and never a secret.
    """
    person = by if isinstance(by, User) else None
    return AuditEvent.objects.create(
        brand=brand,
        actor=person,
        actor_name=person.email if person else str(by),
        action=action,
        object_type=object_type,
        object_id=object_id,
        object_label=object_label[:200],
        before=before,
        after=after,
        reason=reason,
        at=now,
    )
