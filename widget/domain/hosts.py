"""Which pages and which origins belong to a site.

A site's host is written ``example.org``, ``*.example.org``, ``localhost:8000`` or, for a page
that is served without TLS, ``http://example.org``.
"""

import re
from urllib.parse import urlsplit

from yarl import URL

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"[a-z0-9:_.-]+")


def check_http_url(value: str) -> str:
    """Return ``value`` if it is empty or an http(s) URL.

    Raises:
        ValueError: for any other scheme, a missing host, or user information.
    """
    if not value:
        return value
    url = URL(value)
    if url.scheme not in DEFAULT_PORTS or not _HOST.fullmatch((url.raw_host or "").lower()):
        raise ValueError("Give a full address that begins with https://.")
    if url.user is not None or url.password is not None:
        raise ValueError("An address must not carry a user name or a password.")
    return str(url)


def page_is_allowed(url: str, hosts: tuple[str, ...]) -> bool:
    """Tell whether a page at ``url`` is one of the site's; http and https are the same page."""
    page = URL(url)
    # Sites keep the ASCII form of a name, so that is what both are compared in.
    host = page.raw_host
    if host is None:
        return False
    return any(_names(entry, host) and _port_fits(entry, page.port, page.scheme) for entry in hosts)


def origin_is_allowed(origin: str, hosts: tuple[str, ...]) -> bool:
    """Tell whether a write may come from ``origin`` (RFC 6454 serialisation).

    Plain http is accepted from loopback and from hosts that were given with ``http://``.
    """
    parts = _origin_parts(origin)
    if parts is None:
        return False
    scheme, host, port = parts
    for entry in hosts:
        if not _names(entry, host) or not _port_fits(entry, port, scheme):
            continue
        if scheme == "https" or host in LOOPBACK or entry.startswith("http://"):
            return True
    return False


def _origin_parts(origin: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return None
    # A browser sends exactly scheme, host and port, in lower case: anything else is forged.
    netloc = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    expected = f"{parts.scheme}://{netloc}" + (f":{port}" if port is not None else "")
    if origin != expected:
        return None
    return parts.scheme, parts.hostname, port or DEFAULT_PORTS[parts.scheme]


def _split(entry: str) -> tuple[str, int | None]:
    bare = entry.split("://", 1)[-1]
    parts = urlsplit(f"//{bare}")
    return parts.hostname or "", parts.port


def _names(entry: str, host: str) -> bool:
    name, _ = _split(entry)
    if name.startswith("*."):
        return host.endswith(name[1:])
    return host == name


def _port_fits(entry: str, port: int | None, scheme: str) -> bool:
    name, wanted = _split(entry)
    if wanted is not None:
        return port == wanted
    return name in LOOPBACK or port == DEFAULT_PORTS.get(scheme)


def check_host(entry: str) -> str:
    """Return a site's host in its normal form.

    Raises:
        ValueError: where it is none, or carries more than a name and a port.
    """
    scheme, separator, bare = entry.strip().lower().rpartition("://")
    bare = bare.rstrip("/")
    if separator and scheme not in DEFAULT_PORTS:
        raise ValueError(f"{entry!r} is not the name of a host.")
    try:
        url = URL(f"//{bare.removeprefix('*.')}")
        host, port = url.raw_host, url.explicit_port
    except ValueError as error:
        raise ValueError(f"{entry!r} is not the name of a host.") from error
    rest_is_empty = url.raw_path in ("", "/") and not url.raw_query_string and not url.raw_user
    if not host or not rest_is_empty or not _HOST.fullmatch(host):
        raise ValueError(f"{entry!r} is not the name of a host.")
    name = f"[{host}]" if ":" in host else host
    wildcard = "*." if bare.startswith("*.") else ""
    prefix = "http://" if scheme == "http" else ""
    return f"{prefix}{wildcard}{name}" + (f":{port}" if port is not None else "")
