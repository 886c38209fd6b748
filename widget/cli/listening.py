"""A worker that is to end stops to take connections first.

The server closes a connection that it has taken and not yet heard anything on as soon as it is told
to end. A worker that takes no more for a moment has heard all of its own by then.
"""

import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

#: What tells a worker to take no more connections.
TAKE_NO_MORE = signal.SIGUSR1
_OPEN = Path("/proc/self/fd")


def take_no_more_when_told() -> None:
    """Let ``TAKE_NO_MORE`` stop this process from taking connections, where the system can."""
    if hasattr(select, "epoll"):
        signal.signal(TAKE_NO_MORE, _take_no_more)


def _take_no_more(number: int, frame: FrameType | None) -> None:
    del number, frame
    listening = list(_listening())
    for waiting in _of_kind("anon_inode:[eventpoll]"):
        with select.epoll.fromfd(os.dup(waiting)) as events:
            for one in listening:
                with suppress(OSError):  # another one's
                    events.unregister(one)


def _listening() -> Iterator[int]:
    for one in _of_kind("socket:"):
        with suppress(OSError), socket.socket(fileno=os.dup(one)) as known:
            if known.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield one


def _of_kind(kind: str) -> Iterator[int]:
    for link in list(_OPEN.iterdir()):
        with suppress(OSError):
            if os.readlink(link).startswith(kind):
                yield int(link.name)
