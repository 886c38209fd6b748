"""Addresses that come from outside, and whether this server may dial them.

Such an address could lead into the operator's own network (server-side request forgery). So a name
is resolved once, each of its addresses has to be a public one, and that address is what is dialled.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import TypeAlias

import httpx

from widget.domain.errors import WidgetError
from widget.domain.hosts import DEFAULT_PORTS, LOOPBACK

#: Carries an IPv4 address in an IPv6 one (RFC 6052): what it leads to can't be told from here.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]


class FetchFailed(WidgetError):
    """The address could not be reached, or may not be; the message says why, for a person."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@cache
def trusted() -> ssl.SSLContext:
    """Return what certificates are checked by; reading all authorities takes 20 ms."""
    return ssl.create_default_context()


def parsed_url(url: str) -> httpx.URL:
    """Return an http or https address without its fragment.

    Raises:
        FetchFailed: for anything else.
    """
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FetchFailed("This is not the address of a page.") from error
    if target.scheme not in DEFAULT_PORTS or not target.host or target.userinfo:
        raise FetchFailed("Only http:// and https:// addresses are asked.")
    return target.copy_with(fragment=None)


def checked_address(
    target: httpx.URL,
    resolve: Resolve,
    *,
    private_hosts: Collection[str] = (),
    loopback: bool = False,
) -> str:
    """Return the address to dial for a URL.

    ``private_hosts`` are those that the operator lets be reached although they aren't public;
    ``loopback`` lets this machine be reached by its own names, as where one tries things out.

    Raises:
        FetchFailed: where there is none, or one of them is not public.
    """
    port = target.port or DEFAULT_PORTS[target.scheme]
    try:
        found = resolve(target.host, port)
    except OSError as error:
        raise FetchFailed(f"There is no host {target.host}.") from error
    if found and target.host in private_hosts:
        return found[0]
    own = loopback and target.host in LOOPBACK
    if not found or not all(_is_fit(address, loopback=own) for address in found):
        raise FetchFailed(f"{target.host} leads to an address that is not public.")
    return found[0]


def _is_fit(address: str, *, loopback: bool) -> bool:
    parsed = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _TRANSLATED:
            return False
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    if loopback:
        return parsed.is_loopback
    return parsed.is_global and not parsed.is_multicast
