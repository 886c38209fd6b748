"""``serve`` with several processes: replaced without a failed request, one when one dies."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.live import START_S, LiveServer, wait_until
from widget.cli.processes import cores

PAGE = "https://example.org/page"
THREAD = {"site": "blog", "url": PAGE}


@pytest.fixture
def server(start_server: Callable[..., LiveServer]) -> LiveServer:
    made = start_server(COMMENT_WIDGET_WORKERS="3")
    made.cli("site", "add", "blog", "--host", "example.org", "--set", "rate_limit.mode=off",
             "--set", "site.policy=publish")  # fmt: skip
    made.start()
    # It answers as soon as the first worker does.
    wait_until(lambda: "All 3 workers answer" in made.log.read_text())
    return made


def post(server: LiveServer, number: int) -> httpx.Response:
    return httpx.post(
        f"{server.api}/comments",
        json={**THREAD, "body": f"Number {number}."},
        headers={"Origin": "https://example.org"},
        timeout=30,
    )


def read(server: LiveServer) -> list[str]:
    answer = httpx.get(f"{server.api}/thread", params={**THREAD, "sort": "newest"}, timeout=30)
    return [comment["html"] for comment in answer.json()["comments"]]


@dataclass(slots=True)
class Load:
    """Readers and writers, each request on a connection of its own."""

    server: LiveServer
    failed: list[object] = field(default_factory=list)
    posted: list[int] = field(default_factory=list)
    reads: int = 0
    _numbers: Iterator[int] = field(default_factory=count)
    _ends: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Read and write meanwhile."""
        threads = [threading.Thread(target=self._go_on, args=(one,))
                   for one in (self._read, self._read, self._post)]  # fmt: skip
        for thread in threads:
            thread.start()
        yield self
        self._ends.set()
        for thread in threads:
            thread.join()

    def _go_on(self, one: Callable[[], None]) -> None:
        while not self._ends.is_set():
            try:
                one()
            except (httpx.HTTPError, AssertionError) as error:
                self.failed.append(repr(error))

    def _read(self) -> None:
        answer = httpx.get(f"{self.server.api}/thread", params=THREAD, timeout=30)
        assert answer.status_code == 200, answer.text
        self.reads += 1

    def _post(self) -> None:
        number = next(self._numbers)
        answer = post(self.server, number)
        assert answer.status_code == 201, answer.text
        self.posted.append(number)


def test_reloading_replaces_every_worker_and_fails_no_request(server: LiveServer) -> None:
    with Load(server).running() as load:
        for _ in range(2):
            before, reads, posts = server.workers(), load.reads, len(load.posted)
            assert len(before) == 3
            server.reload()
            wait_until(lambda old=before: len(server.workers() - old) == 3)  # type: ignore[misc]
            wait_until(lambda old=before: not server.workers() & old)  # type: ignore[misc]
            wait_until(lambda r=reads, p=posts: load.reads > r and len(load.posted) > p)  # type: ignore[misc]
    assert load.failed == []
    shown = httpx.get(f"{server.api}/thread", params=THREAD).json()["thread"]["count"]
    assert shown == len(load.posted)


def test_a_mistake_in_the_configuration_leaves_those_going_that_are_there(
    server: LiveServer,
) -> None:
    before = server.workers()
    file = server.home / "comment-widget.toml"
    file.write_text("public_url = 'nonsense'\n")
    server.reload()
    wait_until(lambda: "those that are there go on" in server.log.read_text())
    assert server.workers() == before
    assert "Error: " in server.log.read_text()
    assert "Traceback" not in server.log.read_text()
    assert post(server, 1).status_code == 201
    file.write_text("")
    server.reload()
    wait_until(lambda: len(server.workers() - before) == 3)
    assert post(server, 2).status_code == 201


def test_a_new_configuration_holds_after_a_reload(server: LiveServer) -> None:
    new = "https://comments.example"
    assert new not in httpx.get(f"{server.api}/openapi.json").text
    (server.home / "comment-widget.toml").write_text(f"public_url = '{new}'\n")
    before = server.workers()
    server.reload()
    wait_until(lambda: not server.workers() & before)
    assert new in httpx.get(f"{server.api}/openapi.json").text


def test_a_worker_that_is_killed_is_replaced(server: LiveServer) -> None:
    before = server.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: len(server.workers() - before) == 3)
    assert post(server, 1).status_code == 201


def test_what_one_worker_published_all_show_at_once(server: LiveServer) -> None:
    for number in range(40):
        assert post(server, number).status_code == 201
        for _ in range(6):  # each on a connection of its own, which any worker may take
            assert read(server)[0] == f"<p>Number {number}.</p>\n"


def test_what_a_command_published_all_show_at_once(server: LiveServer) -> None:
    server.cli("site", "set", "blog", "--set", "site.policy=hold")
    assert post(server, 1).json()["status"] == "pending"
    for _ in range(6):
        assert read(server) == []
    comment = server.cli_json("moderation", "list", "--status", "pending")[0]["id"]  # type: ignore[index]
    server.cli("moderation", "approve", str(comment))
    for _ in range(6):
        assert read(server) == ["<p>Number 1.</p>\n"]


def test_all_workers_count_a_limit_together(server: LiveServer) -> None:
    server.cli("site", "set", "blog", "--set", "rate_limit.mode=on",
               "--set", "rate_limit.per_address=7/hour")  # fmt: skip
    answers = [post(server, number).status_code for number in range(21)]
    assert answers == [201] * 7 + [429] * 14


def test_a_server_listens_on_a_unix_socket(tmp_path: Path, server: LiveServer) -> None:
    server.stop()
    path = tmp_path / "socket"
    server.start("--unix", str(path), answers=lambda: _answers_at(path))
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
        answer = client.get("http://comments/api/v1/thread", params=THREAD)
        assert answer.status_code == 200
        before = server.workers()
        server.reload()
        wait_until(lambda: not server.workers() & before)
        assert client.get("http://comments/api/v1/thread", params=THREAD).status_code == 200
    server.stop()


def _answers_at(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)):
            return False
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=START_S) as client:
        return client.get("http://comments/health").status_code == 200


def test_a_server_that_can_not_start_says_why_in_one_line(
    start_server: Callable[..., LiveServer],
) -> None:
    made = start_server()
    (made.home / "comment-widget.toml").write_text("secret_keys = ['short']\n")
    done = made.run("serve")
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("Error: ")


def test_an_address_that_is_taken_is_said_in_one_line(
    start_server: Callable[..., LiveServer],
) -> None:
    made = start_server()
    with socket.socket() as other:
        other.bind(("127.0.0.1", made.port))
        other.listen()
        done = made.run("serve")
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    ("quota", "expected"), [("150000 100000\n", 2), ("50000 100000\n", 1), ("max 100000\n", 0)]
)
def test_a_container_has_as_many_workers_as_its_share_of_the_cores(
    tmp_path: Path, quota: str, expected: int
) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    usable = len(os.sched_getaffinity(0))
    assert cores(file) == (min(expected, usable) or usable)
    assert cores(tmp_path / "not here") == usable
