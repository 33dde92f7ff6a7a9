"""What a brand knows that may attribute a customer: affiliates, campaigns, links, codes, patterns and settings."""

from django.db.models import F

from brands.models import Brand
from track360.lib.jobs import wake

# Settings of a brand that decide whose an unattributed customer is.
ATTRIBUTION_SETTINGS = frozenset({"tracking", "tracking_patterns", "attribution_window_days"})


def directory_changed(*, brand_id: int) -> None:
    """Have the brand's unattributed customers looked at again, once the surrounding transaction has committed.

    The raised version stays until that was done, so that a lost message delays it by one sweep only.
    """
    Brand.objects.filter(pk=brand_id).update(directory_version=F("directory_version") + 1)
    wake("attribution.resolve_again", brand_id=brand_id)
