"""Ten thousand subscribers of one page are each told exactly once, whatever happens meanwhile.

    python -m benchmarks.mail [--subscribers 10000] [--kills 3]

A real server and two worker processes on a database of their own; a mail server on this machine
that refuses every third connection. While the mails go out, a worker is killed with -9 and
another one started, as often as asked. Told are how many addresses got the mail, how many got it
twice, how long that took, and what a POST with all those subscribers costs beside one without.
Returns 1 where an address got none, or more came twice than workers were killed while sending.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.live import LiveServer
from tests.smtp_sink import SmtpSink
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.subscription import Scope
from widget.domain.thread import Thread, ThreadState, thread_key
from widget.store import sites, subscriptions, threads

BUSY, QUIET = "https://example.org/busy", "https://example.org/quiet"
SETTINGS = (
    "site.policy=publish", "site.mail_grace_s=2", "rate_limit.mode=off", "cookie_consent.mode=off",
)  # fmt: skip
#: Every third connection is refused.
REFUSED = 3
POSTS = 40
LIMIT_S = 900


def main() -> int:
    """Run it and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=3)
    asked = parser.parse_args()
    sink = SmtpSink()
    sink.refuse_connection = lambda number: number % REFUSED == 0
    sink.start()
    with tempfile.TemporaryDirectory() as folder:
        env = {"COMMENT_WIDGET_SMTP_URL": sink.url, "COMMENT_WIDGET_WORKER": "false"}
        server = LiveServer(Path(folder) / "home", env)
        try:
            return measure(server, sink, asked.subscribers, asked.kills)
        finally:
            server.stop()
            sink.stop()


def measure(server: LiveServer, sink: SmtpSink, number: int, kills: int) -> int:
    """Post to a page with subscribers and to one without, and watch the mails go out."""
    chosen = [part for setting in SETTINGS for part in ("--set", setting)]
    server.cli("site", "add", "blog", "--host", "example.org", *chosen)
    subscribe_all(server, number)
    server.start()
    costs = {page: post_times(server, page) for page in (QUIET, BUSY)}
    workers = [start_worker(server), start_worker(server)]
    begun = time.monotonic()
    killed = 0
    try:
        while (done := told(sink)) < number and time.monotonic() - begun < LIMIT_S:
            if killed < kills and done > (killed + 1) * number / (kills + 1):
                os.kill(workers[0].pid, signal.SIGKILL)
                workers[0].wait()
                workers = [workers[1], start_worker(server)]
                killed += 1
            time.sleep(0.05)
        took_s = time.monotonic() - begun
        time.sleep(5)
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait()
    return report(sink, number, killed, took_s, costs)


def report(
    sink: SmtpSink, number: int, killed: int, took_s: float, costs: dict[str, list[float]]
) -> int:
    """Print what happened; return 1 where the promise was broken."""
    by_address = Counter(mail.recipients[0] for mail in sink.taken)
    twice = sum(count - 1 for count in by_address.values())
    print(f"{number} subscribers, {killed} workers killed, {sink.connections} connections")
    print(f"told           {len(by_address)}")
    print(f"told twice     {twice}")
    print(f"took           {took_s:.1f} s, {len(sink.taken) / took_s:.0f} mails a second")
    for page, times in costs.items():
        words = "without" if page == QUIET else "with"
        print(f"post {words:8} {statistics.median(times) * 1000:.1f} ms (median)")
    return int(len(by_address) != number or twice > killed)


def told(sink: SmtpSink) -> int:
    """Return how many addresses have a mail."""
    return len({mail.recipients[0] for mail in list(sink.taken)})


def subscribe_all(server: LiveServer, number: int) -> None:
    """Store confirmed subscribers of the busy page."""
    parts = parts_of(create_app(Config(home=server.home)))
    now = datetime.now(UTC)
    with parts.database.write() as session:
        site = sites.find_site(session, "blog")
        assert site is not None
        page = Thread(
            id=0,
            site_id=site.id,
            key=thread_key(BUSY, None),
            url=BUSY,
            title="Busy",
            state=ThreadState.OPEN,
            version=0,
            count=0,
        )
        thread = threads.begin_thread(session, page, now)
        for index in range(number):
            one = subscriptions.begin_subscriber(
                session, parts.keys, site, f"r{index}@example.net", language="en", now=now
            )
            subscriptions.subscribe(session, one, Scope.THREAD, thread_id=thread.id, now=now)
            subscriptions.confirm(session, one.id, now)
    parts.database.engine.dispose()


def post_times(server: LiveServer, page: str) -> list[float]:
    """Post some comments that wait for approval nowhere; return how long each answer took.

    All but the last are taken back within the grace, so that one of them is told of.
    """
    times: list[float] = []
    with httpx.Client(timeout=30) as client:
        for index in range(POSTS):
            sent = {"site": "blog", "url": page, "body": f"Number {index} {time.monotonic()}."}
            began = time.perf_counter()
            answer = client.post(f"{server.api}/comments", json=sent).raise_for_status().json()
            times.append(time.perf_counter() - began)
            if index < POSTS - 1 or page == QUIET:
                token = {"Authorization": f"Bearer {answer['token']}"}
                place = f"{server.api}/comments/{answer['comment']['id']}"
                client.delete(place, headers=token).raise_for_status()
    return times


def start_worker(server: LiveServer) -> subprocess.Popen[bytes]:
    """Start a worker process."""
    with server.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "widget", "worker"], env=server.env, stdout=log, stderr=log
        )


if __name__ == "__main__":
    sys.exit(main())
