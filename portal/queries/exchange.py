"""Money of several currencies as one, by the rule commissions are converted with (commissions.md 2)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from brands.models import Brand
from commissions.engine.fx import MAX_AGE_DAYS, PIVOT, Rate, Rates
from ingestion.models import FxRate


@dataclass(frozen=True, slots=True)
class Exchange:
    """Converts into one currency."""

    target: str
    rates: Rates

    def __call__(self, amount: Decimal, currency: str, day: date) -> Decimal | None:
        """Give what an amount was worth on a day, unrounded; None when no rate is known."""
        conversion = self.rates.conversion(currency, self.target, day)
        return None if conversion is None else amount * conversion.rate


def exchange_into(*, brand: Brand, target: str, currencies: AbstractSet[str], first: date, last: date) -> Exchange:
    """Read the brand's rates that the days from `first` to `last` need to bring these currencies into the target."""
    if not currencies - {target}:
        return Exchange(target, Rates(()))
    wanted = currencies | {target, PIVOT}
    rows = FxRate.objects.filter(
        brand=brand, day__range=(first - timedelta(days=MAX_AGE_DAYS), last), base__in=wanted, quote__in=wanted
    ).values_list("day", "base", "quote", "rate", "id")
    return Exchange(target, Rates(Rate(*row) for row in rows))
