"""What plugins keep for themselves, site by site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, or_, select

from widget.store.database import Session
from widget.store.tables import MemoryRow
from widget.store.upsert import put

MAX_KEY = 80
MAX_VALUE = 1_000_000


#: Made once: plugins read with each comment, and making it takes longer than running it.
_READ = select(MemoryRow.key, MemoryRow.value).where(
    MemoryRow.site_id == bindparam("site"),
    MemoryRow.plugin == bindparam("plugin"),
    MemoryRow.key.in_(bindparam("keys", expanding=True)),
    or_(MemoryRow.ends.is_(None), MemoryRow.ends > bindparam("now")),
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One plugin's part of the memory, on one site."""

    plugin: str
    site_id: int


def read(session: Session, shelf: Shelf, keys: Sequence[str], now: datetime) -> dict[str, bytes]:
    """Return the values of those keys that are there."""
    if not keys:
        return {}
    asked = {"site": shelf.site_id, "plugin": shelf.plugin, "keys": list(keys), "now": now}
    return {key: value for key, value in session.connection().execute(_READ, asked)}


def write(
    session: Session,
    shelf: Shelf,
    values: Mapping[str, bytes],
    *,
    now: datetime,
    ends: datetime | None,
) -> None:
    """Keep values, in place of those that are there."""
    rows = [
        {
            "site_id": shelf.site_id,
            "plugin": shelf.plugin,
            "key": key,
            "value": value,
            "written": now,
            "ends": ends,
        }
        for key, value in sorted(values.items())  # two that write the same take turns
    ]
    if rows:
        put(session, MemoryRow, rows)


def forget(session: Session, shelf: Shelf, keys: Sequence[str]) -> None:
    """Forget those keys."""
    session.execute(delete(MemoryRow).where(*_own(shelf), MemoryRow.key.in_(list(keys))))


def find(
    session: Session, shelf: Shelf, prefix: str, limit: int, now: datetime
) -> dict[str, bytes]:
    """Return the values whose keys begin so, those written last first."""
    rows = session.execute(
        select(MemoryRow.key, MemoryRow.value)
        .where(*_own(shelf), MemoryRow.key.startswith(prefix, autoescape=True), _lasting(now))
        .order_by(MemoryRow.written.desc(), MemoryRow.key.desc())
        .limit(limit)
    )
    return {key: value for key, value in rows}


def sites_of(session: Session, plugin: str) -> list[int]:
    """Return the sites for which a plugin keeps anything."""
    found = select(MemoryRow.site_id).where(MemoryRow.plugin == plugin).distinct()
    return sorted(session.scalars(found))


def end_memories(session: Session, now: datetime) -> None:
    """Delete what was to be kept until now."""
    session.execute(delete(MemoryRow).where(MemoryRow.ends <= now))


def _own(shelf: Shelf) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return MemoryRow.site_id == shelf.site_id, MemoryRow.plugin == shelf.plugin


def _lasting(now: datetime) -> ColumnElement[bool]:
    return or_(MemoryRow.ends.is_(None), MemoryRow.ends > now)
