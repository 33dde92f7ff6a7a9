"""Where a link may send a visitor, and with what in the address. Strings in, strings out."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_plus, urlsplit

TRACKING_DATA = "tracking_data"
SUB_IDS = ("sub1", "sub2", "sub3", "sub4", "sub5")
MAX_DEEP_LINK = 2000

# What a browser reads another way than urlsplit does: controls are dropped by some, a backslash is a slash to most.
_TREACHEROUS = frozenset(map(chr, (*range(0x20), 0x7F, ord("\\"))))
# RFC 3986: delimiters and "%" stay, so that an address that is encoded already is not encoded again.
_ADDRESS_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"


def landing_hosts(*, landing_url: str, hosts: Iterable[str]) -> frozenset[str]:
    """Return the hosts a brand's links may lead to: those it lists and its landing page's own."""
    own = urlsplit(landing_url).netloc.lower() if landing_url else ""
    return frozenset({*(host.lower() for host in hosts), own} - {""})


def safe_landing(value: str, *, hosts: frozenset[str]) -> str | None:
    """Return `value` as an address to redirect to, or None unless it is https on exactly one of `hosts`.

    Users, ports and anything a browser might read as another host are refused with it.
    """
    if not 0 < len(value) <= MAX_DEEP_LINK or value != value.strip() or not _TREACHEROUS.isdisjoint(value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    if parts.scheme != "https" or parts.netloc.lower() not in hosts:
        return None
    return quote(value, safe=_ADDRESS_CHARACTERS)


def without_ours(address: str, *, names: Iterable[str] = ()) -> tuple[str, str]:
    """Split an address before its fragment, its query freed from tracking data and the parameters `names`.

    What is ours is appended between the two parts, after `?` or `&`, which the first part ends with.
    """
    ours = {TRACKING_DATA, *names}
    before, hash_sign, fragment = address.partition("#")
    page, _, query = before.partition("?")
    kept = [piece for piece in query.split("&") if piece and _name(piece) not in ours]
    return page + "?" + "".join(piece + "&" for piece in kept), hash_sign + fragment


def addressed(*, address: str, token: str | None, subs: Sequence[tuple[str, str]] = ()) -> str:
    """Return the address with our token as its only tracking data and the visitor's sub ids, percent-encoded.

    Without a token the visitor arrives unattributed, whatever the address said.
    """
    before, after = without_ours(address, names=[name for name, _ in subs])
    ours = [f"{TRACKING_DATA}={token}"] if token else []
    ours += [f"{name}={quote(value, safe='')}" for name, value in subs]
    return (before + "&".join(ours)).rstrip("?&") + after


def _name(piece: str) -> str:
    return unquote_plus(piece.partition("=")[0]).strip().lower()
