"""A plugin's memory, in the server's database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from widget.store import memory
from widget.store.database import Database
from widget.store.memory import MAX_KEY, MAX_VALUE, Shelf


class StoredMemory:
    """The ``Memory`` of one plugin."""

    def __init__(self, plugin: str, database: Database, now: Callable[[], datetime]) -> None:
        self._plugin = plugin
        self._database = database
        self._now = now

    def read(self, site_id: int, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the values of those keys that are there."""
        with self._database.read() as session:
            return memory.read(session, self._shelf(site_id), keys, self._now())

    def write(
        self, site_id: int, values: Mapping[str, bytes], *, keep_days: int | None = None
    ) -> None:
        """Keep values, for ever or for so many days.

        Raises:
            ValueError: where a key or a value is too long.
        """
        for key, value in values.items():
            if not 0 < len(key) <= MAX_KEY or len(value) > MAX_VALUE:
                raise ValueError(f"A key has 1 to {MAX_KEY} characters, a value 1 MB at most.")
        now = self._now()
        ends = now + timedelta(days=keep_days) if keep_days is not None else None
        with self._database.write() as session:
            memory.write(session, self._shelf(site_id), values, now=now, ends=ends)

    def forget(self, site_id: int, keys: Sequence[str]) -> None:
        """Forget those keys; ones that aren't there are no fault."""
        with self._database.write() as session:
            memory.forget(session, self._shelf(site_id), keys)

    def find(self, site_id: int, prefix: str, limit: int) -> Mapping[str, bytes]:
        """Return the values whose keys begin so, those written last first."""
        with self._database.read() as session:
            return memory.find(session, self._shelf(site_id), prefix, limit, self._now())

    def sites(self) -> Sequence[int]:
        """Return the sites for which anything is kept."""
        with self._database.read() as session:
            return memory.sites_of(session, self._plugin)

    def _shelf(self, site_id: int) -> Shelf:
        return Shelf(self._plugin, site_id)
