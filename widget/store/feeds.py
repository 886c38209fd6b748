"""The newest published comments, for feeds: by keys, as dear as what they return."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from widget.domain.comment import Comment, Status
from widget.store.comments import comment_of
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow


def newest_of_thread(
    session: Session, keys: KeyRing, thread_id: int, limit: int
) -> Sequence[Comment]:
    """Return a thread's newest comments in the order in which they were published."""
    query = _published().where(CommentRow.thread_id == thread_id)
    return _comments(session, keys, query.order_by(CommentRow.number.desc()).limit(limit))


def newest_of_site(session: Session, keys: KeyRing, site_id: int, limit: int) -> Sequence[Comment]:
    """Return a site's newest comments."""
    query = _published().where(CommentRow.site_id == site_id)
    return _comments(session, keys, query.order_by(CommentRow.id.desc()).limit(limit))


def newest_replies(
    session: Session, keys: KeyRing, comment_id: int, limit: int
) -> Sequence[Comment]:
    """Return the newest direct replies to a comment."""
    query = _published().where(CommentRow.parent == comment_id, CommentRow.visible)
    return _comments(session, keys, query.order_by(CommentRow.id.desc()).limit(limit))


def _published() -> Select[CommentRow]:
    return select(CommentRow).where(CommentRow.status == Status.PUBLISHED)


def _comments(session: Session, keys: KeyRing, query: Select[CommentRow]) -> list[Comment]:
    return [comment_of(row, keys) for row in session.scalars(query)]
