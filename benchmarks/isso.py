"""Isso, installed by pip into a folder of its own, to be measured beside the product.

Its moderation and its guard are off: it would refuse what a benchmark posts.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

_CONFIG = """\
[general]
dbpath = {folder}/isso.db
host = https://example.org/
[moderation]
enabled = false
[guard]
enabled = false
[server]
listen = http://127.0.0.1:{port}
"""
_START_S = 60.0


@contextmanager
def serving_isso(folder: Path) -> Iterator[str]:
    """Install and run it; yield its address once it answers."""
    environment = folder / "isso-environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [str(environment / "bin" / "pip"), "install", "--quiet", "isso", "setuptools<81"]
    subprocess.run(pip, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "isso.cfg"
    config.write_text(_CONFIG.format(folder=folder, port=port))
    log = (folder / "isso.log").open("wb")
    process = subprocess.Popen(
        [environment / "bin" / "isso", "-c", config, "run"],
        stdout=log,
        stderr=log,
        env={**os.environ, "PATH": f"{environment / 'bin'}:{os.environ['PATH']}"},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process, folder / "isso.log")
        yield url
    finally:
        process.terminate()
        process.wait()
        log.close()


def page(size: int) -> str:
    """Return the address of a page's comments, without the server's."""
    return "/?" + urlencode({"uri": f"/{size}"})


def post(connection: http.client.HTTPConnection, thread: str, text: str, name: str) -> None:
    """Post a comment."""
    body = json.dumps({"text": text, "author": name, "title": "A page"})
    headers = {"Content-Type": "application/json", "Origin": "https://example.org"}
    connection.request("POST", "/new?" + urlencode({"uri": thread}), body, headers)
    answer = connection.getresponse()
    words = answer.read()
    if answer.status not in (201, 202):
        raise SystemExit(f"Isso answered {answer.status}: {words!r}")


def seed(url: str, size: int, word: str) -> None:
    """Post so many comments to a page."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    for number in range(1, size + 1):
        text = f"Number {number}. " + word * (1 + number % 4)
        post(connection, f"/{size}", text, f"Reader {number % 40}")
    connection.close()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", urlsplit(url).port or 80)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"Isso did not start:\n{log.read_text()}")
