"""The one way out: every request this platform makes to somebody else's server goes through `fetch`.

A host name may resolve to anything, our own network included, and may resolve to something else a moment later. So a
name is resolved once, every answer must be a public address, and the connection goes to exactly the address that was
looked at. Redirects are not followed, proxies of the environment are not used, and size and time have a limit.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx2
import stamina

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0
MAX_BYTES = 5 * 1024 * 1024
ATTEMPTS = 3

# Forms of IPv6 that carry an IPv4 address which some router on the way may unwrap. What counts is the address inside.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")
_IPV6_IN_USE = ipaddress.IPv6Network("2000::/3")
# Python calls these global, or did in a release we support; none of them is somebody's server.
_NEVER = (
    ipaddress.IPv4Network("0.0.0.0/8"),
    ipaddress.IPv4Network("100.64.0.0/10"),
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv4Network("198.18.0.0/15"),
    ipaddress.IPv4Network("224.0.0.0/4"),
    ipaddress.IPv4Network("240.0.0.0/4"),
)


class OutboundRefused(Exception):
    """The address is not one this platform connects to."""


class OutboundFailed(Exception):
    """The other side did not answer in time, or not with what was asked for."""


class OutboundTooLarge(OutboundFailed):
    """The answer is longer than the caller allows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL taken apart, and the one address the connection will go to."""

    url: httpx2.URL
    host: str
    address: Address


def is_public(address: Address) -> bool:
    """Tell whether an address is a server on the open internet, looking inside addresses that wrap another one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(inner)
        if address not in _IPV6_IN_USE or address in _TEREDO or address in _NAT64_LOCAL:
            return False
    elif any(address in network for network in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def resolve(host: str, port: int) -> list[Address]:
    """Ask the system's resolver for a name's addresses, in its order of preference."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in answers))


def destination(
    url: str,
    *,
    schemes: tuple[str, ...] = ("https",),
    is_allowed: Callable[[Address], bool] = is_public,
    resolver: Callable[[str, int], list[Address]] = resolve,
) -> Destination:
    """Decide which address a URL leads to. Raises OutboundRefused unless all its addresses are allowed.

    Raises OutboundFailed when the name has none.
    """
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise OutboundRefused("This is not a URL.") from error
    if parsed.scheme not in schemes:
        raise OutboundRefused(f"Only {' and '.join(schemes)} addresses are used.")
    if parsed.userinfo:
        raise OutboundRefused("The address must not contain a user name or password.")
    host = parsed.host.rstrip(".")
    if not host:
        raise OutboundRefused("The address has no host.")
    try:
        addresses = resolver(host, parsed.port or (443 if parsed.scheme == "https" else 80))
    except (OSError, UnicodeError) as error:
        raise OutboundFailed(f"{host} cannot be found.") from error
    if not addresses:
        raise OutboundFailed(f"{host} cannot be found.")
    # One private address among public ones is an attack or a mistake; which one is used must not be a matter of luck.
    if not all(is_allowed(address) for address in addresses):
        raise OutboundRefused(f"{host} is not on the public internet.")
    return Destination(url=parsed, host=host, address=addresses[0])


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    schemes: tuple[str, ...] = ("https",),
    max_bytes: int = MAX_BYTES,
    seconds: float = TOTAL_SECONDS,
    attempts: int = ATTEMPTS,
    is_allowed: Callable[[Address], bool] = is_public,
    resolver: Callable[[str, int], list[Address]] = resolve,
) -> Answer:
    """Make one request and return the answer, whatever its status below 500.

    Failed connections, timeouts and answers of 500 and more are tried again, `attempts` times in all; pass 1 for
    requests that must not be repeated. Raises OutboundRefused for addresses that are not public, OutboundTooLarge,
    OutboundFailed.
    """
    for attempt in stamina.retry_context(
        on=_passing, attempts=attempts, timeout=seconds * attempts, wait_initial=0.2, wait_max=2.0
    ):
        with attempt:
            # Resolved anew each time: a name that moved in between is judged again.
            target = destination(url, schemes=schemes, is_allowed=is_allowed, resolver=resolver)
            return _exchange(target, method, headers or {}, body, max_bytes, seconds)
    raise AssertionError("retry_context returns or raises")


def _passing(error: Exception) -> bool:
    return isinstance(error, OutboundFailed) and not isinstance(error, OutboundTooLarge)


def _exchange(
    target: Destination, method: str, headers: Mapping[str, str], body: bytes | None, max_bytes: int, seconds: float
) -> Answer:
    deadline = time.monotonic() + seconds
    timeout = httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
    # The address stands in the URL, so nothing resolves the name again; Host and certificate go by the name.
    pinned = target.url.copy_with(host=str(target.address))
    sent = {**headers, "Host": target.url.netloc.decode("ascii"), "Accept-Encoding": "identity"}
    sent.setdefault("User-Agent", "Track360")
    try:
        with (
            httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method, pinned, headers=sent, content=body, extensions={"sni_hostname": target.host}
            ) as response,
        ):
            if response.status_code >= 500:
                raise OutboundFailed(f"{target.host} answered {response.status_code}.")
            read = bytearray()
            for chunk in response.iter_raw():
                read += chunk
                if len(read) > max_bytes:
                    raise OutboundTooLarge(f"{target.host} sent more than {max_bytes} bytes.")
                if time.monotonic() > deadline:
                    raise OutboundFailed(f"{target.host} took longer than {seconds:g} seconds.")
            return Answer(status=response.status_code, headers=dict(response.headers), body=bytes(read))
    except httpx2.HTTPError as error:
        raise OutboundFailed(f"{target.host} did not answer: {type(error).__name__}.") from error


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside a mapped, NAT64, 6to4 or compatible IPv6 address."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
