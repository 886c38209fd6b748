"""What stands in for the server's own parts in a test: a clock, a memory, the way out."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from widget.domain.plugin import OutboundAnswer

#: When everything here happens unless a test says otherwise.
THEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
#: What a server's memory takes, too.
MAX_KEY, MAX_VALUE = 80, 1_000_000


class Clock:
    """A clock that a test sets: call it for the time in UTC, ``seconds`` for a steady count."""

    def __init__(self, now: datetime = THEN) -> None:
        self._now = now
        self._seconds = 0.0

    def __call__(self) -> datetime:
        """Return the time."""
        return self._now

    def seconds(self) -> float:
        """Return the seconds that went by since the clock was made, as ``time.monotonic``."""
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds


class MemoryInDict:
    """A plugin's memory for a test, in a dictionary; ``keep_days`` is noted and ends nothing."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], bytes] = {}
        self.days: dict[tuple[int, str], int | None] = {}
        # A plugin is asked in several threads at once.
        self._lock = threading.RLock()

    def read(self, site_id: int, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the values of those keys that are there."""
        with self._lock:
            return {key: self.kept[site_id, key] for key in keys if (site_id, key) in self.kept}

    def write(
        self, site_id: int, values: Mapping[str, bytes], *, keep_days: int | None = None
    ) -> None:
        """Keep values.

        Raises:
            ValueError: where a key or a value is too long, as on a server.
        """
        for key, value in values.items():
            if not 0 < len(key) <= MAX_KEY or len(value) > MAX_VALUE:
                raise ValueError(f"A key has 1 to {MAX_KEY} characters, a value 1 MB at most.")
        with self._lock:
            for key, value in values.items():
                self.forget(site_id, [key])
                self.kept[site_id, key] = value
                self.days[site_id, key] = keep_days

    def forget(self, site_id: int, keys: Sequence[str]) -> None:
        """Forget those keys."""
        with self._lock:
            for key in keys:
                self.kept.pop((site_id, key), None)
                self.days.pop((site_id, key), None)

    def find(self, site_id: int, prefix: str, limit: int) -> Mapping[str, bytes]:
        """Return the values whose keys begin so, those written last first."""
        with self._lock:
            newest = list(reversed(self.kept.items()))
        own = [(key, value) for (site, key), value in newest if site == site_id]
        return dict([one for one in own if one[0].startswith(prefix)][:limit])

    def sites(self) -> Sequence[int]:
        """Return the sites for which anything is kept."""
        with self._lock:
            return sorted({site for site, _ in self.kept})


class OutboundInList:
    """The way out for a test: notes what is posted and gives ``answer``, or raises it."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.answer: OutboundAnswer | ConnectionError = OutboundAnswer(status=200, body=b"{}")

    def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], limit_s: float
    ) -> OutboundAnswer:
        """Note the request and give the answer."""
        del limit_s
        self.posted.append((url, content, headers))
        if isinstance(self.answer, ConnectionError):
            raise self.answer
        return self.answer
