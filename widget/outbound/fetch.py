"""The one way in which pages of others are fetched: to checked addresses only.

An address that comes from outside could lead into the operator's own network (server-side request
forgery). So the name is resolved once, each of its addresses has to be a public one, and that
address is what is dialled; a redirect is a new address and is checked as the first one was.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import httpx

from widget.domain.errors import WidgetError
from widget.domain.hosts import DEFAULT_PORTS, LOOPBACK

TOTAL_S = 5.0
MAX_BYTES = 2 * 1024 * 1024
MAX_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Carries an IPv4 address in an IPv6 one (RFC 6052): what it leads to can't be told from here.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]


class FetchFailed(WidgetError):
    """The page could not be fetched; the message says why, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer: the address that gave it, after redirects, and its text."""

    url: str
    status: int
    headers: httpx.Headers
    text: str
    hops: int


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches pages that ``is_allowed`` lets through; ``resolve`` asks the DNS.

    ``total_s`` is how long all of it may take, redirects and the name's resolution included.
    """

    is_allowed: Callable[[str], bool]
    resolve: Resolve = resolve
    verify: ssl.SSLContext | bool = True
    total_s: float = TOTAL_S

    def fetch(self, url: str) -> Fetched:
        """Return what a GET of the address answers, at most 2 MB of it.

        Raises:
            FetchFailed: where it may not be asked, doesn't answer, or goes on for too long.
        """
        # In a thread of its own: the caller's may be running an event loop already.
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(asyncio.run, self._fetch(url)).result()

    async def _fetch(self, url: str) -> Fetched:
        try:
            async with asyncio.timeout(self.total_s):
                return await self._follow(url)
        except TimeoutError as error:
            raise FetchFailed(f"It took longer than {self.total_s:g} seconds.") from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise FetchFailed(f"It doesn't answer: {error}") from error

    async def _follow(self, url: str) -> Fetched:
        # One operation may take as long as the whole, which is cut off wherever it is.
        async with httpx.AsyncClient(
            timeout=self.total_s, trust_env=False, verify=self.verify
        ) as client:
            for hop in range(MAX_HOPS + 1):
                found = await self._ask(client, url, hop)
                if found.status not in _REDIRECTS or "location" not in found.headers:
                    return found
                url = str(httpx.URL(url).join(found.headers["location"]))
        raise FetchFailed("It redirects again and again.")

    async def _ask(self, client: httpx.AsyncClient, url: str, hop: int) -> Fetched:
        target = _parsed(url)
        if not self.is_allowed(str(target)):
            raise FetchFailed(f"{target.host} is not a host of a site of this server.")
        address = await asyncio.to_thread(self._address, target)
        dialled = target.copy_with(host=address)
        headers = {
            "Host": target.netloc.decode("ascii"),
            "User-Agent": "Comment Widget",
            "Accept": "text/html",
            "Accept-Encoding": "identity",
        }
        extensions = {"sni_hostname": target.host}
        async with client.stream("GET", dialled, headers=headers, extensions=extensions) as answer:
            return Fetched(
                url=str(target),
                status=answer.status_code,
                headers=answer.headers,
                text=await _read(answer),
                hops=hop,
            )

    def _address(self, target: httpx.URL) -> str:
        port = target.port or DEFAULT_PORTS[target.scheme]
        try:
            found = self.resolve(target.host, port)
        except OSError as error:
            raise FetchFailed(f"There is no host {target.host}.") from error
        # Loopback is where one tries things out, and only by the name that the site was given.
        own = target.host in LOOPBACK
        if not found or not all(_is_fit(address, loopback=own) for address in found):
            raise FetchFailed(f"{target.host} leads to an address that is not public.")
        return found[0]


def _parsed(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FetchFailed("This is not the address of a page.") from error
    if target.scheme not in DEFAULT_PORTS or not target.host or target.userinfo:
        raise FetchFailed("Only pages at http:// and https:// addresses are fetched.")
    return target.copy_with(fragment=None)


def _is_fit(address: str, *, loopback: bool) -> bool:
    parsed = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _TRANSLATED:
            return False
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    if loopback:
        return parsed.is_loopback
    return parsed.is_global and not parsed.is_multicast


async def _read(answer: httpx.Response) -> str:
    if not answer.headers.get("content-type", "").lower().startswith("text/html"):
        return ""
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            break
    return body[:MAX_BYTES].decode(answer.encoding or "utf-8", errors="replace")
