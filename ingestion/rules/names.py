"""Names are matched without case, `_` and `-`."""

from functools import lru_cache


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """Return the form of a field, event, status or product name in which spellings of one name are equal."""
    return name.replace("_", "").replace("-", "").casefold()
