"""Requests of plugins to addresses that an owner has typed in: to checked addresses only.

Connections are kept for the next request, as making one costs more than all the rest. The name is
resolved and its addresses are checked for each request all the same, and a connection is used again
only for the name that it was made for, at an address that was checked just now.
"""

import ssl
import threading
import time
import weakref
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

import httpcore
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
from widget.outbound.wire import Deadlines

MAX_ANSWER = 64 * 1024
#: How long an idle connection is kept: less than the servers do that give up first, at 5 s.
KEEP_S = 4.0
#: Hosts whose connections are kept, and idle connections to each.
MAX_HOSTS, MAX_IDLE = 32, 4
#: Requests to one host at once; names that are looked up at once.
MAX_AT_ONCE, MAX_LOOKUPS = 32, 16
_FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError)

_parsed = lru_cache(256)(parsed_url)


@dataclass(slots=True)
class _Line:
    """The connections to one host; ``users`` are the requests that are under way."""

    pool: httpcore.ConnectionPool
    users: int = 0
    used: float = field(default_factory=time.monotonic)


class Poster:
    """The ``Outbound`` of plugins. ``private_hosts`` are the operator's exceptions."""

    def __init__(
        self,
        *,
        private_hosts: Collection[str] = (),
        resolve: Resolve = resolve,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._private_hosts = private_hosts
        self._resolve = resolve
        self._verify = verify
        self._deadlines = Deadlines()
        self._lines: dict[tuple[str, str, int | None], _Line] = {}
        self._lock = threading.Lock()
        self._lookups = ThreadPoolExecutor(MAX_LOOKUPS, thread_name_prefix="lookup")
        weakref.finalize(self, _end, self._lines, self._lookups)

    def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], limit_s: float
    ) -> OutboundAnswer:
        """Send a POST and return the answer; no redirect is followed.

        Raises:
            ConnectionError: with a sentence for the owner.
        """
        try:
            target = _parsed(url)
            with self._deadlines.within(limit_s):
                address = self._address(target)
                return self._send(target, address, content, headers)
        except (TookTooLong, httpcore.TimeoutException) as error:
            raise ConnectionError(f"No answer within {limit_s:g} seconds.") from error
        except FetchFailed as error:
            raise ConnectionError(str(error)) from error
        except _FAILURES as error:
            raise ConnectionError(f"It doesn't answer: {error}") from error

    def _address(self, target: httpx.URL) -> str:
        """Return the address to dial, looked up in a thread apart: who waits can give up."""
        found: Future[str] = self._lookups.submit(
            checked_address, target, self._resolve, private_hosts=self._private_hosts
        )
        try:
            return found.result(self._deadlines.left_s())
        finally:
            found.cancel()

    def _send(
        self, target: httpx.URL, address: str, content: bytes, headers: Mapping[str, str]
    ) -> OutboundAnswer:
        sent = {
            "User-Agent": "Comment Widget",
            **headers,
            "Host": target.netloc.decode("ascii"),
            "Accept-Encoding": "identity",
        }
        dialled = httpcore.URL(
            scheme=target.raw_scheme,
            host=address.encode("ascii"),
            port=target.port,
            target=target.raw_path,
        )
        key = (target.scheme, target.host, target.port)
        line = self._take(key)
        try:
            with line.pool.stream(
                "POST",
                dialled,
                headers=_encoded(sent),
                content=content,
                extensions={
                    "sni_hostname": target.raw_host.decode("ascii"),
                    "timeout": {"pool": self._deadlines.left_s()},
                },
            ) as answer:
                return OutboundAnswer(status=answer.status, body=_first_part(answer))
        finally:
            self._give_back(line)

    def _take(self, key: tuple[str, str, int | None]) -> _Line:
        """Return the connections to a host, and close those that nobody needed for a while."""
        now = time.monotonic()
        with self._lock:
            line = self._lines.pop(key, None) or _Line(self._pool())
            line.users += 1
            self._lines[key] = line  # The last is the one that was used last.
            idle = [one for one, other in self._lines.items() if not other.users]
            surplus = max(0, len(self._lines) - MAX_HOSTS)
            old = [
                self._lines.pop(one)
                for place, one in enumerate(idle)
                if place < surplus or self._lines[one].used + KEEP_S < now
            ]
        for other in old:
            other.pool.close()
        return line

    def _give_back(self, line: _Line) -> None:
        with self._lock:
            line.users -= 1
            line.used = time.monotonic()

    def _pool(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._verify or trusted(),
            max_connections=MAX_AT_ONCE,
            max_keepalive_connections=MAX_IDLE,
            keepalive_expiry=KEEP_S,
            network_backend=self._deadlines,
        )


def _end(lines: dict[tuple[str, str, int | None], _Line], lookups: ThreadPoolExecutor) -> None:
    lookups.shutdown(wait=False, cancel_futures=True)
    for line in lines.values():
        with suppress(RuntimeError):  # a request may be under way as a process ends
            line.pool.close()


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers.items()]


def _first_part(answer: httpcore.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_stream():
        body += part
        if len(body) >= MAX_ANSWER:
            break
    return bytes(body[:MAX_ANSWER])
