"""A web site on this machine that answers what a test tells it to."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class _Request(BaseHTTPRequestHandler):
    """Answers what the server was told to for each path."""

    server: "WebSite"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))
        self.server.answers[self.path](self)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class WebSite(ThreadingHTTPServer):
    """A web site on this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []
        self.ended = threading.Event()

    def url(self, path: str, host: str = "localhost") -> str:
        return f"http://{host}:{self.server_port}{path}"


def html(text: str | bytes, kind: str = "text/html; charset=utf-8", **headers: str) -> Answer:
    def answer(site: BaseHTTPRequestHandler) -> None:
        body = text.encode() if isinstance(text, str) else text
        site.send_response(200)
        for name, value in {"content-type": kind, **headers}.items():
            site.send_header(name.replace("_", "-"), value)
        site.end_headers()
        site.wfile.write(body)

    return answer


def redirect(to: str) -> Answer:
    def answer(site: BaseHTTPRequestHandler) -> None:
        site.send_response(302)
        site.send_header("Location", to)
        site.send_header("Content-Length", "0")
        site.end_headers()

    return answer
