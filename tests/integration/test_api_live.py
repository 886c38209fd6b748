"""The public API of a real server: many at once, two processes, bodies that never end."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from flask import Flask

from tests.live import LiveServer
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.site import Site
from widget.store.audit import wrong_counts
from widget.store.keys import new_key

PAGE = {"site": "blog", "url": "https://example.org/article"}
ORIGIN = {"Origin": "https://example.org"}
FRESH_S = 1.0
#: Headers by which one proxy or another names a reader; none is believed from a stranger.
FORGED = (
    "X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "Forwarded",
    "X-Client-IP",
)  # fmt: skip
UNLIMITED = ("--set", "site.policy=publish", "--set", "rate_limit.mode=off")


def add_blog(server: LiveServer, *settings: str) -> LiveServer:
    server.cli("site", "add", "blog", "--host", "example.org", *settings)
    return server


@pytest.fixture
def blog(start_server: Callable[..., LiveServer]) -> LiveServer:
    return add_blog(start_server(), *UNLIMITED).start()


@pytest.fixture
def api(blog: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=blog.api, timeout=30, headers=ORIGIN) as client:
        yield client


def read_thread(client: httpx.Client, **more: str) -> dict[str, Any]:
    answer = client.get("/thread", params={**PAGE, **more})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def posted(client: httpx.Client, body: str, **fields: object) -> dict[str, Any]:
    answer = client.post("/comments", json={**PAGE, "body": body, **fields})
    assert answer.status_code in (201, 202), answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_twenty_posts_at_once_with_one_key_are_one_comment(api: httpx.Client) -> None:
    def send(_number: int) -> httpx.Response:
        headers = {"Idempotency-Key": "the-same"}
        return api.post("/comments", json={**PAGE, "body": "Once."}, headers=headers)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert read_thread(api)["thread"]["count"] == 1


def raw(server: LiveServer, head: str, body: Iterator[bytes]) -> bytes:
    """Send a request byte by byte as it is; return what came back before the server closed."""
    request = f"POST /api/v1/comments HTTP/1.1\r\nHost: {server.bind}\r\n{head}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request.encode())
        try:
            for piece in body:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server has heard enough, and has answered.
        connection.settimeout(10)
        try:
            return connection.recv(65_536)
        except ConnectionResetError:
            return b""


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(
    blog: LiveServer,
) -> None:
    head = "Content-Type: application/json\r\nContent-Length: 1073741824"
    began = time.monotonic()
    answer = raw(blog, head, iter(()))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    assert time.monotonic() - began < 1.0


def test_a_chunked_body_is_read_up_to_the_limit_and_no_further(blog: LiveServer) -> None:
    head = "Content-Type: application/json\r\nTransfer-Encoding: chunked"
    piece = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"
    pieces = (*[piece] * 32, b"0\r\n\r\n")
    assert raw(blog, head, iter(pieces)).startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_of_a_usual_size_is_a_comment(api: httpx.Client) -> None:
    body = b'{"site": "blog", "url": "https://example.org/article", "body": "In pieces."}'
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    headers = {"Content-Type": "application/json"}
    assert api.post("/comments", content=pieces, headers=headers).status_code == 201


def test_a_method_that_nobody_needs_is_refused(api: httpx.Client) -> None:
    for method in ("TRACE", "PUT"):
        assert api.request(method, "/comments").status_code == 405


def test_a_change_is_seen_at_once_here_and_within_a_second_in_another_process(
    start_server: Callable[..., LiveServer],
) -> None:
    keys = {"COMMENT_WIDGET_SECRET_KEYS": new_key()}
    first = start_server(**keys)
    second = start_server(COMMENT_WIDGET_DATABASE_URL=database_of(first), **keys)
    add_blog(first, *UNLIMITED).start()
    second.start()
    with (
        httpx.Client(base_url=first.api, headers=ORIGIN) as here,
        httpx.Client(base_url=second.api) as there,
    ):
        assert read_thread(there)["thread"]["count"] == 0
        for number in range(1, 6):
            mine = posted(here, "Fresh")
            assert read_thread(here)["thread"]["count"] == number
            wait_for_count(there, number)
        proof = {"Authorization": f"Bearer {mine['token']}"}
        assert there.delete(f"/comments/{mine['comment']['id']}", headers=proof).status_code == 204
        assert read_thread(there)["thread"]["count"] == 4
        wait_for_count(here, 4)
        posted(here, "Last")
        wait_for_count(there, 5)


def wait_for_count(client: httpx.Client, expected: int) -> None:
    acknowledged = time.monotonic()
    while read_thread(client)["thread"]["count"] != expected:
        assert time.monotonic() - acknowledged < FRESH_S, "an old page after a second"


def test_a_stranger_who_forges_proxy_headers_is_limited_like_one_client(
    start_server: Callable[..., LiveServer],
) -> None:
    statuses = statuses_of(start_server(), "198.51.100.{number}")
    assert set(statuses) == {201, 429}
    assert 429 not in statuses[: statuses.index(429)]
    assert statuses.count(201) < 30


def test_behind_a_trusted_proxy_each_reader_has_a_limit_of_their_own(
    start_server: Callable[..., LiveServer],
) -> None:
    server = start_server(COMMENT_WIDGET_TRUSTED_PROXIES="127.0.0.1")
    one_reader = statuses_of(server, "198.51.100.{number}, 203.0.113.9")
    assert set(one_reader) == {201, 429}
    with httpx.Client(base_url=server.api, headers=ORIGIN) as client:
        another = {"X-Forwarded-For": "203.0.113.77"}
        answer = client.post("/comments", json={**PAGE, "body": "Me, too."}, headers=another)
    assert answer.status_code == 201


def statuses_of(server: LiveServer, forged: str) -> list[int]:
    """Post 30 times under as many claimed addresses; return how it was answered."""
    generous = [
        part
        for name in ("per_email", "per_thread", "per_site")
        for part in ("--set", f"rate_limit.{name}=1000/minute")
    ]
    add_blog(server, "--set", "site.policy=publish", "--set", "rate_limit.mode=on", *generous)
    server.start()
    statuses: list[int] = []
    with httpx.Client(base_url=server.api, headers=ORIGIN) as client:
        for number in range(30):
            value = forged.format(number=number)
            headers = dict.fromkeys(FORGED, value) | {"Forwarded": f"for={value}"}
            sent = {**PAGE, "body": f"Number {number}"}
            answer = client.post("/comments", json=sent, headers=headers)
            statuses.append(answer.status_code)
            assert answer.status_code == 201 or int(answer.headers["Retry-After"]) > 0
    return statuses


@pytest.mark.parametrize(
    "value",
    ["garbage", "x" * 10_000, "fe80::1%eth0", "1.2.3.4:80", "[::1]:5", ",,,", "\x7f"],
)
def test_no_proxy_header_makes_a_fault_of_the_server(
    app: Flask, site: Site, config: Config, value: str
) -> None:
    behind = create_app(config.model_copy(update={"trusted_proxies": ("127.0.0.1",)}))
    headers = [("X-Forwarded-For", value), ("X-Forwarded-For", value)]
    try:
        sent = {**PAGE, "body": "x"}
        answer = behind.test_client().post("/api/v1/comments", json=sent, headers=headers)
    finally:
        parts_of(behind).database.engine.dispose()
    assert answer.status_code in (201, 429)


def test_whoever_comes_first_the_counters_are_what_counting_gives(
    blog: LiveServer, api: httpx.Client
) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(6):
            top = posted(api, f"Top {number}")
            there = f"/comments/{top['comment']['id']}"
            mine = {"Authorization": f"Bearer {top['token']}"}
            reply = {**PAGE, "body": "A reply.", "parent": top["comment"]["id"]}
            acts: list[Callable[[], httpx.Response]] = [
                lambda at=there, proof=mine: api.delete(at, headers=proof),
                lambda at=there, proof=mine: api.patch(at, headers=proof, json={"body": "New."}),
                lambda sent=reply: api.post("/comments", json=sent),
                lambda sent=reply: api.post("/comments", json=sent),
                lambda at=there, proof=mine: api.delete(at, headers=proof),
            ]
            answers = list(pool.map(lambda act: act(), acts))
            assert {answer.status_code for answer in answers} <= {200, 201, 204, 404, 422}
            assert 204 in {answer.status_code for answer in answers}
    assert_counters_are_right(blog)
    assert_every_count_is_what_is_shown(api)


def test_approving_and_deleting_at_once_ends_in_one_of_both(blog: LiveServer) -> None:
    blog.cli("site", "set", "blog", "--set", "site.policy=hold")
    with httpx.Client(base_url=blog.api, timeout=30, headers=ORIGIN) as api:
        held = posted(api, "Wait.")
        number = str(held["comment"]["id"])
        mine = {"Authorization": f"Bearer {held['token']}"}
        with ThreadPoolExecutor(3) as pool:
            approved = pool.submit(blog.cli, "moderation", "approve", number)
            wait_until_it_runs = pool.submit(api.delete, f"/comments/{number}", headers=mine)
            again = pool.submit(blog.cli, "moderation", "approve", number)
            assert wait_until_it_runs.result().status_code in (204, 404)
            approved.result()
            again.result()
        assert api.get(f"/comments/{number}").status_code in (200, 404)
    assert_counters_are_right(blog)


def database_of(server: LiveServer) -> str:
    url = server.env.get("COMMENT_WIDGET_DATABASE_URL", "")
    return Config(home=server.home, database_url=url).database


def assert_counters_are_right(server: LiveServer) -> None:
    app = create_app(Config(home=server.home, database_url=database_of(server)))
    database = parts_of(app).database
    try:
        with database.read() as session:
            assert wrong_counts(session) == []
    finally:
        database.engine.dispose()


def assert_every_count_is_what_is_shown(api: httpx.Client) -> None:
    page = read_thread(api)

    def published(comments: list[dict[str, Any]]) -> int:
        return sum((not one["deleted"]) + published(one["replies"]["comments"]) for one in comments)

    assert page["after"] is None
    assert page["thread"]["count"] == published(page["comments"])
    counts = api.get("/counts", params=PAGE).json()["counts"]
    assert counts == {PAGE["url"]: page["thread"]["count"]}
