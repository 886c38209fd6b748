"""Plugins that are paused on a site: they failed again and again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from widget.store.database import Session
from widget.store.tables import PauseRow
from widget.store.upsert import put


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A plugin that isn't asked on a site until then, and its last failure."""

    site_id: int
    plugin: str
    failures: int
    reason: str
    since: datetime
    until: datetime


def keep_pause(session: Session, pause: Pause) -> None:
    """Record a pause; it goes on since an earlier one of the same plugin on the site."""
    put(session, PauseRow, [asdict(pause)], keep=("since",))


def end_pause(session: Session, site_id: int, plugin: str) -> bool:
    """Forget a pause; tell whether there was one."""
    result = session.execute(
        delete(PauseRow).where(PauseRow.site_id == site_id, PauseRow.plugin == plugin)
    )
    return bool(getattr(result, "rowcount", 0))


def pauses_of(session: Session, site_id: int) -> Sequence[Pause]:
    """Return the plugins that are paused on a site, by name."""
    rows = session.scalars(
        select(PauseRow).where(PauseRow.site_id == site_id).order_by(PauseRow.plugin)
    )
    return [_pause(row) for row in rows]


def pauses_by_plugin(session: Session) -> dict[str, int]:
    """Return on how many sites each plugin is paused that is at all."""
    rows = session.execute(select(PauseRow.plugin, func.count()).group_by(PauseRow.plugin))
    return {plugin: number for plugin, number in rows}


def find_pause(session: Session, site_id: int, plugin: str) -> Pause | None:
    """Return a plugin's pause on a site."""
    row = session.get(PauseRow, (site_id, plugin))
    return _pause(row) if row else None


def _pause(row: PauseRow) -> Pause:
    return Pause(
        site_id=row.site_id,
        plugin=row.plugin,
        failures=row.failures,
        reason=row.reason,
        since=row.since,
        until=row.until,
    )
