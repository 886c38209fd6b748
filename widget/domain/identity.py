"""Who somebody is, without saying it: keyed hashes, avatar values, cut addresses."""

import hashlib
import hmac
import ipaddress

AVATAR_LENGTH = 16


def keyed_hash(key: bytes, *parts: str) -> str:
    """Return HMAC-SHA-256 (RFC 2104) of the parts as 64 hex digits.

    The parts are length-prefixed, so that no two lists of parts are the same message.
    """
    message = b"".join(
        len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts)
    )
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def email_hash(key: bytes, site_key: str, email: str) -> str:
    """Return what an email is looked up by on one site; another site's differs."""
    return keyed_hash(key, "email", site_key, email.strip().casefold())


def address_hash(key: bytes, site_key: str, address: str) -> str:
    """Return what a reader's address is looked up by on one site (IPv6 by its /64)."""
    return keyed_hash(key, "address", site_key, network_of(address))


def avatar_value(key: bytes, site_key: str, email: str | None, name: str | None) -> str:
    """Return an opaque value to draw a picture from: the same author, the same picture.

    It comes from the email where there is one, else from the name, else from nothing.
    """
    who = email.strip().casefold() if email else f"name:{(name or '').casefold()}"
    return keyed_hash(key, "avatar", site_key, who)[:AVATAR_LENGTH]


def network_of(address: str) -> str:
    """Return the address as one reader: an IPv4 address, or the /64 of an IPv6 one.

    An IPv4-mapped IPv6 address is its IPv4 address. What is no address is ``"unknown"``.
    """
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def cut_address(address: str) -> str:
    """Return the address without what tells a household: IPv4 by /24, IPv6 by /48."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = 24 if isinstance(parsed, ipaddress.IPv4Address) else 48
    return str(ipaddress.ip_network((parsed, prefix), strict=False).network_address)
