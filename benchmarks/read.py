"""How fast a thread is read, against a bare WSGI callable on the same server in the same run.

    python -m benchmarks.read [--seconds 2] [--rounds 5] [--sizes 25,1000,10000] [--isso]

Threads of so many comments are imported into a temporary home folder. For each of them, and for
each way to ask (brotli, plain, unchanged), for the counts of 20 pages and for a feed, the product
and a callable that returns the same status, headers and bytes are loaded in turns, so that what
else the machine does falls on both. Printed are the medians of requests per second and their ratio.
Then, how long the first reading takes after a comment: the page is built anew. ``--isso`` measures
Isso on the same threads.
"""

import argparse
import base64
import http.client
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.bare import ANSWER
from benchmarks.isso import page, seed, serving_isso
from benchmarks.servers import command, serving

SIZES = "25,1000,10000"
CONNECTIONS = 16
#: So many first readings after a comment are timed.
_AFRESH = 30
_POSTED = {"Content-Type": "application/json", "Origin": "https://example.org"}
#: What the server itself adds to an answer: the bare callable's server adds it, too.
_BY_SERVER = {"date", "server", "transfer-encoding", "connection"}
_WORDS = "It is the bridge that moves, not the river, said the engineer — and he was right. "


@dataclass(frozen=True, slots=True)
class Case:
    """One question: of which thread, and with which headers."""

    size: int
    name: str
    path: str
    headers: Mapping[str, str]


def main() -> None:
    """Seed, load in turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=int, default=2, help="of load for each measurement")
    parser.add_argument("--rounds", type=int, default=5, help="for each case and server")
    parser.add_argument("--sizes", default=SIZES, help="of the threads, separated by commas")
    parser.add_argument("--isso", action="store_true", help="measure Isso, too (pip installs it)")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    if shutil.which("wrk") is None:
        raise SystemExit("wrk makes the load: install it first (apt-get install wrk).")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        _seed(home, sizes)
        print(f"{'comments':>8}  {'asked for':9}  {'bytes':>6}  {'product':>8}  {'bare':>8}  ratio")
        with serving(home, "widget", "serve") as product:
            for case in _cases(product, sizes):
                _measure(case, product, Path(folder), options.seconds, options.rounds)
            for size in sizes:
                _measure_afresh(product, size)
        if options.isso:
            _measure_isso(Path(folder), sizes, options.seconds)


def _seed(home: Path, sizes: Sequence[int]) -> None:
    home.mkdir()
    command(home, "site", "add", "bench", "--host", "example.org", "--set", "site.policy=publish",
            "--set", "rate_limit.mode=off")  # fmt: skip
    for size in sizes:
        rows = [
            {
                "id": number,
                "parent": number - 1 if number % 3 == 2 else None,
                "name": f"Reader {number % 40}",
                "body": f"Number {number}. " + _WORDS * (1 + number % 4),
            }
            for number in range(1, size + 1)
        ]
        file = home / f"thread-{size}.json"
        file.write_text(json.dumps({"title": f"{size} comments", "comments": rows}))
        command(home, "import", "json", str(file), "--site", "bench", "--url", _page(size))


def _page(size: int) -> str:
    return f"https://example.org/{size}"


def _cases(product: str, sizes: Sequence[int]) -> list[Case]:
    coded = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    pages = [("site", "bench"), *(("url", f"https://example.org/{page}") for page in range(20))]
    feed = "/feeds/bench/thread.atom?" + urlencode({"url": _page(sizes[0])})
    found = [
        Case(20, "counts", "/api/v1/counts?" + urlencode(pages), coded),
        Case(sizes[0], "feed", feed, coded),
    ]
    for size in sizes:
        path = "/api/v1/thread?" + urlencode({"site": "bench", "url": _page(size)})
        _, headers, _ = _ask(product, path, {})
        etag = dict(headers)["etag"]
        found += [
            Case(size, "brotli", path, coded),
            Case(size, "plain", path, {}),
            Case(size, "unchanged", path, {"Accept-Encoding": "br", "If-None-Match": etag}),
        ]
    return found


def _measure(case: Case, product: str, folder: Path, seconds: int, rounds: int) -> None:
    status, headers, body = _ask(product, case.path, case.headers)
    answer = folder / "answer.json"
    answer.write_text(
        json.dumps({"status": status, "headers": headers, "body": base64.b64encode(body).decode()})
    )
    extra = {ANSWER: str(answer)}
    rates: dict[str, list[float]] = {"product": [], "bare": []}
    with serving(folder, "benchmarks.bare", extra=extra, path="/") as bare:
        if _ask(bare, case.path, case.headers) != (status, headers, body):
            raise SystemExit("The bare callable answers something else.")
        for url in (product, bare):
            _load(url, case, 1)
        for number in range(rounds):
            pair = [("product", product), ("bare", bare)]
            for name, url in pair if number % 2 else reversed(pair):
                rates[name].append(_load(url, case, seconds))
    ours, least = (statistics.median(rates[name]) for name in ("product", "bare"))
    words = f"{case.size:8}  {case.name:9}  {len(body):6}  {ours:8.0f}  {least:8.0f}"
    print(f"{words}  {ours / least:.2f}", flush=True)


def _measure_afresh(product: str, size: int) -> None:
    """Time the first reading after a comment, without the comment."""
    connection = http.client.HTTPConnection(urlsplit(product).netloc, timeout=30)
    path = "/api/v1/thread?" + urlencode({"site": "bench", "url": _page(size)})
    took = []
    for number in range(_AFRESH):
        sent = {"site": "bench", "url": _page(size), "body": f"One more, {number}."}
        connection.request("POST", "/api/v1/comments", json.dumps(sent), _POSTED)
        answer = connection.getresponse()
        if answer.status != 201:
            raise SystemExit(f"answered {answer.status}: {answer.read()!r}")
        answer.read()
        began = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "br"})
        connection.getresponse().read()
        took.append((time.perf_counter() - began) * 1000)
    middle, slow = statistics.median(took), max(took)
    print(
        f"{size:8}  first reading after a comment: {middle:.1f} ms, at most {slow:.1f}", flush=True
    )


def _measure_isso(folder: Path, sizes: Sequence[int], seconds: int) -> None:
    with serving_isso(folder) as isso:
        for size in sizes:
            seed(isso, size, _WORDS)
            rate = _load(isso, Case(size, "isso", page(size), {}), max(seconds, 10))
            print(f"{size:8}  Isso: {rate:.1f} a second", flush=True)


def _ask(url: str, path: str, headers: Mapping[str, str]) -> tuple[str, list[list[str]], bytes]:
    """Return the status line, the application's own headers in order, and the body."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    own = [[k.lower(), v] for k, v in answer.getheaders() if k.lower() not in _BY_SERVER]
    return f"{answer.status} {answer.reason}", own, body


def _load(url: str, case: Case, seconds: int) -> float:
    """Return requests per second; a failed or unexpected answer ends the run."""
    headers = [part for name, value in case.headers.items() for part in ("-H", f"{name}: {value}")]
    line = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *headers, url + case.path]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"Not every request was answered:\n{done.stdout}")
    found = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    if found is None:
        raise SystemExit(f"wrk said something else:\n{done.stdout}")
    return float(found.group(1))


if __name__ == "__main__":
    main()
