"""Changing a brand's settings, of which two decide what records mean."""

from datetime import datetime
from typing import Any

from affiliates.services import check_landing_page
from brands import services
from brands.models import Brand, User
from ingestion.queries.records import records_exist
from ingestion.writer.opening import open_change


def change_settings(
    *, brand: Brand, changes: dict[str, Any], by: User | str, now: datetime
) -> dict[str, tuple[Any, Any]]:
    """Change a brand's settings as `brands.services.change_settings` does, knowing whether records exist.

    Inside the brand's `tenant()`. Where none exist it waits for those that are being stored: the first ones would
    otherwise be days of one time zone in a brand of another, for good. Raises LandingPageNeeded, too: the landing page
    stays while links lead to it.
    """
    check_landing_page(brand=brand, landing_url=changes.get("landing_url", brand.landing_url))
    if not records_exist(brand=brand):
        open_change(brand_id=brand.pk)
    return services.change_settings(
        brand=brand, changes=changes, records_exist=records_exist(brand=brand), by=by, now=now
    )
