"""Sweeps and the decisions that each made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import aliased

from widget.domain.errors import NotFound
from widget.domain.sweep import KnownBy, Sweep, SweepAct, SweepState
from widget.store.authored import Whose
from widget.store.database import Session
from widget.store.tables import EventRow, SweepEventRow, SweepRow

#: Where taking back begins, from the last decision on: above each id.
FROM_THE_LAST = (1 << 31) - 1
GONE = "There is no such act; each is kept for some days only."
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSweep:
    """What is to be done with whose comments, up to which id, and how many these are."""

    act: SweepAct
    whose: Whose
    through: int
    total: int
    actor: str
    ban_id: int | None = None


def add(session: Session, new: NewSweep, now: datetime) -> Sweep:
    """Keep a sweep that is to be done; return it with its id."""
    row = SweepRow(
        site_id=new.whose.site_id,
        act=new.act,
        known_by=new.whose.known_by,
        hashes=list(new.whose.hashes),
        ban_id=new.ban_id,
        begin=new.whose.begin,
        through=new.through,
        total=new.total,
        actor=new.actor,
        state=SweepState.WORKING,
        position=0,
        created=now,
    )
    session.add(row)
    session.flush()
    return _sweep(row)


def find(session: Session, sweep_id: int) -> Sweep | None:
    """Return the sweep of that id."""
    row = session.get(SweepRow, sweep_id) if sweep_id <= FROM_THE_LAST else None
    return _sweep(row) if row else None


def on_site(session: Session, site_id: int, sweep_id: int) -> Sweep:
    """Return a sweep of a site.

    Raises:
        NotFound: where there is none of that id.
    """
    found = find(session, sweep_id)
    if found is None or found.site_id != site_id:
        raise NotFound(GONE)
    return found


def hashes_of(session: Session, sweep_id: int) -> tuple[tuple[str, ...], int]:
    """Return by which hashes a sweep knows its comments, and after which id it looks for them."""
    row = session.get_one(SweepRow, sweep_id)
    return tuple(str(one) for one in row.hashes), row.begin


def is_still(session: Session, sweep_id: int, state: SweepState) -> bool:
    """Tell whether a sweep is in a state, and keep it there until the end of the transaction."""
    query = select(SweepRow.state).where(SweepRow.id == sweep_id).with_for_update(read=True)
    return session.scalar(query) == state


def did(session: Session, sweep_id: int, event_id: int) -> None:
    """Keep a decision as the sweep's, in the transaction that makes it."""
    session.add(SweepEventRow(sweep_id=sweep_id, event_id=event_id))


def move(session: Session, before: Sweep, position: int) -> bool:
    """Keep how far a sweep has come; ``False`` where it was stopped, or somebody else goes on."""
    moved = session.execute(update(SweepRow).where(*_as_it_was(before)).values(position=position))
    return bool(getattr(moved, "rowcount", 0))


def end(session: Session, before: Sweep) -> bool:
    """End the work on a sweep, or taking it back; whose comments these were is forgotten."""
    after = SweepState.DONE if before.state is SweepState.WORKING else SweepState.UNDONE
    ended = session.execute(
        update(SweepRow).where(*_as_it_was(before)).values(state=after, hashes=[], begin=0)
    )
    return bool(getattr(ended, "rowcount", 0))


def begin_undo(session: Session, sweep_id: int, actor: str) -> Sweep | None:
    """Stop a sweep, and begin to take it back; ``None`` where that was begun already."""
    begun = session.execute(
        update(SweepRow)
        .where(SweepRow.id == sweep_id, SweepRow.state.in_((SweepState.WORKING, SweepState.DONE)))
        .values(
            state=SweepState.UNDOING, position=FROM_THE_LAST, undone_by=actor, hashes=[], begin=0
        )
    )
    if not getattr(begun, "rowcount", 0):
        return None
    session.expire_all()
    return find(session, sweep_id)


def decisions_before(session: Session, sweep_id: int, event_id: int) -> Sequence[tuple[int, int]]:
    """Return some decisions of a sweep below an id, the last first: event and comment."""
    rows = session.execute(
        select(EventRow.id, EventRow.comment_id)
        .join(SweepEventRow, SweepEventRow.event_id == EventRow.id)
        .where(SweepEventRow.sweep_id == sweep_id, SweepEventRow.event_id < event_id)
        .order_by(SweepEventRow.event_id.desc())
        .limit(_PAGE)
    )
    return [(event, comment) for event, comment in rows]


def changed_by(session: Session, sweep_id: int) -> int:
    """Return how many comments a sweep has changed."""
    made = select(func.count()).select_from(SweepEventRow)
    return session.scalar(made.where(SweepEventRow.sweep_id == sweep_id)) or 0


def taken_back(session: Session, sweep_id: int) -> int:
    """Return how many decisions of a sweep were taken back."""
    undoing = aliased(EventRow)
    back = (
        select(func.count())
        .select_from(SweepEventRow)
        .join(EventRow, EventRow.id == SweepEventRow.event_id)
        .join(
            undoing,
            (undoing.comment_id == EventRow.comment_id) & (undoing.undoes == EventRow.id),
        )
        .where(SweepEventRow.sweep_id == sweep_id)
    )
    return session.scalar(back) or 0


def latest(session: Session, site_id: int, limit: int = 20) -> list[Sweep]:
    """Return the last sweeps of a site, the newest first."""
    rows = session.scalars(
        select(SweepRow)
        .where(SweepRow.site_id == site_id)
        .order_by(SweepRow.id.desc())
        .limit(limit)
    )
    return [_sweep(row) for row in rows]


def forget(session: Session, before: datetime) -> None:
    """Forget sweeps that began before then; their decisions stay."""
    session.execute(delete(SweepRow).where(SweepRow.created < before))


def _as_it_was(before: Sweep) -> tuple[ColumnElement[bool], ...]:
    return (
        SweepRow.id == before.id,
        SweepRow.state == before.state,
        SweepRow.position == before.position,
    )


def _sweep(row: SweepRow) -> Sweep:
    return Sweep(
        id=row.id,
        site_id=row.site_id,
        act=SweepAct(row.act),
        known_by=KnownBy(row.known_by),
        actor=row.actor,
        undone_by=row.undone_by,
        ban_id=row.ban_id,
        through=row.through,
        total=row.total,
        state=SweepState(row.state),
        position=row.position,
        created=row.created,
    )
