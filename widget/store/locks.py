"""Locks on comments: the thread first, so that two that lock never wait for each other."""

from sqlalchemy import select

from widget.store.database import Session
from widget.store.tables import CommentRow, ThreadRow


def lock_with_thread(session: Session, comment_id: int) -> None:
    """Lock a comment's thread, then the comment, until the end of the transaction.

    A comment that was moved while we waited is in another thread; once we hold its own, it stays
    there, and the lock of the other is given up before. One that is gone is no fault.
    """
    if session.get_bind().dialect.name == "sqlite":
        # Who writes there is alone.
        return
    own = select(CommentRow.thread_id).where(CommentRow.id == comment_id)
    while True:
        attempt = session.begin_nested()
        thread_id = session.scalar(own)
        session.execute(select(ThreadRow.id).where(ThreadRow.id == thread_id).with_for_update())
        if session.scalar(own.with_for_update()) == thread_id:
            attempt.commit()
            return
        attempt.rollback()
