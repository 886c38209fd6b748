"""Post comments as fast as writers can, against a real server with one worker.

    python -m benchmarks.post [--seconds 5]

Each writer has a connection of its own and posts, one after the other, to threads of its site. A
post is durable before it is answered. With the built-in plugins on, as a new site has them (rate
limit off: it would say no), and with all of them off; with 1 and with 8 writers.
"""

import argparse
import http.client
import json
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.servers import command, serving

PLUGINS = ("cookie_consent", "email_privacy", "honeypot", "links", "words")
SITES = {
    "on": ("rate_limit.mode=off",),
    "off": ("rate_limit.mode=off", *(f"{name}.mode=off" for name in PLUGINS)),
}
WRITERS = (1, 8)


def main() -> int:
    """Print a table of comments a second."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    print(f"{'plugins':>8} {'writers':>8} {'a second':>9} {'p50 ms':>7} {'p99 ms':>7}")
    for plugins, settings in SITES.items():
        for writers in WRITERS:
            with tempfile.TemporaryDirectory() as name:
                home = Path(name)
                sets = [part for setting in settings for part in ("--set", setting)]
                command(home, "site", "add", "bench", "--title", "B", "--host", "example.org",
                        "--set", "site.policy=publish", *sets)  # fmt: skip
                with serving(home, "widget", "serve") as server:
                    took = run(server, writers, arguments.seconds)
            rate = len(took) / arguments.seconds
            took.sort()
            middle, slow = took[len(took) // 2], took[len(took) * 99 // 100]
            print(f"{plugins:>8} {writers:8} {rate:9,.0f} {middle * 1000:7.1f} {slow * 1000:7.1f}")
    return 0


def run(server: str, writers: int, seconds: float) -> list[float]:
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
