"""New exchange rates: whoever earns in another currency than customers pay in is computed again."""

from django.db import transaction

from brands.models import Brand
from commissions.services.touching import touch_everybody
from ingestion.models import NewRates


@transaction.atomic
def take_in_new_rates(*, brand: Brand) -> bool:
    """Have everybody computed again from the earliest day of rates that came in; return whether any did.

    Runs inside the brand's `tenant()`. Which currencies customers pay in changes daily, so nobody is left out.
    """
    waiting = NewRates.objects.select_for_update().filter(brand=brand)
    found = list(waiting.values_list("id", "from_day"))
    if not found:
        return False
    touch_everybody(brand=brand, from_day=min(from_day for _, from_day in found))
    NewRates.objects.filter(brand=brand, id__in=[number for number, _ in found]).delete()
    return True
