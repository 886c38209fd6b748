"""A real Redis of the tests' own."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from redis import Redis


class RedisServer:
    """A real Redis of the test's own, on a Unix socket."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "r.sock"
        self.url = f"unix://{self.path}"
        self.start()

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.path), "--save", "", "--dir"]
        self.process = subprocess.Popen(
            ["redis-server", *options, str(self.path.parent)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        assert any("ready to accept" in line for line in self.process.stdout)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def keys(self) -> list[str]:
        client: Any = Redis(unix_socket_path=str(self.path), decode_responses=True)
        with client:
            return sorted(client.keys())
