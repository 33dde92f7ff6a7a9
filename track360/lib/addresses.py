"""Addresses of pages that we send visitors to. Strings in, strings out."""

import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")

# What a browser reads another way than urlsplit does: controls are dropped by some, a backslash is a slash to most.
_TREACHEROUS = frozenset(map(chr, (*range(0x20), 0x7F, ord("\\"))))
# RFC 3986: delimiters and "%" stay, so that an address that is encoded already is not encoded again.
_ADDRESS_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"


class Page(NamedTuple):
    """A page's host in lower case, and its whole address percent-encoded, as a redirect names it."""

    host: str
    address: str


def https_page(value: str) -> Page | None:
    """Return the page that an address names, or None unless it is https on a host that every browser reads alike.

    Users, ports and hosts that are not in ASCII are refused with what is no address at all.
    """
    if value != value.strip() or not _TREACHEROUS.isdisjoint(value):
        return None
    try:
        scheme, host, *_ = urlsplit(value)
        page = Page(host.lower(), quote(value, safe=_ADDRESS_CHARACTERS))
    except ValueError:
        return None
    return page if scheme == "https" and host.isascii() and HOST.fullmatch(page.host) else None
