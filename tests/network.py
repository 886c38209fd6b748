"""A network of hosts on this machine: each a network namespace, on one bridge (ip-netns(8)).

It takes root, as a test of what crosses a network does.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PREFIX = "10.215.77"
#: The address of the tests themselves, on the bridge.
OURS = f"{PREFIX}.1"


class Network:
    """Hosts that reach one another and the tests."""

    def __init__(self) -> None:
        self._name = f"cw{os.getpid() % 100_000}"
        self._hosts: list[str] = []
        self._next = 10

    def up(self) -> None:
        """Make the bridge."""
        _ip("link", "add", self._name, "type", "bridge")
        _ip("addr", "add", f"{OURS}/24", "dev", self._name)
        _ip("link", "set", self._name, "up")

    def down(self) -> None:
        """Take everything away; what runs on a host has to have ended."""
        for host in self._hosts:
            _ip("netns", "del", host)
        _ip("link", "del", self._name)

    def add_host(self) -> tuple[Sequence[str], str]:
        """Return how to run a command on a new host, and the host's address."""
        self._next += 1
        number, host = self._next, f"{self._name}h{self._next}"
        outside, inside = f"{self._name}o{number}", f"{self._name}i{number}"
        _ip("netns", "add", host)
        self._hosts.append(host)
        _ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", host)
        _ip("link", "set", outside, "master", self._name, "up")
        address = f"{PREFIX}.{number}"
        for words in (
            ("addr", "add", f"{address}/24", "dev", inside),
            ("link", "set", inside, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", host, *words)
        return ("ip", "netns", "exec", host), address


@contextmanager
def running_network() -> Iterator[Network]:
    """Make a network, and take it away at the end."""
    network = Network()
    network.up()
    try:
        yield network
    finally:
        network.down()


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr}")
