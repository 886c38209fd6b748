"""Whether the counters that are kept at write time are what counting gives."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from widget.domain.comment import Status
from widget.store.database import Session
from widget.store.tables import CommentRow, ThreadRow


def wrong_counts(session: Session) -> list[str]:
    """Return a line for each counter that is wrong; empty is as it should be."""
    return [*_wrong_threads(session), *_wrong_replies(session)]


def _wrong_threads(session: Session) -> list[str]:
    published = func.coalesce(
        func.sum(case((CommentRow.status == Status.PUBLISHED, 1), else_=0)), 0
    )
    rows = session.execute(
        select(ThreadRow.id, ThreadRow.count, published)
        .outerjoin(CommentRow, CommentRow.thread_id == ThreadRow.id)
        .group_by(ThreadRow.id, ThreadRow.count)
        .having(ThreadRow.count != published)
    )
    return [
        f"thread {thread} counts {kept} published comments and has {counted}"
        for thread, kept, counted in rows
    ]


def _wrong_replies(session: Session) -> list[str]:
    reply = aliased(CommentRow)
    visible = func.coalesce(func.sum(case((reply.visible, 1), else_=0)), 0)
    rows = session.execute(
        select(CommentRow.id, CommentRow.reply_count, visible)
        .outerjoin(reply, reply.parent == CommentRow.id)
        .group_by(CommentRow.id, CommentRow.reply_count)
        .having(CommentRow.reply_count != visible)
    )
    return [
        f"comment {comment} counts {kept} visible replies and has {counted}"
        for comment, kept, counted in rows
    ]
