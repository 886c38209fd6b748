"""Connections whose every step has to end by the same moment, whoever is at the other end.

A library's time limits are for each step: who sends a byte now and then would be waited for without
end. Here the limit of a request shortens that of each of its steps.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

#: So much is written in one step.
_PIECE = 16 * 1024


class Deadlines(httpcore.NetworkBackend):
    """Dials and reads, in a thread that said by when; one for all threads of a pool."""

    def __init__(self) -> None:
        self._dials = httpcore.SyncBackend()
        self._of_thread = threading.local()

    @contextmanager
    def within(self, limit_s: float) -> Iterator[None]:
        """Let whatever this thread does in the block take no longer than that, all together."""
        self._of_thread.end = time.monotonic() + limit_s
        try:
            yield
        finally:
            del self._of_thread.end

    def left_s(self, timeout: float | None = None) -> float:
        """Return the seconds that the next step may take.

        Raises:
            httpcore.TimeoutException: where there are none.
        """
        left: float = self._of_thread.end - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException("The time is over.")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Dial an address."""
        stream = self._dials.connect_tcp(
            host, port, self.left_s(timeout), local_address, socket_options
        )
        return _Stream(stream, self)


class _Stream(httpcore.NetworkStream):
    """A connection, plain or encrypted, that keeps to the time of the thread that uses it."""

    def __init__(self, stream: httpcore.NetworkStream, deadlines: Deadlines) -> None:
        self._stream = stream
        self._deadlines = deadlines

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadlines.left_s(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for place in range(0, len(buffer), _PIECE):
            piece = buffer[place : place + _PIECE]
            self._stream.write(piece, self._deadlines.left_s(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(
            ssl_context, server_hostname, self._deadlines.left_s(timeout)
        )
        return _Stream(stream, self._deadlines)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
