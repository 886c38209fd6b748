"""Snapshots by the question that they answer: fresh after a publish, in every process.

At once in those of one machine, which share marks; within ``TRUST_S`` on any other.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from widget.domain.errors import Busy
from widget.snapshot.encode import Encoded
from widget.snapshot.marks import SETTINGS, Marks, slot_of

#: How long a snapshot is handed out without asking the database whether it is still true.
#: Another machine shows a change at most this long after it was acknowledged.
TRUST_S = 0.5
_MAX_FLOORS = 10_000
#: What an entry costs beside its bodies: keys, objects, the dictionary's slot.
_OVERHEAD = 2_000

ThreadName = tuple[str, str]
#: In the place of a thread's key: any thread of the site.
ALL = ""


@dataclass(slots=True)
class Snapshot:
    """An encoded page and the versions it was built from. ``thread`` is (site key, thread key).

    An answer about several threads has the thread key ``ALL`` and their keys in ``counted``: its
    ``thread_version`` is made of their counts.

    ``checked`` is when it was last known to be true (monotonic clock, seconds), with which marks
    of its thread, whose ``slot`` it is, and of the settings. ``answers`` is for who hands it out:
    what was made of it once, by content coding.
    """

    site_id: int
    thread: ThreadName
    site_version: int
    thread_version: int
    encoded: Encoded
    checked: float = field(default_factory=time.monotonic)
    counted: tuple[str, ...] = ()
    media_type: str = "application/json"
    slot: int = 0
    marks: tuple[int, int] | None = None
    answers: dict[str, tuple[list[tuple[str, str]], tuple[bytes, ...]]] = field(
        default_factory=dict
    )


#: Asks the database for the versions of a site and of one of its threads.
Versions = Callable[[Snapshot], tuple[int | None, int]]


class Snapshots:
    """Keeps snapshots within a bound of memory; the oldest goes first."""

    def __init__(self, max_bytes: int, versions: Versions, marks: Marks | None = None) -> None:
        self._max_bytes = max_bytes
        self._versions = versions
        self._marks = marks or Marks(None)
        self._now = self._marks.now
        self._entries: OrderedDict[str, Snapshot] = OrderedDict()
        self._by_thread: dict[ThreadName, set[str]] = {}
        self._floors: OrderedDict[ThreadName, int] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, question: str) -> Snapshot | None:
        """Return the snapshot that answers a question (a raw query string), if it is true.

        Raises:
            Busy: where the database can't say whether it is.
        """
        snapshot = self._entries.get(question)
        if snapshot is None:
            return None
        now = time.monotonic()
        marks = (self._now[snapshot.slot], self._now[SETTINGS])
        if now - snapshot.checked < TRUST_S and marks == snapshot.marks:
            return snapshot
        asked = (snapshot.site_version, snapshot.thread_version)
        # Set before asking: others that come meanwhile trust it for as long as asking takes,
        # so that one question is asked for all of them.
        snapshot.checked, snapshot.marks = now, marks
        try:
            is_true = self._versions(snapshot) == asked
        except Busy:
            snapshot.checked = -math.inf
            raise
        if is_true:
            return snapshot
        self._remove(question)
        return None

    def get_of(self, question: str, site_version: int, thread_version: int) -> Snapshot | None:
        """Return the snapshot that answers a question, if it was built from these versions."""
        found = self._entries.get(question)
        if found is None or (found.site_version, found.thread_version) != (
            site_version, thread_version,
        ):  # fmt: skip
            return None
        return found

    def put(self, question: str, snapshot: Snapshot) -> None:
        """Keep a snapshot, unless a change of its thread overtook it while it was built."""
        cost = _cost(question, snapshot)
        snapshot.slot = slot_of(*snapshot.thread)
        with self._lock:
            if snapshot.thread_version < self._floors.get(snapshot.thread, 0):
                return
            self._discard(question)
            self._entries[question] = snapshot
            self._by_thread.setdefault(snapshot.thread, set()).add(question)
            self._bytes += cost
            while self._bytes > self._max_bytes and len(self._entries) > 1:
                self._discard(next(iter(self._entries)))

    def drop(self, thread: ThreadName, version: int) -> None:
        """Forget a thread's snapshots older than ``version``, those under construction too.

        Other processes of this machine ask anew before they hand one out.
        """
        self._marks.touch(slot_of(*thread))
        self._marks.touch(slot_of(thread[0], ALL))
        with self._lock:
            self._floors[thread] = max(version, self._floors.get(thread, 0))
            self._floors.move_to_end(thread)
            if len(self._floors) > _MAX_FLOORS:
                self._floors.popitem(last=False)
            for name in (thread, (thread[0], ALL)):
                for question in tuple(self._by_thread.get(name, ())):
                    self._discard(question)

    def drop_site(self, site_id: int) -> None:
        """Forget a site's snapshots: its settings have changed. The other processes ask anew."""
        self._marks.touch(SETTINGS)
        with self._lock:
            for question, snapshot in tuple(self._entries.items()):
                if snapshot.site_id == site_id:
                    self._discard(question)

    @property
    def size(self) -> int:
        """Return the memory that is taken, bytes."""
        return self._bytes

    def _remove(self, question: str) -> None:
        with self._lock:
            self._discard(question)

    def _discard(self, question: str) -> None:
        snapshot = self._entries.pop(question, None)
        if snapshot is None:
            return
        self._bytes -= _cost(question, snapshot)
        questions = self._by_thread.get(snapshot.thread, set())
        questions.discard(question)
        if not questions:
            self._by_thread.pop(snapshot.thread, None)


def _cost(question: str, snapshot: Snapshot) -> int:
    return snapshot.encoded.size + len(question) + _OVERHEAD
