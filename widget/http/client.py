"""The reader's address behind proxies, and what else a request says of who sent it."""

import ipaddress
from collections.abc import Callable, Sequence

from flask import Request

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_reader(trusted: Sequence[str]) -> Callable[[Request], str | None]:
    """Return a function that tells a request's address.

    ``X-Forwarded-For`` is believed only where the peer is a trusted proxy, and then from the
    right: the last hop that is no proxy of ours is the reader. What a reader writes in front
    of it changes nothing.
    """
    networks = [ipaddress.ip_network(value, strict=False) for value in trusted]

    def is_trusted(address: _Address) -> bool:
        return any(address in network for network in networks if network.version == address.version)

    def read(request: Request) -> str | None:
        peer = _parse(request.environ.get("REMOTE_ADDR"))
        # Over a unix socket there is no peer address: only a proxy of ours can have connected.
        if peer is not None and not is_trusted(peer):
            return str(peer)
        if peer is None and not networks:
            return None
        nearest = peer
        for hop in reversed(",".join(request.headers.getlist("X-Forwarded-For")).split(",")):
            address = _parse(hop.strip())
            if address is None:
                break
            nearest = address
            if not is_trusted(address):
                break
        return str(nearest) if nearest is not None else None

    return read


def _parse(text: str | None) -> _Address | None:
    if not text:
        return None
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
