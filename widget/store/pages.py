"""The queries behind a thread page: by keys, never by offset, each as dear as what it returns."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from widget.domain.comment import Comment, Status
from widget.domain.cursor import Cursor
from widget.domain.thread_page import Sort
from widget.store.comments import comment_of
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow

_LAST_ID = (1 << 63) - 1


def top_level(
    session: Session, keys: KeyRing, thread_id: int, cursor: Cursor, limit: int
) -> list[Comment]:
    """Return visible top-level comments that follow the cursor, in its order.

    Those that are pinned are left out: they stand before all others.
    """
    query = select(CommentRow).where(
        CommentRow.thread_id == thread_id,
        CommentRow.root.is_(None),
        CommentRow.visible,
        or_(CommentRow.pinned.is_(False), CommentRow.status != Status.PUBLISHED),
    )
    return _comments(session, keys, _ordered(query, cursor).limit(limit))


def pinned(session: Session, keys: KeyRing, thread_id: int, cursor: Cursor) -> list[Comment]:
    """Return the pinned top-level comments that readers see, in the cursor's order.

    A deleted one is a tombstone like any other, at its old place. They are few: ``mark`` pins
    no more than ``MAX_PINNED`` in a thread.
    """
    query = select(CommentRow).where(
        CommentRow.thread_id == thread_id,
        CommentRow.root.is_(None),
        CommentRow.pinned,
        CommentRow.status == Status.PUBLISHED,
    )
    return _comments(session, keys, _ordered(query, cursor))


def first_descendants(
    session: Session, keys: KeyRing, roots: Sequence[int], limit: int
) -> list[Comment]:
    """Return the first visible comments under each of some top-level comments, oldest first.

    A comment is younger than the one it answers, so that with each of them its parents come
    along: what is returned are whole trees.
    """
    return _first_under(session, keys, CommentRow.root, roots, limit)


def first_replies(
    session: Session, keys: KeyRing, parents: Sequence[int], limit: int
) -> list[Comment]:
    """Return the first visible direct replies to each of some comments, oldest first."""
    return _first_under(session, keys, CommentRow.parent, parents, limit)


def replies_after(
    session: Session, keys: KeyRing, parent: int, after: int, limit: int
) -> list[Comment]:
    """Return visible direct replies to a comment that are younger than ``after``."""
    query = (
        select(CommentRow)
        .where(CommentRow.parent == parent, CommentRow.visible, CommentRow.id > after)
        .order_by(CommentRow.id)
        .limit(limit)
    )
    return _comments(session, keys, query)


def ancestors(session: Session, keys: KeyRing, comment: Comment, limit: int) -> list[Comment]:
    """Return the comments above one, the nearest first, at most ``limit`` of them."""
    above: list[Comment] = []
    parent = comment.parent
    while parent is not None and len(above) < limit:
        row = session.get_one(CommentRow, parent)
        above.append(comment_of(row, keys))
        parent = row.parent
    return above


def _first_under(
    session: Session,
    keys: KeyRing,
    column: InstrumentedAttribute[int | None],
    values: Sequence[int],
    limit: int,
) -> list[Comment]:
    if not values or limit < 1:
        return []
    head, other = aliased(CommentRow), aliased(CommentRow)
    other_column = getattr(other, column.key)
    # The id of the limit-th comment bounds the index walk: a tree of thousands costs no more.
    last = (
        select(other.id)
        .where(other_column == head.id, other.visible)
        .order_by(other.id)
        .limit(1)
        .offset(limit - 1)
        .scalar_subquery()
    )
    query = (
        select(CommentRow)
        .join(head, column == head.id)
        .where(
            head.id.in_(list(values)),
            CommentRow.visible,
            CommentRow.id <= func.coalesce(last, literal(_LAST_ID)),
        )
        .order_by(CommentRow.id)
    )
    return _comments(session, keys, query)


def _ordered(query: Select[CommentRow], cursor: Cursor) -> Select[CommentRow]:
    column: ColumnElement[Any] = (
        CommentRow.score.expression if cursor.sort is Sort.BEST else CommentRow.created.expression
    )
    rising = cursor.sort is Sort.OLDEST
    if rising:
        query = query.order_by(column, CommentRow.id)
    else:
        query = query.order_by(column.desc(), CommentRow.id.desc())
    if cursor.last is None:
        return query
    value, last_id = cursor.last
    beyond = column > value if rising else column < value
    later = CommentRow.id > last_id if rising else CommentRow.id < last_id
    if cursor.inclusive:
        later = or_(later, CommentRow.id == last_id)
    # The bound says nothing new, but by it the walk of the index begins at the cursor.
    bound = column >= value if rising else column <= value
    return query.where(bound, or_(beyond, and_(column == value, later)))


def _comments(session: Session, keys: KeyRing, query: Select[CommentRow]) -> list[Comment]:
    return [comment_of(row, keys) for row in session.scalars(query)]
