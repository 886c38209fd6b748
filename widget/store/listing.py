"""Lists of comments for who moderates at the command line."""

from sqlalchemy import select

from widget.domain.comment import Comment, Status
from widget.store.comments import comment_of
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow


def newest(
    session: Session, keys: KeyRing, status: Status, site_id: int | None, limit: int
) -> list[Comment]:
    """Return comments of one status, of one site or of all, the newest first."""
    query = select(CommentRow).where(CommentRow.status == status)
    if site_id is not None:
        query = query.where(CommentRow.site_id == site_id)
    rows = session.scalars(query.order_by(CommentRow.id.desc()).limit(limit))
    return [comment_of(row, keys) for row in rows]


def exists(session: Session, comment_id: int) -> bool:
    """Tell whether there is a comment of that id."""
    return session.get(CommentRow, comment_id) is not None
