"""Past comments in batches, with what people and a plugin said of each: for replays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from widget.domain.comment import Comment, Event
from widget.domain.thread import Thread
from widget.domain.trail import TrailEntry
from widget.store import threads, trails
from widget.store.comments import comment_of
from widget.store.database import Database
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow, TrailRow
from widget.store.trail_rows import entry_of

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which comments of a site: written in a time, of these the newest ``most``."""

    site_id: int
    since: datetime | None = None
    until: datetime | None = None
    most: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what holds of each of them but for ``most``; of erased texts nothing is known."""
        found: list[ColumnElement[bool]] = [
            CommentRow.site_id == self.site_id,
            CommentRow.source != "",
        ]
        if self.since is not None:
            found.append(CommentRow.created >= self.since)
        if self.until is not None:
            found.append(CommentRow.created < self.until)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some comments, their threads, the decisions on each, and the plugin's last word on it."""

    comments: Sequence[Comment]
    threads: Mapping[int, Thread]
    events: Mapping[int, Sequence[Event]]
    entries: Mapping[int, TrailEntry]


def count(database: Database, span: Span) -> int:
    """Return how many comments ``batches`` will give."""
    with database.read() as session:
        found = session.scalar(select(func.count()).where(*span.conditions())) or 0
    return found if span.most is None else min(found, span.most)


def before_first(database: Database, span: Span) -> int:
    """Return an id after which the comments of a span begin."""
    if span.most is None:
        return 0
    newest = select(CommentRow.id).where(*span.conditions()).order_by(CommentRow.id.desc())
    with database.read() as session:
        first = session.scalar(newest.offset(span.most - 1).limit(1))
    return first - 1 if first is not None else 0


def batches(
    database: Database, keys: KeyRing, span: Span, plugin: str, after: int
) -> Iterator[Batch]:
    """Yield the comments of a span that come after an id, the oldest first.

    Each batch is read in a transaction of its own: a replay holds up nobody.
    """
    last = after
    while True:
        query = select(CommentRow).where(CommentRow.id > last, *span.conditions())
        with database.read() as session:
            rows = session.scalars(query.order_by(CommentRow.id).limit(BATCH)).all()
            if not rows:
                return
            found = [comment_of(row, keys) for row in rows]
            ids = [one.id for one in found]
            entries = session.scalars(
                select(TrailRow)
                .where(TrailRow.comment_id.in_(ids), TrailRow.plugin == plugin)
                .order_by(TrailRow.id)
            )
            batch = Batch(
                comments=found,
                threads=threads.threads_by_id(session, {one.thread_id for one in found}),
                events=trails.events_by_comment(session, ids),
                entries={row.comment_id: entry_of(row) for row in entries},
            )
        yield batch
        last = found[-1].id
