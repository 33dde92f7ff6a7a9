"""The operators' pages about customers and lines: what affiliates see of them, and the rest of it."""

from portal.admin import customers, entries, lines

__all__ = ["customers", "entries", "lines"]
