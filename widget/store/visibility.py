"""What readers see of a thread, kept right at the moment that a comment's status changes.

A comment is visible if it is published, or if it carries visible replies: then as a tombstone.
``reply_count``, ``count`` and ``version`` follow. Nothing of it is ever counted on reading.
"""

from widget.domain.comment import Status
from widget.store.database import Session
from widget.store.tables import CommentRow, ThreadRow

_LOCKED = "locked_threads"


def settle(session: Session, row: CommentRow, before: Status | None) -> int:
    """Bring counters and visibility up to ``row.status``; return the thread's new version.

    ``before`` is the status that the counters know, ``None`` for a new comment.
    """
    thread = locked_thread(session, row.thread_id)
    if before is None:
        thread.active = max(thread.active or row.created, row.created)
    was_published = before is Status.PUBLISHED
    is_published = row.status == Status.PUBLISHED
    thread.count += int(is_published) - int(was_published)
    if is_published and row.number is None:
        thread.numbered += 1
        row.number = thread.numbered
    changed = _show(session, row)
    if changed or was_published or is_published:
        thread.version += 1
    return thread.version


def locked_thread(session: Session, thread_id: int) -> ThreadRow:
    """Return a thread that nobody else changes until the end of the transaction."""
    held: dict[int, ThreadRow] = session.info.setdefault(_LOCKED, {})
    if thread_id not in held:
        held[thread_id] = session.get_one(ThreadRow, thread_id, with_for_update=True)
    return held[thread_id]


def holds(session: Session, thread: ThreadRow) -> None:
    """Say that a thread is locked already in this transaction, which needn't ask for it again."""
    session.info.setdefault(_LOCKED, {})[thread.id] = thread


def touch(session: Session, thread_id: int) -> int:
    """Let the thread's version go up for a change that no counter knows, e.g. an edit."""
    thread = locked_thread(session, thread_id)
    thread.version += 1
    return thread.version


def detach(session: Session, row: CommentRow) -> None:
    """Take a comment out from under the one that it answers: it stands for itself."""
    parent = session.get(CommentRow, row.parent, with_for_update=True) if row.parent else None
    row.parent = None
    if parent is not None and row.visible:
        parent.reply_count -= 1
        _show(session, parent)


def attach(session: Session, row: CommentRow, parent: CommentRow) -> None:
    """Put a comment that stands for itself under another one."""
    row.parent = parent.id
    if row.visible:
        parent.reply_count += 1
        _show(session, parent)


def _show(session: Session, row: CommentRow) -> bool:
    """Set ``visible`` on the comment and on the tombstones above it that come or go."""
    changed = False
    current: CommentRow | None = row
    while current is not None:
        visible = current.status == Status.PUBLISHED or current.reply_count > 0
        if visible == bool(current.visible):
            break
        current.visible = visible
        changed = True
        parent = (
            session.get(CommentRow, current.parent, with_for_update=True)
            if current.parent is not None
            else None
        )
        if parent is not None:
            parent.reply_count += 1 if visible else -1
        current = parent
    return changed
