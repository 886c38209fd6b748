"""What was moved from one thread to another, by whom, and which threads others answer for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, or_, select, update

from widget.domain.move import Move
from widget.domain.thread import Thread
from widget.store.database import Session
from widget.store.tables import CommentRow, MovedRow, MoveRow, ThreadRow
from widget.store.threads import thread_of, threads_by_id

#: What is told of one comment, the newest last, each with both threads.
Path = list[tuple[Move, Thread, Thread]]
#: So many moves of one thread are shown, the newest.
SHOWN = 100
#: Values in one query; databases bound their number.
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a comment was in the thread that it left."""

    parent: int | None
    number: int | None
    pinned: bool


def add_move(session: Session, move: Move, before: Mapping[int, Before]) -> Move:
    """Keep a move with what each of its comments was before; return it with its id."""
    row = MoveRow(
        source_id=move.source_id,
        target_id=move.target_id,
        comment_id=move.comment_id,
        actor=move.actor,
        undoes=move.undoes,
        at=move.at,
    )
    session.add(row)
    session.flush()
    rows = [
        {
            "move_id": row.id,
            "comment_id": comment_id,
            "parent": was.parent,
            "number": was.number,
            "pinned": was.pinned,
        }
        for comment_id, was in before.items()
    ]
    if rows:
        session.execute(insert(MovedRow), rows)
    return _move(row)


def get_move(session: Session, move_id: int) -> Move | None:
    """Return the move of that id."""
    row = session.get(MoveRow, move_id)
    return _move(row) if row else None


def moves_of_thread(session: Session, thread_id: int) -> list[Move]:
    """Return what came to a thread and what left it, the newest first."""
    query = (
        select(MoveRow)
        .where(or_(MoveRow.source_id == thread_id, MoveRow.target_id == thread_id))
        .order_by(MoveRow.id.desc())
        .limit(SHOWN)
    )
    return [_move(row) for row in session.scalars(query)]


def paths_of(session: Session, comment_ids: Sequence[int]) -> dict[int, Path]:
    """Return how some comments came to where they are, the oldest first."""
    rows = session.execute(
        select(MovedRow.comment_id, MoveRow)
        .join(MoveRow, MoveRow.id == MovedRow.move_id)
        .where(MovedRow.comment_id.in_(comment_ids))
        .order_by(MoveRow.id)
    )
    found = [(comment_id, _move(row)) for comment_id, row in rows]
    pages = threads_by_id(
        session, {one for _, move in found for one in (move.source_id, move.target_id)}
    )
    paths: dict[int, Path] = {}
    for comment_id, move in found:
        step = move, pages[move.source_id], pages[move.target_id]
        paths.setdefault(comment_id, []).append(step)
    return paths


def taken_back(session: Session, move_ids: Sequence[int]) -> set[int]:
    """Return which of some moves were taken back."""
    query = select(MoveRow.undoes).where(MoveRow.undoes.in_(move_ids))
    return {undone for undone in session.scalars(query) if undone is not None}


def last_merge(session: Session, thread_id: int) -> Move | None:
    """Return how a thread was merged into another the last time."""
    query = (
        select(MoveRow)
        .where(
            MoveRow.source_id == thread_id,
            MoveRow.comment_id.is_(None),
            MoveRow.undoes.is_(None),
        )
        .order_by(MoveRow.id.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return _move(row) if row else None


def remembered(session: Session, move_id: int) -> dict[int, Before]:
    """Return what comments were before a move."""
    rows = session.execute(
        select(MovedRow.comment_id, MovedRow.parent, MovedRow.number, MovedRow.pinned).where(
            MovedRow.move_id == move_id
        )
    )
    return {
        comment_id: Before(parent=parent, number=number, pinned=pinned)
        for comment_id, parent, number, pinned in rows
    }


def carried(session: Session, move_ids: Sequence[int]) -> dict[int, int]:
    """Return how many comments went along with each of some moves."""
    rows = session.execute(
        select(MovedRow.move_id, func.count())
        .where(MovedRow.move_id.in_(move_ids))
        .group_by(MovedRow.move_id)
    )
    return {move_id: count for move_id, count in rows}


def still_there(
    session: Session, comment_ids: Iterable[int], thread_id: int
) -> dict[int, int | None]:
    """Return which of some comments are in a thread, each with the one that it answers."""
    wanted, found = sorted(comment_ids), dict[int, int | None]()
    for begin in range(0, len(wanted), _BATCH):
        rows = session.execute(
            select(CommentRow.id, CommentRow.parent).where(
                CommentRow.id.in_(wanted[begin : begin + _BATCH]),
                CommentRow.thread_id == thread_id,
            )
        )
        found |= {comment_id: parent for comment_id, parent in rows}
    return found


def was_in(session: Session, comment_id: int, thread_id: int) -> bool:
    """Tell whether a comment was moved out of a thread, or of one that was merged into it."""
    query = (
        select(MovedRow.move_id)
        .join(MoveRow, MoveRow.id == MovedRow.move_id)
        .join(ThreadRow, ThreadRow.id == MoveRow.source_id)
        .where(
            MovedRow.comment_id == comment_id,
            or_(ThreadRow.id == thread_id, ThreadRow.merged_into == thread_id),
        )
    )
    return session.scalar(query.limit(1)) is not None


def set_merged(session: Session, thread_id: int, into: int | None) -> None:
    """Let a locked thread be answered for by another, or by itself again."""
    session.get_one(ThreadRow, thread_id).merged_into = into


def merged_into(session: Session, thread_id: int) -> list[Thread]:
    """Return the threads that were merged into one."""
    query = select(ThreadRow).where(ThreadRow.merged_into == thread_id).order_by(ThreadRow.id)
    return [thread_of(row) for row in session.scalars(query)]


def merged_ids(session: Session, thread_id: int) -> list[int]:
    """Return the ids of the threads that were merged into one."""
    return list(session.scalars(select(ThreadRow.id).where(ThreadRow.merged_into == thread_id)))


def pass_on(session: Session, thread_id: int, into: int) -> None:
    """Let whatever was merged into one thread lead to another."""
    session.execute(
        update(ThreadRow).where(ThreadRow.merged_into == thread_id).values(merged_into=into)
    )


def _move(row: MoveRow) -> Move:
    return Move(
        id=row.id,
        source_id=row.source_id,
        target_id=row.target_id,
        comment_id=row.comment_id,
        actor=row.actor,
        at=row.at,
        undoes=row.undoes,
    )
