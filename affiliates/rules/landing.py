"""Where a link may send a visitor, and with what in the address. Strings in, strings out."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_plus

from track360.lib.addresses import https_page

TRACKING_DATA = "tracking_data"
SUB_IDS = ("sub1", "sub2", "sub3", "sub4", "sub5")
MAX_DEEP_LINK = 2000


def landing_hosts(*, landing_url: str, hosts: Iterable[str]) -> frozenset[str]:
    """Return the hosts a brand's links may lead to: those it lists and its landing page's own."""
    own = https_page(landing_url)
    return frozenset({*(host.lower() for host in hosts), *([own.host] if own else [])})


def leads_somewhere(*, landing_url: str | None, brand_landing_url: str) -> bool:
    """Tell whether a link has a page to lead to: its own or, where it has none, its brand's."""
    return https_page(landing_url or brand_landing_url) is not None


def safe_landing(value: str, *, hosts: frozenset[str]) -> str | None:
    """Return `value` as an address to redirect to, or None unless it is https on exactly one of `hosts`."""
    page = https_page(value) if len(value) <= MAX_DEEP_LINK else None
    return page.address if page and page.host in hosts else None


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
