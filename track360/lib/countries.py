"""Countries by their code (ISO 3166-1), as people call them."""

from functools import cache

from babel import Locale

# Regions and places for tests that stand among the territories.
NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@cache
def countries() -> dict[str, str]:
    """Return the names of all countries by code, in order of the names."""
    territories = Locale("en").territories
    named = {code: name for code, name in territories.items() if len(code) == 2 and code not in NO_COUNTRY}
    return dict(sorted(named.items(), key=lambda item: item[1]))


def country_name(code: str) -> str:
    """Return what a country is called; a code that no country has stays as it is."""
    return countries().get(code, code)


def country_code(text: str) -> str | None:
    """Return the code that somebody means who writes a code or a name; None where it is neither.

    Any two letters are taken for a code: brands send some that no country has.
    """
    asked = text.strip().casefold()
    if len(asked) == 2 and asked.isascii() and asked.isalpha():
        return asked.upper()
    return next((code for code, name in countries().items() if name.casefold() == asked), None)
