"""Post comments as fast as writers can, against a real server with one worker.

    python -m benchmarks.post [--seconds 5] [--database sqlite|postgresql] [--isso]

Each writer has a connection of its own and posts, one after the other, to threads of its site. A
post is durable before it is answered. With the built-in plugins on, as a new site has them (rate
limit off: it would say no), and with all of them off; with 1 and with 8 writers. ``--isso``
posts to Isso, too, in the same run.
"""

import argparse
import http.client
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.isso import post, serving_isso
from benchmarks.servers import command, serving
from tests.postgresql import AS_SHIPPED, running_postgresql

PLUGINS = ("cookie_consent", "email_privacy", "honeypot", "links", "words")
SITES = {
    "on": ("rate_limit.mode=off",),
    "off": ("rate_limit.mode=off", *(f"{name}.mode=off" for name in PLUGINS)),
}
WRITERS = (1, 8)
Writer = Callable[[str, int, float, "multiprocessing.Queue[list[float]]"], None]


def main() -> int:
    """Print a table of comments a second."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--isso", action="store_true", help="measure Isso, too (pip installs it)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments = parser.parse_args()
    print(f"{'plugins':>8} {'writers':>8} {'a second':>9} {'p50 ms':>7} {'p99 ms':>7}")
    for plugins, settings in SITES.items():
        for writers in WRITERS:
            with ExitStack() as stack:
                home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                extra = {}
                if arguments.database == "postgresql":
                    url = stack.enter_context(running_postgresql(AS_SHIPPED)).new_database()
                    extra["COMMENT_WIDGET_DATABASE_URL"] = url
                sets = [part for setting in settings for part in ("--set", setting)]
                command(home, "site", "add", "bench", "--title", "B", "--host", "example.org",
                        "--set", "site.policy=publish", *sets, extra=extra)  # fmt: skip
                server = stack.enter_context(serving(home, "widget", "serve", extra=extra))
                tell(plugins, writers, run(server, writers, arguments.seconds, write))
    if arguments.isso:
        with tempfile.TemporaryDirectory() as name, serving_isso(Path(name)) as isso:
            for writers in WRITERS:
                tell("Isso", writers, run(isso, writers, arguments.seconds, write_to_isso))
    return 0


def tell(what: str, writers: int, took: Sequence[float]) -> None:
    """Print a line: how many a second, and how long one took."""
    ordered = sorted(took)
    # As many at a time as there are writers, each one after the other.
    rate = writers * len(ordered) / sum(ordered)
    middle, slow = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    print(f"{what:>8} {writers:8} {rate:9,.0f} {middle * 1000:7.1f} {slow * 1000:7.1f}", flush=True)


def run(server: str, writers: int, seconds: float, write: Writer) -> list[float]:
    """Let writers post for a while; return how long each post took, seconds."""
    queue: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=write, args=(server, writer, seconds, queue))
        for writer in range(writers)
    ]
    for process in processes:
        process.start()
    took = [one for _ in processes for one in queue.get()]
    for process in processes:
        process.join()
    return took


def write_to_isso(
    server: str, writer: int, seconds: float, queue: "multiprocessing.Queue[list[float]]"
) -> None:
    """Post to Isso until the time is over."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc)
    took: list[float] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        text = f"Comment **{len(took)}** of writer {writer}, with a few words more."
        post(connection, f"/page-{writer}-{len(took) % 10}", text, f"Writer {writer}")
        took.append(time.perf_counter() - began)
    queue.put(took)


def write(
    server: str, writer: int, seconds: float, queue: "multiprocessing.Queue[list[float]]"
) -> None:
    """Post until the time is over."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc)
    headers = {"Content-Type": "application/json", "Origin": "https://example.org"}
    took = []
    number = 0
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        number += 1
        body = {
            "site": "bench",
            "url": f"https://example.org/page-{writer}-{number % 10}",
            "author": {"name": f"Writer {writer}"},
            "body": f"Comment **{number}** of writer {writer}, with a few words more.",
        }
        connection.request("POST", "/api/v1/comments", json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (201, 202):
            raise SystemExit(f"answered {answer.status}")
        took.append(time.perf_counter() - began)
    queue.put(took)


if __name__ == "__main__":
    sys.exit(main())
