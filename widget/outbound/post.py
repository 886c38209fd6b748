"""Requests of plugins to addresses that an owner has typed in: to checked addresses only."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from widget.domain.plugin import OutboundAnswer
from widget.outbound.address import (
    FetchFailed,
    Resolve,
    checked_address,
    parsed_url,
    resolve,
    trusted,
)

MAX_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The ``Outbound`` of plugins. ``private_hosts`` are the operator's exceptions."""

    private_hosts: Collection[str] = ()
    resolve: Resolve = resolve
    verify: ssl.SSLContext | None = None

    def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], limit_s: float
    ) -> OutboundAnswer:
        """Send a POST and return the answer; no redirect is followed.

        Raises:
            ConnectionError: with a sentence for the owner.
        """
        # In a thread of its own: the caller's may be running an event loop already.
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(asyncio.run, self._post(url, content, headers, limit_s)).result()

    async def _post(
        self, url: str, content: bytes, headers: Mapping[str, str], limit_s: float
    ) -> OutboundAnswer:
        try:
            async with asyncio.timeout(limit_s):
                return await self._send(url, content, headers, limit_s)
        except TimeoutError as error:
            raise ConnectionError(f"No answer within {limit_s:g} seconds.") from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise ConnectionError(f"It doesn't answer: {error}") from error
        except FetchFailed as error:
            raise ConnectionError(str(error)) from error

    async def _send(
        self, url: str, content: bytes, headers: Mapping[str, str], limit_s: float
    ) -> OutboundAnswer:
        target = parsed_url(url)
        address = await asyncio.to_thread(
            checked_address, target, self.resolve, private_hosts=self.private_hosts
        )
        sent = {
            "User-Agent": "Comment Widget",
            **headers,
            "Host": target.netloc.decode("ascii"),
            "Accept-Encoding": "identity",
        }
        async with (
            httpx.AsyncClient(
                timeout=limit_s, trust_env=False, verify=self.verify or trusted()
            ) as client,
            client.stream(
                "POST",
                target.copy_with(host=address),
                content=content,
                headers=sent,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return OutboundAnswer(status=answer.status_code, body=await _first_part(answer))


async def _first_part(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) >= MAX_ANSWER:
            break
    return bytes(body[:MAX_ANSWER])
