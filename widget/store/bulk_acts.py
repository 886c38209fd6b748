"""Acts on all comments that a search finds: what was asked, how far each is, what it decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update

from widget.domain.comment import Event, Status
from widget.domain.errors import NotFound
from widget.domain.ids import MAX_ID
from widget.store.database import Session
from widget.store.tables import BulkActRow, BulkEventRow, SiteRow

_SHOWN = 50


class State(StrEnum):
    """How an act on many stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


ACTIVE = (State.RUNNING, State.UNDOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBulkAct:
    """What is to be done: ``asked`` says to which comments, up to ``last_id``."""

    site_id: int
    actor: str
    after: Status
    asked: Mapping[str, Any]
    total: int
    last_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """An act on many as it is kept; ``skipped`` had been decided on by somebody else."""

    id: int
    site_id: int
    actor: str
    after: Status
    asked: Mapping[str, Any]
    state: State
    total: int
    done: int
    skipped: int
    position: int
    last_id: int
    error: str | None
    created: datetime
    moved: datetime

    @property
    def is_active(self) -> bool:
        """Tell whether it is under way."""
        return self.state in ACTIVE

    @property
    def can_be_undone(self) -> bool:
        """Tell whether there is something that it has done and that stands."""
        return self.state in (State.DONE, State.CANCELLED, State.FAILED) and self.done > 0


def add(session: Session, new: NewBulkAct, now: datetime) -> BulkAct:
    """Keep an act that is to be done; return it with its id."""
    row = BulkActRow(
        site_id=new.site_id,
        actor=new.actor,
        after=new.after,
        asked=dict(new.asked),
        state=State.RUNNING,
        total=new.total,
        done=0,
        skipped=0,
        position=0,
        last_id=new.last_id,
        error=None,
        created=now,
        moved=now,
    )
    session.add(row)
    session.flush()
    return _bulk_act(row)


def active_on(session: Session, site_id: int) -> BulkAct | None:
    """Return the act that is under way on a site; none begins before the transaction ends."""
    session.get(SiteRow, site_id, with_for_update=True)
    row = session.scalar(
        select(BulkActRow)
        .where(BulkActRow.site_id == site_id, BulkActRow.state.in_(ACTIVE))
        .limit(1)
    )
    return _bulk_act(row) if row else None


def find(session: Session, bulk_id: int) -> BulkAct | None:
    """Return the act of that id."""
    row = session.get(BulkActRow, bulk_id) if bulk_id <= MAX_ID else None
    return _bulk_act(row) if row else None


def on_site(session: Session, site_id: int, bulk_id: int) -> BulkAct:
    """Return an act on a site's comments.

    Raises:
        NotFound: where there is none of that id.
    """
    found = find(session, bulk_id)
    if found is None or found.site_id != site_id:
        raise NotFound("There is no such act.")
    return found


def of_site(session: Session, site_id: int) -> list[BulkAct]:
    """Return the last acts on a site's comments, the newest first."""
    rows = session.scalars(
        select(BulkActRow)
        .where(BulkActRow.site_id == site_id)
        .order_by(BulkActRow.id.desc())
        .limit(_SHOWN)
    )
    return [_bulk_act(row) for row in rows]


def moved(session: Session, bulk_id: int, at: int, event: Event | None, now: datetime) -> bool:
    """Keep what became of one comment: decided on by ``event``, or left as it was.

    Returns:
        Whether the act is under way still; where not, nothing is kept.
    """
    row = _locked(session, bulk_id, State.RUNNING)
    if row is None or row.position >= at:
        return False
    row.position, row.moved = at, now
    if event is None:
        row.skipped += 1
    else:
        row.done += 1
        session.add(BulkEventRow(bulk_id=bulk_id, comment_id=at, event_id=event.id))
    return True


def end(session: Session, bulk_id: int, state: State, now: datetime, error: str = "") -> bool:
    """End an act that is under way; tell whether it was."""
    ended = session.execute(
        update(BulkActRow)
        .where(BulkActRow.id == bulk_id, BulkActRow.state.in_(ACTIVE))
        .values(state=state, error=error or None, moved=now)
    )
    return bool(getattr(ended, "rowcount", 0))


def begin_undo(session: Session, bulk_id: int, now: datetime) -> bool:
    """Let what an act did be taken back, from its last decision on; tell whether it may."""
    row = session.get(BulkActRow, bulk_id, with_for_update=True)
    if row is None or not _bulk_act(row).can_be_undone:
        return False
    row.state, row.position, row.moved = State.UNDOING, MAX_ID, now
    row.skipped = 0
    return True


def decisions_before(session: Session, act: BulkAct, limit: int) -> list[tuple[int, int, int]]:
    """Return what is to be taken back next: the row, the comment and the decision of each."""
    rows = session.execute(
        select(BulkEventRow.id, BulkEventRow.comment_id, BulkEventRow.event_id)
        .where(BulkEventRow.bulk_id == act.id, BulkEventRow.id < act.position)
        .order_by(BulkEventRow.id.desc())
        .limit(limit)
    )
    return [(one, comment_id, event_id) for one, comment_id, event_id in rows]


def undone(session: Session, bulk_id: int, at: int, *, is_back: bool, now: datetime) -> bool:
    """Keep that one decision was taken back, or was not as somebody had decided since."""
    row = _locked(session, bulk_id, State.UNDOING)
    if row is None or row.position <= at:
        return False
    row.position, row.moved = at, now
    row.done -= int(is_back)
    row.skipped += int(not is_back)
    return True


def _locked(session: Session, bulk_id: int, state: State) -> BulkActRow | None:
    row = session.get(BulkActRow, bulk_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.state == state else None


def _bulk_act(row: BulkActRow) -> BulkAct:
    return BulkAct(
        id=row.id,
        site_id=row.site_id,
        actor=row.actor,
        after=Status(row.after),
        asked=row.asked,
        state=State(row.state),
        total=row.total,
        done=row.done,
        skipped=row.skipped,
        position=row.position,
        last_id=row.last_id,
        error=row.error,
        created=row.created,
        moved=row.moved,
    )
