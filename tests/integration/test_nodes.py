"""Three nodes behind nginx, as the operators' page says: each on a host of its own."""

import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.live import LiveServer, wait_until
from tests.network import PREFIX, Network, running_network
from tests.postgresql import running_postgresql
from tests.redis_server import RedisServer
from widget import paths
from widget.store.keys import new_key

OPERATORS = paths.MIGRATIONS.parent / "docs" / "operators.md"
PAGE = {"site": "blog", "url": "https://example.org/page"}
ORIGIN = {"Origin": "https://example.org"}
SEEN_S = 1.0
#: As operators.md calls the nodes and the port.
IN_DOCS = ("10.0.0.11:8080", "10.0.0.12:8080", "10.0.0.13:8080")


@dataclass(slots=True)
class Nodes:
    """The nodes, and nginx before them."""

    nodes: list[LiveServer]
    url: str
    log: Path

    def asked(self) -> Counter[str]:
        """Return how often nginx had an answer from each node."""
        return Counter(self.log.read_text().split())


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with running_network() as made:
        yield made


@pytest.fixture(scope="module")
def cluster(
    network: Network, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Nodes]]:
    """Return a function that starts three nodes on databases of their own."""
    folder = tmp_path_factory.mktemp("nodes")
    hosts = [network.add_host() for _ in range(3)]
    front, address = network.add_host()
    redis = RedisServer(folder)
    with running_postgresql() as postgresql:
        env = {
            "COMMENT_WIDGET_DATABASE_URL": postgresql.new_database(),
            "COMMENT_WIDGET_REDIS_URL": redis.url,
            "COMMENT_WIDGET_SECRET_KEYS": new_key(),
            "COMMENT_WIDGET_PUBLIC_URL": "https://comments.example.org",
            "COMMENT_WIDGET_TRUSTED_PROXIES": f"{PREFIX}.0/24",
        }
        nodes = [
            LiveServer(folder / f"node-{number}", env, address=host, on_host=command)
            for number, (command, host) in enumerate(hosts)
        ]
        nodes[0].cli("site", "add", "blog", "--host", "example.org",
                     "--set", "site.policy=publish", "--set", "rate_limit.mode=off")  # fmt: skip
        for node in nodes:
            node.start()
        with _nginx(folder / "nginx", front, [node.bind for node in nodes]):
            yield lambda: Nodes(nodes, f"http://{address}/api/v1", folder / "nginx" / "asked")
        for node in nodes:
            node.stop()
    redis.stop()


class _nginx:
    """nginx with what operators.md says, and a log of which node answered."""

    def __init__(self, folder: Path, on_host: Sequence[str], nodes: Sequence[str]) -> None:
        folder.mkdir()
        (found,) = re.findall(r"```nginx\n(upstream .*?)```", OPERATORS.read_text(), re.DOTALL)
        for named, real in zip(IN_DOCS, nodes, strict=True):
            assert named in found
            found = found.replace(named, real)
        (folder / "nginx.conf").write_text(
            f"daemon off; error_log {folder}/errors; pid {folder}/pid; events {{}}\n"
            f"http {{ log_format node $upstream_addr; access_log {folder}/asked node;\n"
            f"{found} }}\n"
        )
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        assert program is not None
        self._command = [*on_host, program, "-p", str(folder), "-c", str(folder / "nginx.conf")]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._command)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


@pytest.fixture
def three(cluster: Callable[[], Nodes]) -> Nodes:
    made = cluster()

    def answers() -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{made.url}/thread", params=PAGE).status_code == 200
        return False

    wait_until(answers)
    return made


def read(node: LiveServer) -> list[str]:
    answer = httpx.get(f"{node.api}/thread", params={**PAGE, "sort": "newest"}, timeout=10)
    return [comment["html"] for comment in answer.json()["comments"]]


def test_what_one_node_published_is_read_on_the_others_within_a_second(three: Nodes) -> None:
    for number in range(6):
        writes, *others = three.nodes[number % 3 :] + three.nodes[: number % 3]
        for node in three.nodes:
            read(node)  # each has the page at hand
        sent = {**PAGE, "body": f"From {number}."}
        answer = httpx.post(f"{writes.api}/comments", json=sent, headers=ORIGIN)
        done = time.monotonic()
        assert answer.status_code == 201
        assert read(writes)[0] == f"<p>From {number}.</p>\n"
        for node in others:
            while read(node)[0] != f"<p>From {number}.</p>\n":
                assert time.monotonic() - done < SEEN_S
        assert time.monotonic() - done < SEEN_S


@dataclass(slots=True)
class Readers:
    """Readers who write and read; what was not acknowledged they send again, as it was."""

    url: str
    acknowledged: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    again: int = 0
    reads: int = 0
    ends: threading.Event = field(default_factory=threading.Event)

    def write(self, numbers: Sequence[int]) -> None:
        """Post one after the other until each is acknowledged."""
        with httpx.Client(timeout=10) as client:
            for number in numbers:
                while not self._post(client, number):
                    self.again += 1

    def _post(self, client: httpx.Client, number: int) -> bool:
        sent = {**PAGE, "url": f"{PAGE['url']}-{number % 4}", "body": f"Number {number}."}
        headers = {**ORIGIN, "Idempotency-Key": f"node-key-{number}"}
        try:
            answer = client.post(f"{self.url}/comments", json=sent, headers=headers)
        except httpx.TransportError:
            return False
        if answer.status_code in (502, 503, 504):
            return False
        if answer.status_code == 201:
            self.acknowledged[number] = answer.json()["comment"]["id"]
        else:
            self.wrong.append(answer.text)
        return True

    def read(self) -> None:
        """Read until told to end: every reading has an answer, whichever node dies."""
        with httpx.Client(timeout=10) as client:
            while not self.ends.is_set():
                answer = client.get(f"{self.url}/thread", params=PAGE)
                if answer.status_code != 200:
                    self.wrong.append(answer.text)
                self.reads += 1


def test_a_node_that_is_killed_loses_nothing_that_was_acknowledged(three: Nodes) -> None:
    before, readers = three.asked(), Readers(three.url)
    writers = [
        threading.Thread(target=readers.write, args=(range(start, 400, 4),)) for start in range(4)
    ]
    reading = threading.Thread(target=readers.read)
    for thread in [*writers, reading]:
        thread.start()
    wait_until(lambda: len(readers.acknowledged) >= 100)
    three.nodes[1].kill()
    wait_until(lambda: len(readers.acknowledged) >= 250)
    three.nodes[1].start()
    for thread in writers:
        thread.join()
    readers.ends.set()
    reading.join()

    assert readers.wrong == []
    assert sorted(readers.acknowledged) == list(range(400))
    assert len(set(readers.acknowledged.values())) == 400
    asked = three.asked() - before
    assert all(asked[node.bind] > 0.01 * asked.total() for node in three.nodes), asked
    assert all(asked[three.nodes[one].bind] > 0.3 * asked.total() for one in (0, 2)), asked
    pages = [{**PAGE, "url": f"{PAGE['url']}-{page}"} for page in range(4)]
    for node in three.nodes:
        counts = [
            httpx.get(f"{node.api}/thread", params=page).json()["thread"]["count"] for page in pages
        ]
        assert counts == [100] * 4
    three.nodes[0].cli("check")


def test_a_limit_counts_for_all_nodes_together(three: Nodes) -> None:
    one = three.nodes[0]
    one.cli("site", "set", "blog", "--set", "rate_limit.mode=on",
            "--set", "rate_limit.per_address=7/hour")  # fmt: skip
    answers = [
        httpx.post(f"{three.url}/comments", json={**PAGE, "body": f"Limit {number}."},
                   headers=ORIGIN).status_code
        for number in range(15)
    ]  # fmt: skip
    assert answers == [201] * 7 + [429] * 8
