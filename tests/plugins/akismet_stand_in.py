"""A local server that answers as Akismet's documentation says.

It keeps what it was sent, so that a test can look at the form as Akismet would get it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

KEY = "k3y0f4s1te"
BLOG = "https://example.org"
THANKS = "Thanks for making the web a better place."
GUARANTEED_SPAM = "akismet-guaranteed-spam"

Answer = Callable[[Request], Response]


@dataclass(frozen=True)
class Call:
    """One request that the stand-in got."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class AkismetStandIn:
    """The stand-in: what it says of comments, what it was asked, and how it can fail."""

    server: HTTPServer
    says: str = "false"
    discard: bool = False
    calls: list[Call] = field(default_factory=list)
    fails_with: Answer | None = None
    released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        for path, answer in (
            ("/1.1/verify-key", self._verify_key),
            ("/1.1/comment-check", self._comment_check),
            ("/1.1/submit-spam", self._submit),
            ("/1.1/submit-ham", self._submit),
        ):
            self.server.expect_request(path, method="POST").respond_with_handler(self._kept(answer))

    @property
    def url(self) -> str:
        """Return what goes into ``server_url``."""
        return self.server.url_for("").rstrip("/")

    @property
    def last(self) -> dict[str, str]:
        """Return the form of the last call."""
        return self.calls[-1].form

    @property
    def asked(self) -> list[str]:
        """Return the names of the calls in their order."""
        return [call.path.rpartition("/")[2] for call in self.calls]

    def hang(self) -> None:
        """From now on answer nothing until ``released`` is set."""

        def wait(request: Request) -> Response:
            self.released.wait(30)
            return Response("false")

        self.fails_with = wait

    def drip(self) -> None:
        """From now on send a long answer a byte at a time, without an end until ``released``."""

        def pieces() -> Iterator[bytes]:
            began = time.monotonic()
            while not self.released.wait(0.05) and time.monotonic() < began + 30:
                yield b"x"

        self.fails_with = lambda request: Response(pieces())

    def answer(
        self, text: str | bytes, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """From now on answer this, whatever is asked."""
        self.fails_with = lambda request: Response(text, status=status, headers=headers)

    def _kept(self, answer: Answer) -> Answer:
        def handle(request: Request) -> Response:
            form = dict(parse_qsl(request.get_data(as_text=True), keep_blank_values=True))
            self.calls.append(Call(request.path, form, dict(request.headers)))
            return self.fails_with(request) if self.fails_with else answer(request)

        return handle

    def _verify_key(self, request: Request) -> Response:
        known = self.last.get("key") == KEY and self.last.get("blog") == BLOG
        return Response("valid") if known else _invalid("We were unable to parse your blog URI")

    def _comment_check(self, request: Request) -> Response:
        if fault := self._fault():
            return fault
        if self.last.get("user_role") == "administrator":
            return Response("false")
        if self.last.get("comment_author") == GUARANTEED_SPAM:
            return Response("true")
        tip = {"X-akismet-pro-tip": "discard"} if self.discard else {}
        return Response(self.says, headers=tip)

    def _submit(self, request: Request) -> Response:
        return self._fault() or Response(THANKS)

    def _fault(self) -> Response | None:
        if self.last.get("api_key") != KEY:
            return _invalid('Empty or unknown "api_key" value')
        for name in ("blog", "user_ip"):
            if not self.last.get(name):
                return _invalid(f'Empty "{name}" value')
        return None


def _invalid(reason: str) -> Response:
    return Response("invalid", headers={"X-akismet-debug-help": reason})
