"""Whether the counters that are kept at write time are what counting gives."""

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased

from widget.domain.comment import Status
from widget.store.database import Session
from widget.store.day_recount import wrong_days
from widget.store.tables import CommentRow, FlagRow, ThreadRow, VoteRow


def wrong_counts(session: Session) -> list[str]:
    """Return a line for each counter that is wrong; empty is as it should be."""
    return [
        *_wrong_threads(session),
        *_wrong_replies(session),
        *_wrong_scores(session),
        *_wrong_flags(session),
        *_wrong_numbers(session),
        *_wrong_places(session),
        *wrong_days(session),
    ]


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


def _wrong_scores(session: Session) -> list[str]:
    votes = (
        select(func.coalesce(func.sum(VoteRow.value), 0))
        .where(VoteRow.comment_id == CommentRow.id)
        .correlate(CommentRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(CommentRow.id, CommentRow.score, CommentRow.base_score + votes).where(
            CommentRow.score != CommentRow.base_score + votes
        )
    )
    return [
        f"comment {comment} has the score {kept} and its votes make {counted}"
        for comment, kept, counted in rows
    ]


def _wrong_flags(session: Session) -> list[str]:
    waiting = (
        select(func.count())
        .where(FlagRow.comment_id == CommentRow.id, FlagRow.settled.is_(None))
        .correlate(CommentRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(CommentRow.id, CommentRow.flag_count, waiting).where(
            CommentRow.flag_count != waiting
        )
    )
    return [
        f"comment {comment} counts {kept} waiting reports and has {counted}"
        for comment, kept, counted in rows
    ]


def _wrong_numbers(session: Session) -> list[str]:
    unnumbered = session.scalars(
        select(CommentRow.id).where(
            CommentRow.status == Status.PUBLISHED, CommentRow.number.is_(None)
        )
    )
    lines = [f"comment {comment} is published and has no number" for comment in unnumbered]
    rows = session.execute(
        select(ThreadRow.id, ThreadRow.numbered, func.max(CommentRow.number))
        .join(CommentRow, CommentRow.thread_id == ThreadRow.id)
        .group_by(ThreadRow.id, ThreadRow.numbered)
        .having(func.max(CommentRow.number) > ThreadRow.numbered)
    )
    lines += [
        f"thread {thread} has given {kept} numbers and a comment has {highest}"
        for thread, kept, highest in rows
    ]
    return lines


def _wrong_places(session: Session) -> list[str]:
    """Return a line for each reply that isn't where its parent is, and for lost comments."""
    above = aliased(CommentRow)
    rows = session.scalars(
        select(CommentRow.id)
        .join(above, above.id == CommentRow.parent)
        .where(
            or_(
                above.thread_id != CommentRow.thread_id,
                CommentRow.root.is_(None),
                CommentRow.root != func.coalesce(above.root, above.id),
            )
        )
    )
    lines = [f"comment {comment} isn't where the one is that it answers" for comment in rows]
    lost = session.scalars(
        select(CommentRow.id)
        .join(ThreadRow, ThreadRow.id == CommentRow.thread_id)
        .where(ThreadRow.merged_into.is_not(None))
    )
    lines += [f"comment {comment} is in a thread that was merged into another" for comment in lost]
    return lines
