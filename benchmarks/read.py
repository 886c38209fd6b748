"""How fast a thread is read, against a bare WSGI callable on the same server in the same run.

    python -m benchmarks.read [--seconds 2] [--rounds 5]

Threads of 25, 1,000 and 10,000 comments are imported into a temporary home folder. For each of
them, and for each way to ask (brotli, plain, unchanged), the product and a callable that returns
the same status, headers and bytes are loaded in turns, so that what else the machine does falls
on both. Printed are the medians of requests per second and their ratio.
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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.bare import ANSWER
from benchmarks.servers import command, serving

SIZES = (25, 1_000, 10_000)
CONNECTIONS = 16
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
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk makes the load: install it first (apt-get install wrk).")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        _seed(home)
        print(f"{'comments':>8}  {'asked for':9}  {'bytes':>6}  {'product':>8}  {'bare':>8}  ratio")
        with serving(home, "widget", "serve") as product:
            for case in _cases(product):
                _measure(case, product, Path(folder), options.seconds, options.rounds)


def _seed(home: Path) -> None:
    home.mkdir()
    command(home, "site", "add", "bench", "--host", "example.org")
    for size in SIZES:
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


def _cases(product: str) -> list[Case]:
    found = []
    for size in SIZES:
        path = "/api/v1/thread?" + urlencode({"site": "bench", "url": _page(size)})
        _, headers, _ = _ask(product, path, {})
        etag = dict(headers)["etag"]
        found += [
            Case(size, "brotli", path, {"Accept-Encoding": "gzip, deflate, br, zstd"}),
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
