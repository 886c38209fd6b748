"""Marks of change that all processes on one machine see at once.

A process that publishes marks the page in a small file which each of them maps into its memory.
Reading asks the database again where a mark is another than it was: a look at eight bytes, no
request. Other machines don't see the file; their snapshots ask the database twice a second.
"""

import contextlib
import mmap
import secrets
import zlib
from pathlib import Path

#: Pages share slots; a shared one costs a question to the database, and is never wrong.
_SLOTS = 8_192
_BYTES = _SLOTS * 8
#: The slot of what holds for all pages: settings.
SETTINGS = 0


class Marks:
    """Numbers that change when what they stand for does."""

    def __init__(self, path: Path | None) -> None:
        """Map the file, which is made where it isn't there; ``None`` is for one process alone."""
        memory = _map(path) or bytearray(_BYTES)
        #: By slot. Read it as it is: a call for each would cost more than the look.
        self.now = memoryview(memory).cast("Q")

    def touch(self, slot: int) -> None:
        """Say that something changed.

        Any new number does. Counting up would not: of two processes that count at once one may
        be missed.
        """
        self.now[slot] = secrets.randbits(64)


def slot_of(site: str, key: str) -> int:
    """Return where a thread is marked."""
    return 1 + zlib.crc32(f"{site}\0{key}".encode()) % (_SLOTS - 1)


def _map(path: Path | None) -> mmap.mmap | None:
    """Return the file's memory, ``None`` where there can be no such file."""
    if path is None:
        return None
    with contextlib.suppress(OSError), path.open("a+b") as file:
        if file.seek(0, 2) < _BYTES:
            file.truncate(_BYTES)
        return mmap.mmap(file.fileno(), _BYTES)
    return None
