"""How a change to anything of an affiliate's is written down, and made known to those it may concern."""

from datetime import datetime
from typing import Any

from django.db import models

from brands import audit
from brands.directory import directory_changed
from brands.models import Brand, User


def record(
    *,
    brand: Brand,
    subject: models.Model,
    action: str,
    by: User | str,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    attributes: bool = False,
) -> None:
    """Write the audit row; `attributes` says that the change may attribute customers nobody sent so far."""
    audit.record(
        brand=brand,
        by=by,
        action=action,
        object_type=subject._meta.model_name or "",
        object_id=str(subject.pk),
        object_label=str(subject),
        before=before,
        after=after,
        reason=reason,
        now=now,
    )
    if attributes:
        directory_changed(brand_id=brand.id)
