"""Replays that people started in the dashboard, under way and ended, with what they found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from widget.domain.errors import NotFound
from widget.domain.ids import MAX_ID
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import ReplayRow, SiteRow

COLUMN = "replay.settings"
_SHOWN = 20


class State(StrEnum):
    """How a replay stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


_ACTIVE = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReplay:
    """What is to be replayed: ``values`` are all of the plugin's settings, secrets in the clear.

    ``shown`` are those that differ from the site's, as they may be shown: name, before, after.
    """

    site_id: int
    plugin: str
    actor: str
    values: Mapping[str, Any] = field(repr=False)
    shown: Sequence[Sequence[str]]
    since: datetime | None
    until: datetime
    most: int | None
    remote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A replay as it is kept. ``total`` is ``None`` until it has begun; ``found`` is JSON."""

    id: int
    site_id: int
    plugin: str
    actor: str
    shown: Sequence[Sequence[str]]
    since: datetime | None
    until: datetime | None
    most: int | None
    remote: bool
    state: State
    total: int | None
    position: int
    found: Mapping[str, Any]
    error: str | None
    created: datetime
    moved: datetime

    @property
    def is_active(self) -> bool:
        """Tell whether it is under way or waits for its turn."""
        return self.state in _ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a replay has come: the last comment that was asked about, and what was found."""

    position: int
    total: int
    found: Mapping[str, Any]
    at: datetime


def add(session: Session, keys: KeyRing, new: NewReplay, now: datetime) -> Replay:
    """Keep a replay that is to be done; return it with its id."""
    row = ReplayRow(
        site_id=new.site_id,
        plugin=new.plugin,
        actor=new.actor,
        sealed=keys.encrypt(json.dumps(dict(new.values)), COLUMN),
        shown=[list(one) for one in new.shown],
        since=new.since,
        until=new.until,
        most=new.most,
        remote=new.remote,
        state=State.WAITING,
        position=0,
        found={},
        created=now,
        moved=now,
    )
    session.add(row)
    session.flush()
    return _replay(row)


def active_on(session: Session, site_id: int) -> Replay | None:
    """Return the replay of a site that is under way; none begins before the transaction ends."""
    session.get(SiteRow, site_id, with_for_update=True)
    query = select(ReplayRow).where(ReplayRow.site_id == site_id, _is_active())
    row = session.scalar(query.limit(1))
    return _replay(row) if row else None


def find(session: Session, replay_id: int) -> Replay | None:
    """Return the replay of that id."""
    row = session.get(ReplayRow, replay_id) if replay_id <= MAX_ID else None
    return _replay(row) if row else None


def on_site(session: Session, site_id: int, plugin: str, replay_id: int) -> Replay:
    """Return a replay of a plugin of a site.

    Raises:
        NotFound: where there is none of that id.
    """
    found = find(session, replay_id)
    if found is None or (found.site_id, found.plugin) != (site_id, plugin):
        raise NotFound("There is no such replay; each is kept for some days only.")
    return found


def of_plugin(session: Session, site_id: int, plugin: str) -> list[Replay]:
    """Return the last replays of a plugin on a site, the newest first."""
    rows = session.scalars(
        select(ReplayRow)
        .where(ReplayRow.site_id == site_id, ReplayRow.plugin == plugin)
        .order_by(ReplayRow.id.desc())
        .limit(_SHOWN)
    )
    return [_replay(row) for row in rows]


def settings_of(session: Session, keys: KeyRing, replay_id: int) -> dict[str, Any]:
    """Return the settings that a replay tries, secrets in the clear."""
    values: dict[str, Any] = json.loads(
        keys.decrypt(session.get_one(ReplayRow, replay_id).sealed, COLUMN)
    )
    return values


def move(session: Session, before: Replay, step: Step) -> Replay | None:
    """Keep how far a replay has come; ``None`` where it was ended, or another worker goes on."""
    moved = session.execute(
        update(ReplayRow)
        .where(
            ReplayRow.id == before.id,
            _is_active(),
            ReplayRow.position == before.position,
            ReplayRow.moved == before.moved,
        )
        .values(
            state=State.RUNNING,
            position=step.position,
            total=step.total,
            found=dict(step.found),
            moved=step.at,
        )
    )
    return find(session, before.id) if getattr(moved, "rowcount", 0) else None


def end(
    session: Session, replay_id: int, state: State, now: datetime, error: str | None = None
) -> bool:
    """End a replay that is under way; tell whether it was."""
    ended = session.execute(
        update(ReplayRow)
        .where(ReplayRow.id == replay_id, _is_active())
        .values(state=state, error=error, moved=now)
    )
    return bool(getattr(ended, "rowcount", 0))


def end_stuck(session: Session, before: datetime, now: datetime) -> None:
    """End what has not got on since: its job was given up."""
    session.execute(
        update(ReplayRow)
        .where(_is_active(), ReplayRow.moved < before)
        .values(state=State.FAILED, error="It did not get on any more.", moved=now)
    )


def forget(session: Session, before: datetime) -> None:
    """Forget replays that ended before then."""
    session.execute(delete(ReplayRow).where(~_is_active(), ReplayRow.moved < before))


def _is_active() -> ColumnElement[bool]:
    return ReplayRow.state.in_(_ACTIVE)


def _replay(row: ReplayRow) -> Replay:
    return Replay(
        id=row.id,
        site_id=row.site_id,
        plugin=row.plugin,
        actor=row.actor,
        shown=row.shown,
        since=row.since,
        until=row.until,
        most=row.most,
        remote=row.remote,
        state=State(row.state),
        total=row.total,
        position=row.position,
        found=row.found,
        error=row.error,
        created=row.created,
        moved=row.moved,
    )
