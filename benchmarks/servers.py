"""Servers in processes of their own, on ports that the kernel gives out."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
_START_S = 30.0


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a server on a folder: nothing of the caller's configuration."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COMMENT_WIDGET_")}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    return (
        kept
        | {
            "COMMENT_WIDGET_HOME": str(home),
            "COMMENT_WIDGET_WORKERS": "1",
            "PYTHONPATH": path,
        }
        | dict(extra or {})
    )


def command(home: Path, *arguments: str, extra: Mapping[str, str] | None = None) -> None:
    """Run a ``comment-widget`` command on a folder."""
    line = [sys.executable, "-m", "widget", *arguments]
    subprocess.run(line, env=environment(home, extra), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving(
    home: Path, *arguments: str, extra: Mapping[str, str] | None = None, path: str = "/health"
) -> Iterator[str]:
    """Run ``python -m …`` as a server with one worker; yield its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    env = environment(home, {"COMMENT_WIDGET_BIND": bind, **(extra or {})})
    process = subprocess.Popen([sys.executable, "-m", *arguments], env=env)
    try:
        _wait(f"http://{bind}{path}", process)
        yield f"http://{bind}"
    finally:
        process.terminate()
        process.wait(_START_S)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=2):
                return
        except HTTPError:
            return  # it answers; what, is the benchmark's business
        except (URLError, OSError):
            if process.poll() is not None:
                break
    raise SystemExit("The server did not start.")
