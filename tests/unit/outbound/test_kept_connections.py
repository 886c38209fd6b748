"""Connections of plugins are kept for the next request, and each request is checked anew."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from widget.domain.plugin import OutboundAnswer
from widget.outbound import post
from widget.outbound.post import Poster


class Keeping(ThreadingHTTPServer):
    """A server that keeps connections, and notes from which port each request came."""

    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ports: list[int] = []
        self.cookies: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Keeping

    def do_POST(self) -> None:
        self.server.ports.append(self.client_address[1])
        self.server.cookies.append(self.headers["Cookie"])
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Set-Cookie", "who=blog; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Keeping]:
    made = Keeping()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


class Names:
    """A DNS whose answers change."""

    def __init__(self) -> None:
        self.address = "127.0.0.1"
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return [self.address]


def send(poster: Poster, server: Keeping, host: str = "one.internal", text: str = "") -> bytes:
    return answered(poster, server.server_port, host, text).body


def answered(poster: Poster, port: int, host: str, text: str = "") -> OutboundAnswer:
    url = f"http://{host}:{port}/check"
    return poster.post(url, content=text.encode(), headers={}, limit_s=5)


def test_the_next_request_takes_the_same_connection(server: Keeping) -> None:
    poster = Poster(private_hosts=["one.internal"], resolve=Names())
    for _ in range(3):
        send(poster, server)
    assert len(set(server.ports)) == 1


def test_the_name_is_looked_up_and_checked_for_each_request(server: Keeping) -> None:
    names = Names()
    poster = Poster(private_hosts=["one.internal"], resolve=names)
    send(poster, server)
    send(poster, server)
    assert names.asked == ["one.internal"] * 2


def test_a_kept_connection_is_no_way_around_the_check(
    server: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names()
    # Its address counts as public for the first request, and is this machine's for the second.
    monkeypatch.setattr("widget.outbound.address._is_fit", lambda address, loopback: True)
    poster = Poster(resolve=names)
    send(poster, server, "public.example")
    monkeypatch.undo()
    with pytest.raises(ConnectionError, match="not public"):
        send(poster, server, "public.example")
    assert len(server.ports) == 1


def test_a_name_that_moved_is_asked_at_its_new_address(server: Keeping) -> None:
    names = Names()
    poster = Poster(private_hosts=["one.internal"], resolve=names)
    send(poster, server)
    names.address = "127.0.0.2"  # nobody listens there
    with pytest.raises(ConnectionError, match="doesn't answer"):
        send(poster, server)


def test_a_connection_is_used_for_the_name_it_was_made_for_only(server: Keeping) -> None:
    poster = Poster(private_hosts=["one.internal", "two.internal"], resolve=Names())
    send(poster, server, "one.internal")
    send(poster, server, "two.internal")
    send(poster, server, "one.internal")
    assert len(set(server.ports)) == 2


def test_what_a_server_sets_as_a_cookie_is_not_sent_back(server: Keeping) -> None:
    poster = Poster(private_hosts=["one.internal"], resolve=Names())
    send(poster, server)
    send(poster, server)
    assert server.cookies == [None, None]


def test_requests_of_many_threads_get_their_own_answers(server: Keeping) -> None:
    poster = Poster(private_hosts=["one.internal"], resolve=Names())
    # No more at once than are kept: past that, those that are done are closed.
    with ThreadPoolExecutor(post.MAX_IDLE) as threads:
        texts = [f"text {n}" for n in range(200)]
        bodies = list(threads.map(lambda text: send(poster, server, text=text), texts))
    assert bodies == [text.encode() for text in texts]
    assert len(set(server.ports)) < 200


def test_a_connection_that_the_server_gave_up_is_made_anew() -> None:
    closed = threading.Semaphore(0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        answering = threading.Thread(target=answer_and_close, args=(listening, closed))
        answering.start()
        poster = Poster(private_hosts=["one.internal"], resolve=Names())
        for _ in range(2):
            assert answered(poster, port, "one.internal").status == 204
            assert closed.acquire(timeout=10)
        answering.join(10)


def answer_and_close(listening: socket.socket, closed: threading.Semaphore) -> None:
    """Answer two requests as if their connections were kept, and close them."""
    for _ in range(2):
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        closed.release()


def test_hosts_that_nobody_asks_any_more_are_forgotten(
    server: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "MAX_HOSTS", 2)
    hosts = ["one.internal", "two.internal", "three.internal"]
    poster = Poster(private_hosts=hosts, resolve=Names())
    for host in [*hosts, "one.internal"]:
        send(poster, server, host)
    assert len(set(server.ports)) == 4


@pytest.mark.parametrize("part", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_is_given_up_when_the_time_is_over(part: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()
        dripping = threading.Thread(target=drip, args=(listening, part, ended))
        dripping.start()
        poster = Poster(private_hosts=["one.internal"], resolve=Names())
        url = f"http://one.internal:{listening.getsockname()[1]}/"
        began = time.monotonic()
        with pytest.raises(ConnectionError, match=r"No answer within 0\.5 seconds"):
            poster.post(url, content=b"", headers={}, limit_s=0.5)
        assert time.monotonic() - began < 5
        ended.set()
        dripping.join(10)


def drip(listening: socket.socket, first: bytes, ended: threading.Event) -> None:
    """Send an answer's beginning, then a byte now and then until the other side has gone."""
    connection, _ = listening.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(first)
        while not ended.wait(0.05):
            try:
                connection.sendall(b"a")
            except OSError:
                return


def test_a_name_that_is_not_found_in_time_is_given_up() -> None:
    gate = threading.Event()

    def hangs(host: str, port: int) -> list[str]:
        gate.wait(10)
        return ["127.0.0.1"]

    poster = Poster(private_hosts=["one.internal"], resolve=hangs)
    with pytest.raises(ConnectionError, match=r"No answer within 0\.2 seconds"):
        poster.post("http://one.internal/", content=b"", headers={}, limit_s=0.2)
    gate.set()
