"""kill -9 in the middle of many submissions: what was acknowledged is there once, nothing twice."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from sqlalchemy import text

from tests.live import LiveServer
from widget.app import create_app, parts_of
from widget.config import Config
from widget.store import audit

TOTAL, WRITERS, ROUNDS = 1_000, 6, 4
PAGES = tuple(f"https://example.org/page-{number}" for number in range(3))
END_S = 50.0


@dataclass(slots=True)
class Clients:
    """Readers who post, and post again what was not acknowledged, with the same key."""

    url: str
    acknowledged: dict[int, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    waiting: list[int] = field(default_factory=lambda: list(range(TOTAL))[::-1])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, stop: threading.Event) -> None:
        """Post until everything is acknowledged."""
        with httpx.Client(timeout=5) as client:
            while not stop.is_set():
                with self.lock:
                    if not self.waiting:
                        return
                    number = self.waiting.pop()
                if not self._post(client, number):
                    with self.lock:
                        self.waiting.append(number)

    def _post(self, client: httpx.Client, number: int) -> bool:
        sent = {"site": "blog", "url": PAGES[number % 3], "body": f"Number {number}."}
        headers = {"Idempotency-Key": f"key-{number}", "Origin": "https://example.org"}
        try:
            answer = client.post(f"{self.url}/api/v1/comments", json=sent, headers=headers)
        except httpx.TransportError:
            return False
        if answer.status_code == 503:
            return False
        if answer.status_code != 201:
            self.refused.append(answer.text)
            return True
        comment_id = answer.json()["comment"]["id"]
        assert self.acknowledged.setdefault(number, comment_id) == comment_id
        return True


def test_killed_while_many_write_it_keeps_each_acknowledged_comment_once(
    start_server: Callable[..., LiveServer],
) -> None:
    server = start_server()
    settings = ("site.policy=publish", "rate_limit.mode=off", "cookie_consent.mode=off")
    chosen = [part for setting in settings for part in ("--set", setting)]
    server.cli("site", "add", "blog", "--title", "Blog", "--host", "example.org", *chosen)
    server.start()
    clients, stop = Clients(server.url), threading.Event()
    writers = [threading.Thread(target=clients.write, args=(stop,)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        kill_and_restart(server, clients, random.Random(20260102))
        wait_for(lambda: len(clients.acknowledged) + len(clients.refused) == TOTAL)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    server.kill()

    assert not clients.refused
    assert_all_there_once(server, clients)


def kill_and_restart(server: LiveServer, clients: Clients, chance: random.Random) -> None:
    """Kill the server a few times, each at some point of the work that is left."""
    for round_ in range(ROUNDS):
        share = (round_ + chance.random()) / (ROUNDS + 1)
        wait_for(lambda at=int(TOTAL * share): len(clients.acknowledged) >= at)
        server.kill()
        server.start()


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + END_S
    while not holds():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.002)


def assert_all_there_once(server: LiveServer, clients: Clients) -> None:
    parts = parts_of(create_app(Config(home=server.home, database_url=server.database_url)))
    with parts.database.read() as session:
        rows = session.execute(text("SELECT id, source, status FROM comment")).all()
        if parts.database.is_sqlite:
            assert session.execute(text("PRAGMA integrity_check")).all() == [("ok",)]
        events = Counter(session.scalars(text("SELECT comment_id FROM event")))
    stored = {source: comment_id for comment_id, source, _ in rows}
    assert Counter(source for _, source, _ in rows).most_common(1)[0][1] == 1
    assert stored == {f"Number {n}.": comment_id for n, comment_id in clients.acknowledged.items()}
    assert {status for _, _, status in rows} == {"published"}
    assert set(events.values()) == {1}
    with parts.database.read() as session:
        assert audit.wrong_counts(session) == []
    parts.database.engine.dispose()
