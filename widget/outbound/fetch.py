"""The one way in which pages of others are fetched: to checked addresses only.

A redirect is a new address and is checked as the first one was.
"""

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from widget.outbound.address import FetchFailed, Resolve, checked_address, parsed_url, resolve

TOTAL_S = 5.0
MAX_BYTES = 2 * 1024 * 1024
MAX_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer: the address that gave it, after redirects, and its text."""

    url: str
    status: int
    headers: httpx.Headers
    text: str
    hops: int


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
        target = parsed_url(url)
        if not self.is_allowed(str(target)):
            raise FetchFailed(f"{target.host} is not a host of a site of this server.")
        # Only where the site was given a loopback name: ``is_allowed`` knows its hosts.
        address = await asyncio.to_thread(checked_address, target, self.resolve, loopback=True)
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


async def _read(answer: httpx.Response) -> str:
    if not answer.headers.get("content-type", "").lower().startswith("text/html"):
        return ""
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            break
    return body[:MAX_BYTES].decode(answer.encoding or "utf-8", errors="replace")
