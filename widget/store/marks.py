"""What moderators mark comments with: pinned, featured, a badge."""

from dataclasses import dataclass

from sqlalchemy import func, select

from widget.domain.comment import Comment, Status
from widget.store import visibility
from widget.store.comments import comment_of, lock_comment
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The marks of one comment."""

    pinned: bool
    featured: bool
    badge: str | None


def marks_of(session: Session, comment_id: int) -> Marks:
    """Return a comment's marks, which nobody else changes in this transaction.

    Raises:
        NotFound: where there is no such comment.
    """
    row = lock_comment(session, comment_id)
    return Marks(pinned=row.pinned, featured=row.featured, badge=row.badge)


def set_marks(session: Session, keys: KeyRing, comment_id: int, marks: Marks) -> Comment:
    """Change a comment's marks; its thread has a new version."""
    row = lock_comment(session, comment_id)
    row.pinned, row.featured, row.badge = marks.pinned, marks.featured, marks.badge
    visibility.touch(session, row.thread_id)
    session.flush()
    return comment_of(row, keys)


def pinned_count(session: Session, thread_id: int) -> int:
    """Return how many comments of a thread are pinned; deleted ones don't count."""
    query = select(func.count()).where(
        CommentRow.thread_id == thread_id, CommentRow.pinned, CommentRow.status != Status.DELETED
    )
    return session.scalar(query) or 0
