"""A server on this machine that stands in for somebody's service, with answers that a test chooses.

It needs pytest-httpserver, of the extra ``testing``.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from re import compile as pattern
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

#: A test that forgets about an answer that hangs ends all the same.
_AT_MOST_S = 30.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that came: what left the plugin."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:  # noqa: ANN401 — whatever was sent
        """Return the body, read as JSON."""
        return json.loads(self.body)


class _Server(HTTPServer):
    """A server that stops at once, not after half a second, which every test would wait."""

    def thread_target(self) -> None:
        """Serve, until it is stopped."""
        if self.server is not None:
            self.server.serve_forever(poll_interval=0.01)


class HttpStandIn:
    """The stand-in. ``requests`` are those that came, in their order; it says OK until told else.

    A setting for the service's address is given ``url``.
    """

    def __init__(self) -> None:
        self.requests: list[Sent] = []
        self._answer: Callable[[], Response] = lambda: Response("OK")
        self._ended = threading.Event()
        self._server = _Server(host="127.0.0.1", port=0, threaded=True)
        self._server.expect_request(pattern(".*")).respond_with_handler(self._handle)
        self._server.start()

    @property
    def url(self) -> str:
        """Return the address of the server, without a slash at its end."""
        return self._server.url_for("").rstrip("/")

    def answers(
        self,
        body: object = b"",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        after_s: float = 0.0,
    ) -> None:
        """From now on answer this: text or bytes as they are, anything else as JSON."""
        is_plain = isinstance(body, str | bytes)
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        kind = {} if is_plain else {"Content-Type": "application/json"}

        def answer() -> Response:
            self._ended.wait(after_s)
            return Response(content, status=status, headers={**kind, **(headers or {})})

        self._answer = answer

    def hangs(self) -> None:
        """From now on take requests and answer nothing, until the test is over."""
        self.answers(status=503, after_s=_AT_MOST_S)

    def drips(self) -> None:
        """From now on send a byte now and then, without an end: each one comes in time."""

        def pieces() -> Iterator[bytes]:
            for _ in range(int(_AT_MOST_S / 0.05)):
                if self._ended.wait(0.05):
                    return
                yield b" "

        self._answer = lambda: Response(pieces(), content_type="application/json")

    def breaks_off(self) -> None:
        """From now on promise a long answer and close the connection in the middle of it."""
        # Pieces, not a text: of that the library would know better how long it is.
        self._answer = lambda: Response(iter([b"{"]), headers={"Content-Length": "1000"})

    def goes_away(self) -> None:
        """Stop: from now on nobody listens there."""
        self._ended.set()
        if self._server.is_running():
            self._server.stop()

    def _handle(self, request: Request) -> Response:
        headers = dict(request.headers)
        sent = Sent(request.method, request.path, headers, request.get_data())
        self.requests.append(sent)
        return self._answer()
