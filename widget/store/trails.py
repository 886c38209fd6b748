"""Trails: verdicts and decisions, and what plugins keep with a comment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from widget.domain.comment import Event, Status
from widget.domain.trail import OWNER_SAYS, TrailEntry
from widget.store import day_counts, search_index
from widget.store.database import Session
from widget.store.tables import CommentRow, EventRow, RecordRow, TrailRow
from widget.store.trail_rows import entry_of

#: Made once: it is done with each comment, and making it takes longer than running it.
_ADD_TRAIL = insert(TrailRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a plugin keeps with a comment."""

    plugin: str
    data: Mapping[str, object]
    at: datetime


def add_trail(session: Session, comment_id: int, entries: Sequence[TrailEntry]) -> None:
    """Append one judgement to a comment's trail."""
    day_counts.touches(session, comment_id)
    last = 0
    if not search_index.is_new(session, comment_id):
        rounds = select(func.max(TrailRow.round)).where(TrailRow.comment_id == comment_id)
        last = session.scalar(rounds) or 0
    rows = [_values(comment_id, last + 1, entry) for entry in entries]
    if rows:
        session.connection().execute(_ADD_TRAIL, rows)
    day_counts.judged(session, comment_id, entries)
    search_index.judged(session, comment_id, entries)


def last_judgement(session: Session, comment_id: int) -> list[TrailEntry]:
    """Return each plugin's latest entry on a comment's trail."""
    entries = {entry.plugin: entry for entry in trail_of(session, comment_id)}
    return list(entries.values())


def trail_of(session: Session, comment_id: int) -> list[TrailEntry]:
    """Return a comment's verdicts in the order in which they were given."""
    rows = session.scalars(
        select(TrailRow).where(TrailRow.comment_id == comment_id).order_by(TrailRow.id)
    )
    return [entry_of(row) for row in rows]


def add_event(session: Session, event: Event, undoes: int | None = None) -> Event:
    """Store a decision; return it with its id."""
    day_counts.touches(session, event.comment_id)
    comment = session.get(CommentRow, event.comment_id)
    row = EventRow(
        comment_id=event.comment_id,
        site_id=comment.site_id if comment else None,
        before=event.before,
        after=event.after,
        actor=event.actor,
        reason=event.reason,
        message=event.message,
        undoes=undoes,
        at=event.at,
    )
    session.add(row)
    session.flush()
    stored = _event(row)
    day_counts.decided(session, stored)
    search_index.decided(session, stored)
    return stored


def get_event(session: Session, event_id: int) -> Event | None:
    """Return the decision of that id."""
    row = session.get(EventRow, event_id)
    return _event(row) if row else None


def events_of(session: Session, comment_id: int) -> list[Event]:
    """Return a comment's decisions, the oldest first."""
    rows = session.scalars(
        select(EventRow).where(EventRow.comment_id == comment_id).order_by(EventRow.id)
    )
    return [_event(row) for row in rows]


def judgements_by_comment(
    session: Session, comment_ids: Sequence[int]
) -> dict[int, list[list[TrailEntry]]]:
    """Return the judgements of some comments, each with its entries, the oldest first."""
    rows = session.scalars(
        select(TrailRow).where(TrailRow.comment_id.in_(comment_ids)).order_by(TrailRow.id)
    )
    rounds: dict[int, dict[int, list[TrailEntry]]] = {}
    for row in rows:
        of_comment = rounds.setdefault(row.comment_id, {})
        of_comment.setdefault(row.round, []).append(entry_of(row))
    return {comment_id: list(found.values()) for comment_id, found in rounds.items()}


def events_by_comment(session: Session, comment_ids: Sequence[int]) -> dict[int, list[Event]]:
    """Return the decisions on some comments, the oldest first."""
    rows = session.scalars(
        select(EventRow).where(EventRow.comment_id.in_(comment_ids)).order_by(EventRow.id)
    )
    found: dict[int, list[Event]] = {}
    for row in rows:
        found.setdefault(row.comment_id, []).append(_event(row))
    return found


def add_record(session: Session, comment_id: int, record: Record) -> None:
    """Keep a plugin's facts with a comment."""
    session.add(
        RecordRow(comment_id=comment_id, plugin=record.plugin, data=dict(record.data), at=record.at)
    )


def records_of(session: Session, comment_id: int) -> list[Record]:
    """Return what plugins keep with a comment."""
    rows = session.scalars(
        select(RecordRow).where(RecordRow.comment_id == comment_id).order_by(RecordRow.id)
    )
    return [Record(plugin=row.plugin, data=row.data, at=row.at) for row in rows]


def records_by_comment(session: Session, comment_ids: Sequence[int]) -> dict[int, list[Record]]:
    """Return what plugins keep with some comments."""
    rows = session.scalars(
        select(RecordRow).where(RecordRow.comment_id.in_(comment_ids)).order_by(RecordRow.id)
    )
    found: dict[int, list[Record]] = {}
    for row in rows:
        record = Record(plugin=row.plugin, data=row.data, at=row.at)
        found.setdefault(row.comment_id, []).append(record)
    return found


def _values(comment_id: int, number: int, entry: TrailEntry) -> dict[str, object]:
    verdict = entry.verdict
    return {
        "comment_id": comment_id,
        "round": number,
        "plugin": entry.plugin,
        "version": entry.version,
        "mode": entry.mode,
        "answer": entry.answer,
        "outcome": verdict.outcome if verdict else None,
        "reason": entry.reason,
        "message": verdict.message if verdict else None,
        "score": verdict.score if verdict else None,
        "on_failure": entry.on_failure if entry.answer in OWNER_SAYS else None,
        "duration_ms": entry.duration_ms,
        "settings_revision": entry.settings_revision,
        "at": entry.at,
    }


def _event(row: EventRow) -> Event:
    return Event(
        id=row.id,
        comment_id=row.comment_id,
        before=Status(row.before) if row.before else None,
        after=Status(row.after),
        actor=row.actor,
        reason=row.reason,
        message=row.message,
        at=row.at,
        undoes=row.undoes,
    )
