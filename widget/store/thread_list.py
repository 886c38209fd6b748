"""A site's threads for who moderates: a list by activity, and the facts of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select

from widget.domain.comment import Comment, Status
from widget.domain.thread import Thread, ThreadState
from widget.store.comments import comment_of
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow, ThreadRow
from widget.store.threads import thread_of

PAGE_SIZE = 25
_ESCAPE = "\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadQuery:
    """Which threads of a site: those whose title or address has a text, of one state or of all.

    ``after`` is the activity and the id of the last one of the page before.
    """

    site_id: int
    text: str = ""
    state: ThreadState | None = None
    after: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadItem:
    """A thread with what waits in it: comments to decide on, and comments that readers report."""

    thread: Thread
    active: datetime
    pending: int = 0
    reported: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadListPage:
    """A page of the list; ``after`` is where the next begins, ``None`` on the last."""

    items: Sequence[ThreadItem]
    after: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadFigures:
    """How many comments a thread has of each status, when it began, what is reported in it."""

    by_status: dict[Status, int]
    reported: int
    waiting_edits: int
    active: datetime
    created: datetime
    begun: datetime


def list_threads(session: Session, query: ThreadQuery, limit: int = PAGE_SIZE) -> ThreadListPage:
    """Return a page of a site's threads, those with the newest comments first."""
    found = list(session.scalars(_query(query).limit(limit + 1)))
    rows = found[:limit]
    pending, reported = _waiting(session, [row.id for row in rows])
    items = [
        ThreadItem(
            thread=thread_of(row),
            active=row.active or row.created,
            pending=pending.get(row.id, 0),
            reported=reported.get(row.id, 0),
        )
        for row in rows
    ]
    last = items[-1] if len(found) > limit else None
    return ThreadListPage(items=items, after=(last.active, last.thread.id) if last else None)


def figures_of(session: Session, thread_id: int) -> ThreadFigures:
    """Return the figures of a thread that there is."""
    row = session.get_one(ThreadRow, thread_id)
    counts = session.execute(
        select(CommentRow.status, func.count())
        .where(CommentRow.thread_id == thread_id)
        .group_by(CommentRow.status)
    )
    reported = session.scalar(
        select(func.count()).where(CommentRow.thread_id == thread_id, CommentRow.flag_count > 0)
    )
    edits = session.scalar(select(func.count()).where(*_edits(row.site_id, [thread_id])))
    return ThreadFigures(
        by_status={Status(status): count for status, count in counts},
        reported=reported or 0,
        waiting_edits=edits or 0,
        active=row.active or row.created,
        created=row.created,
        begun=begun_at(session, thread_id),
    )


def waiting_in(session: Session, keys: KeyRing, thread_id: int, limit: int) -> list[Comment]:
    """Return the oldest comments of a thread that are held or reported, or whose edit waits."""
    site_id = session.get_one(ThreadRow, thread_id).site_id
    ids: set[int] = set()
    for conditions in (
        _held([thread_id]), _edits(site_id, [thread_id]), _reported([thread_id])
    ):  # fmt: skip
        query = select(CommentRow.id).where(*conditions).order_by(CommentRow.id).limit(limit)
        ids.update(session.scalars(query))
    rows = session.scalars(
        select(CommentRow).where(CommentRow.id.in_(sorted(ids)[:limit])).order_by(CommentRow.id)
    )
    return [comment_of(row, keys) for row in rows]


def begun_at(session: Session, thread_id: int) -> datetime:
    """Return when the first comment of a thread that readers see came, else the thread itself."""
    row = session.get_one(ThreadRow, thread_id)
    first = session.scalar(
        select(func.min(CommentRow.created)).where(
            CommentRow.thread_id == thread_id, CommentRow.visible, CommentRow.root.is_(None)
        )
    )
    return first or row.created


def _query(query: ThreadQuery) -> Select[ThreadRow]:
    active, thread_id = ThreadRow.active, ThreadRow.id
    found = select(ThreadRow).where(
        ThreadRow.site_id == query.site_id, ThreadRow.merged_into.is_(None)
    )
    if query.state is not None:
        found = found.where(ThreadRow.state == query.state)
    for word in query.text.split():
        found = found.where(_has(word))
    if query.after is not None:
        when, last = query.after
        found = found.where(
            active <= when, or_(active < when, and_(active == when, thread_id < last))
        )
    return found.order_by(active.desc(), thread_id.desc())


def _has(word: str) -> ColumnElement[bool]:
    """Return whether a title or an address has a word, in whatever case it is written.

    SQLite knows the cases of ASCII only: so a word is also looked for as it is at the beginning
    of a sentence, and in small letters.
    """
    forms = {word, word.lower(), word.capitalize(), word.upper()}
    for sign in (_ESCAPE, "%", "_"):
        forms = {form.replace(sign, _ESCAPE + sign) for form in forms}
    return or_(
        *(
            column.ilike(f"%{form}%", escape=_ESCAPE)
            for form in sorted(forms)
            for column in (ThreadRow.title, ThreadRow.url)
        )
    )


def _waiting(session: Session, thread_ids: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Return how many comments wait in each of some threads, and how many are reported."""
    pending: dict[int, int] = {}
    reported: dict[int, int] = {}
    if not thread_ids:
        return pending, reported
    of = CommentRow.thread_id
    site_id = session.scalar(select(ThreadRow.site_id).where(ThreadRow.id == thread_ids[0]))
    for conditions in (_held(thread_ids), _edits(site_id or 0, thread_ids)):
        rows = session.execute(select(of, func.count()).where(*conditions).group_by(of))
        for thread_id, count in rows:
            pending[thread_id] = pending.get(thread_id, 0) + count
    rows = session.execute(select(of, func.count()).where(*_reported(thread_ids)).group_by(of))
    reported = {thread_id: count for thread_id, count in rows}
    return pending, reported


def _held(thread_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    # Written out, as the index is: SQLite uses a partial one only for the very same words.
    pending = CommentRow.status == literal_column(f"'{Status.PENDING.value}'")
    return CommentRow.thread_id.in_(thread_ids), pending


def _reported(thread_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return CommentRow.thread_id.in_(thread_ids), CommentRow.flag_count > 0


def _edits(site_id: int, thread_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the edits that wait: they are few, and found by their index."""
    return (
        CommentRow.site_id == site_id,
        CommentRow.proposed_source.is_not(None),
        func.coalesce(CommentRow.status, "") == Status.PUBLISHED,
        func.coalesce(CommentRow.thread_id, 0).in_(thread_ids),
    )
