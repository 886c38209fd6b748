"""Past comments in batches, with what people decided on each: for replays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from widget.domain.comment import Comment, Event
from widget.domain.thread import Thread
from widget.store import threads, trails
from widget.store.comments import comment_of
from widget.store.database import Database
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some comments, their threads, and the decisions on each."""

    comments: Sequence[Comment]
    threads: Mapping[int, Thread]
    events: Mapping[int, Sequence[Event]]


def count(database: Database, site_id: int, since: datetime | None) -> int:
    """Return how many comments ``batches`` will give."""
    query = select(func.count()).where(CommentRow.site_id == site_id, CommentRow.source != "")
    if since is not None:
        query = query.where(CommentRow.created >= since)
    with database.read() as session:
        return session.scalar(query) or 0


def batches(
    database: Database, keys: KeyRing, site_id: int, since: datetime | None
) -> Iterator[Batch]:
    """Yield a site's comments, the oldest first; those whose text was erased are left out.

    Each batch is read in a transaction of its own: a replay holds up nobody.
    """
    last = 0
    while True:
        query = select(CommentRow).where(
            CommentRow.site_id == site_id, CommentRow.id > last, CommentRow.source != ""
        )
        if since is not None:
            query = query.where(CommentRow.created >= since)
        with database.read() as session:
            rows = session.scalars(query.order_by(CommentRow.id).limit(BATCH)).all()
            if not rows:
                return
            found = [comment_of(row, keys) for row in rows]
            batch = Batch(
                comments=found,
                threads=threads.threads_by_id(session, {one.thread_id for one in found}),
                events=trails.events_by_comment(session, [one.id for one in found]),
            )
        yield batch
        last = found[-1].id
