"""A real server in a process of its own, and the command line beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from tests.commands import run_command

START_S = 30.0


def _is_worker(folder: Path, parent: int) -> bool:
    """Tell whether a process is a copy of its parent: others are what Python starts for itself."""
    try:
        of = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        own = (folder / "cmdline").read_bytes()
        return of == parent and own == Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return False


def wait_until(true: Callable[[], bool]) -> None:
    """Return as soon as something is so; fail where it never is."""
    end = time.monotonic() + START_S
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.02)


def free_port() -> int:
    """Return a port that the kernel has just given out."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class LiveServer:
    """``comment-widget serve`` on a folder; can be stopped, killed and started again."""

    def __init__(
        self,
        home: Path,
        env: Mapping[str, str] | None = None,
        *,
        address: str = "127.0.0.1",
        on_host: Sequence[str] = (),
    ) -> None:
        """Make a server, not running yet; ``on_host`` is how to run a command on its host."""
        self.home = home
        self.port = free_port()
        self._address = address
        self._on_host = on_host
        self.url = f"http://{address}:{self.port}"
        self.api = f"{self.url}/api/v1"
        self.log = home / "server.log"
        self._extra = dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True)

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of the server and of commands."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("COMMENT_WIDGET_")}
        own = {
            "COMMENT_WIDGET_HOME": str(self.home),
            "COMMENT_WIDGET_BIND": self.bind,
            "COMMENT_WIDGET_WORKERS": "1",
        }
        return kept | own | self._extra

    @property
    def bind(self) -> str:
        """Return where the server listens."""
        return f"{self._address}:{self.port}"

    @property
    def database_url(self) -> str:
        """Return where its database is; empty is the embedded one."""
        return self._extra.get("COMMENT_WIDGET_DATABASE_URL", "")

    def also(self, **env: str) -> None:
        """Let the server and commands have more in their environment from now on."""
        self._extra |= env

    def cli(self, *arguments: str, check: bool = True) -> str:
        """Run a command on the server's folder; return what it printed."""
        done = run_command(arguments, self.env, Path.cwd())
        if check and done.returncode != 0:
            raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def cli_json(self, *arguments: str) -> object:
        """Run a command with ``--json``; return what it printed."""
        return json.loads(self.cli(*arguments, "--json"))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command that ends, in a process of its own."""
        command = [sys.executable, "-m", "widget", *arguments]
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, timeout=START_S, check=False
        )

    def start(self, *arguments: str, answers: Callable[[], bool] | None = None) -> "LiveServer":
        """Start the server and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._on_host, sys.executable, "-m", "widget", "serve", *arguments],
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + START_S
        while not (answers or self._answers)():
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the server did not start:\n{self.log.read_text()}")
        return self

    def stop(self) -> None:
        """Ask the server to end, and wait until it has."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server and its workers at once, as a power cut would."""
        self._signal(signal.SIGKILL)

    def reload(self) -> None:
        """Tell the server to replace its workers; it does so while it goes on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def workers(self) -> set[int]:
        """Return the ids of the processes that answer."""
        assert self._process is not None
        return {
            int(folder.name)
            for folder in Path("/proc").glob("[0-9]*")
            if _is_worker(folder, self._process.pid)
        }

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        group = os.getpgid(self._process.pid) if self._process.poll() is None else None
        if group is not None:
            if number is signal.SIGKILL:
                os.killpg(group, number)
            else:
                self._process.send_signal(number)
            self._process.wait(START_S)
        self._process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.TransportError:
            return False
