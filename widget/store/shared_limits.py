"""What limits count, for all processes of this machine: a file that they map into their memory.

A storage of the library ``limits``, which has one for a single process and ones for services such
as Redis, but none for several processes without a service. LMDB is made for that: a writer has a
lock that ends with its process, and a count is a few microseconds.

Counts are worth minutes: nothing is synced to disk, and a server that starts begins with none.
"""

import logging
import struct
import time
from contextlib import suppress
from functools import cache
from math import floor
from pathlib import Path

import limits.errors
import lmdb
from limits.storage import storage_from_string
from limits.storage.base import SlidingWindowCounterSupport, Storage, TimestampedSlidingWindow

from widget.domain.errors import ConfigurationError

log = logging.getLogger("comment_widget.store")

SCHEME = "comment-widget-limits"
#: The counts of one process, for itself.
ALONE = "memory://"
#: Some 300,000 counters.
_MAP_BYTES = 64 * 1024 * 1024
#: Between two looks for counters that have ended.
_SWEEP_EVERY = 2_000
#: How many counted, and until when it counts: seconds since 1970.
_ENTRY = struct.Struct(">qd")
_MAX_KEY = 500


def shared_limits(file: Path) -> str:
    """Return the address of the counts in a file, as ``limits`` and Flask-Limiter take it.

    Where there can be no such file, as in a folder that can't be written to, it is the process's
    own memory.
    """
    path = str(file.resolve())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _open(path)
    except (lmdb.Error, OSError) as error:
        log.warning("%s can't be used (%s): each process counts limits for itself", path, error)
        return ALONE
    return f"{SCHEME}://{path}"


def limits_in_redis(url: str) -> Storage:
    """Return the counts of all machines, in the Redis or Valkey of the configuration.

    Raises:
        ConfigurationError: where the address can't be used.
    """
    # The library's own name of what redis-py calls unix://.
    uri = f"redis+{url}" if url.startswith("unix:") else url
    with suppress(limits.errors.ConfigurationError, ValueError):
        storage = storage_from_string(uri, wrap_exceptions=True)
        if isinstance(storage, Storage):
            return storage
    # Without the library's words: they may hold the address with the password.
    message = "redis_url can't be used, or the library is missing: comment-widget[redis]."
    raise ConfigurationError(message)


class SharedLimits(Storage, SlidingWindowCounterSupport, TimestampedSlidingWindow):
    """Counters in one file; for fixed windows and the sliding window counter."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str, *, wrap_exceptions: bool = False, **_: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._file = _open(uri.removeprefix(f"{SCHEME}://"))
        self._writes = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the file raises where it can't be used."""
        return lmdb.Error

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and return the new count; a counter that begins ends after ``expiry`` seconds."""
        return self._add(key, expiry, amount, None) or 0

    def get(self, key: str) -> int:
        """Return the count."""
        with self._file.begin() as reading:
            return _read(reading, key, time.time())[0]

    def get_expiry(self, key: str) -> float:
        """Return when the counter ends, seconds since 1970; now, where there is none."""
        with self._file.begin() as reading:
            return _read(reading, key, time.time())[1]

    def check(self) -> bool:
        """Tell that it can be used."""
        return True

    def reset(self) -> int:
        """Forget all counters, and return how many there were."""
        with self._file.begin(write=True) as writing:
            entries: int = writing.stat()["entries"]
            writing.drop(self._file.open_db(txn=writing), delete=False)
        return entries

    def clear(self, key: str) -> None:
        """Forget a counter."""
        with self._file.begin(write=True) as writing:
            writing.delete(_name(key))

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count, unless that would pass the limit; tell which. Both are one step."""
        now = time.time()
        before, current = self.sliding_window_keys(key, expiry, now)
        with self._file.begin() as reading:
            weight = _read(reading, before, now)[0] * _rest(expiry, now)
        # Two windows that are counted exactly: twice as long as each is.
        return self._add(current, 2 * expiry, amount, limit - floor(weight)) is not None

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Return the counts and remaining seconds of the window before and of this one."""
        now = time.time()
        before, current = self.sliding_window_keys(key, expiry, now)
        with self._file.begin() as reading:
            earlier, here = _read(reading, before, now)[0], _read(reading, current, now)[0]
        left = _rest(expiry, now) * expiry
        return earlier, left if earlier else 0.0, here, left + expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget the counters of a sliding window."""
        for name in self.sliding_window_keys(key, expiry, time.time()):
            self.clear(name)

    def _add(self, key: str, expiry: float, amount: int, limit: int | None) -> int | None:
        """Count up to a limit and return the new count, or ``None`` where it would be passed."""
        self._sweep_now_and_then()
        try:
            return self._try_to_add(key, expiry, amount, limit)
        except lmdb.MapFullError:
            # A flood of new addresses. Begun anew, limits still hold from here on.
            self.reset()
            return self._try_to_add(key, expiry, amount, limit)

    def _try_to_add(self, key: str, expiry: float, amount: int, limit: int | None) -> int | None:
        now = time.time()
        with self._file.begin(write=True) as writing:
            count, ends = _read(writing, key, now)
            if limit is not None and count + amount > limit:
                return None
            writing.put(_name(key), _ENTRY.pack(count + amount, ends if count else now + expiry))
        return count + amount

    def _sweep_now_and_then(self) -> None:
        self._writes += 1
        if self._writes % _SWEEP_EVERY:
            return
        now = time.time()
        with self._file.begin(write=True) as writing:
            ended = [name for name, entry in writing.cursor() if _ENTRY.unpack(entry)[1] <= now]
            for name in ended:
                writing.delete(name)


@cache
def _open(path: str) -> lmdb.Environment:
    """Open the file, once in a process: opened again, its locks would end with the first close."""
    return lmdb.open(path, subdir=False, map_size=_MAP_BYTES, sync=False, max_readers=4_096)


def _read(transaction: lmdb.Transaction, key: str, now: float) -> tuple[int, float]:
    found = transaction.get(_name(key))
    if found is None:
        return 0, now
    count, ends = _ENTRY.unpack(found)
    return (count, ends) if ends > now else (0, now)


def _name(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")[-_MAX_KEY:]


def _rest(expiry: int, now: float) -> float:
    """Return how much of the window before still counts: less, the more of this one is over."""
    return 1 - (now / expiry) % 1
