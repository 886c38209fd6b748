"""The pages of a site on which most waits for a moderator."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, literal_column, select, union_all

from widget.domain.comment import Status
from widget.domain.thread import Thread
from widget.store import threads
from widget.store.database import Session
from widget.store.tables import CommentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToDo:
    """A page: how many of its comments and edits are held, and how many others are reported."""

    thread: Thread
    held: int
    reported: int


def pages_to_do(session: Session, site_id: int, limit: int) -> Sequence[PageToDo]:
    """Return the pages of a site with most to do. Only what waits is looked at, by its indexes."""
    held, no = literal(1), literal(0)
    # Not a parameter: an index of some rows is used for a query that has the very same words.
    pending = CommentRow.status == literal_column("'pending'")
    # An expression, so that SQLite doesn't go by the many comments of this status.
    is_published = func.coalesce(CommentRow.status, "") == Status.PUBLISHED
    is_settled = func.coalesce(CommentRow.status, "") != Status.PENDING
    waiting = union_all(
        select(CommentRow.thread_id, held.label("held"), no.label("reported")).where(
            CommentRow.site_id == site_id, pending
        ),
        select(CommentRow.thread_id, held, no).where(
            CommentRow.site_id == site_id, CommentRow.proposed_source.is_not(None), is_published
        ),
        select(CommentRow.thread_id, no, held).where(
            CommentRow.site_id == site_id, CommentRow.flag_count > 0, is_settled
        ),
    ).subquery()
    rows = session.execute(
        select(waiting.c.thread_id, func.sum(waiting.c.held), func.sum(waiting.c.reported))
        .group_by(waiting.c.thread_id)
        .order_by(func.count().desc(), waiting.c.thread_id)
        .limit(limit)
    ).all()
    pages = threads.threads_by_id(session, {thread_id for thread_id, _, _ in rows})
    return [
        PageToDo(thread=pages[thread_id], held=int(held), reported=int(reported))
        for thread_id, held, reported in rows
    ]
