"""Exchange rates that people stated. The ECB's come by themselves and are not part of a configuration."""

from dataclasses import dataclass
from typing import Any

from commissions.configuration.section import Declared, Items, Scene, Section, day, keyed, readers, text
from commissions.engine.terms.reading import Reader, TermsRefused
from ingestion.models import FxRate
from ingestion.rates.entering import CONFIGURATION, ECB, enter_rates
from ingestion.rates.quotes import Quote, RateRefused, read_quote
from track360.lib.money import plain


@dataclass(frozen=True, slots=True)
class StatedRate:
    """One rate of one day."""

    quote: Quote

    def plain(self) -> dict[str, Any]:
        """Return the rate in the document's words."""
        return {
            "date": self.quote.day,
            "base": self.quote.base,
            "quote": self.quote.quote,
            "rate": plain(self.quote.rate),
        }


def _key(quote: Quote) -> str:
    return f"{quote.day} {quote.base} {quote.quote}"


def read(document: Reader, declared: Declared) -> Items:
    """Read the list `fx`."""
    items: Items = {}
    for reader in readers(document, "fx"):
        try:
            quote = read_quote(
                day=day(reader, "date").isoformat(),
                base=text(reader, "base", longest=3),
                quote=text(reader, "quote", longest=3),
                rate=_written(reader.value("rate")),
            )
        except RateRefused as error:
            raise TermsRefused(reader.path, str(error)) from error
        reader.finish()
        keyed(items, _key(quote), StatedRate(quote), reader.path)
    return dict(sorted(items.items()))


def _written(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def stored(scene: Scene) -> Items:
    """Return the rates that count and that people stated."""
    counting = (
        FxRate.objects.filter(brand=scene.brand)
        .order_by("day", "base", "quote", "-id")
        .distinct("day", "base", "quote")
        .values_list("day", "base", "quote", "rate", "source")
    )
    quotes = [Quote(on, base, to, rate.normalize()) for on, base, to, rate, source in counting if source != ECB]
    return {_key(quote): StatedRate(quote) for quote in sorted(quotes, key=_key)}


def add(items: list[StatedRate], scene: Scene) -> None:
    """Enter rates, all in one statement."""
    quotes = [item.quote for item in items]
    enter_rates(brand=scene.brand, quotes=quotes, source=CONFIGURATION, by=scene.by, now=scene.now)


def change(before: StatedRate, after: StatedRate, scene: Scene) -> None:
    """Enter another rate for the same day; the one entered last counts."""
    add([after], scene)


SECTION = Section("fx", read, stored, add, change)
