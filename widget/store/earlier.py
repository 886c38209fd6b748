"""What an author wrote before: shown beside a comment that a moderator decides on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from widget.domain.comment import Status
from widget.store.database import Session
from widget.store.tables import CommentRow

#: So many comments are counted, and so many shown.
MAX_COUNTED = 200
MAX_SHOWN = 3
_EXCERPT = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierComment:
    """A comment of an author, cut to a glance."""

    id: int
    status: Status
    created: datetime
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an author wrote before a comment: how many stand where, and the last of them.

    ``is_whole`` is ``False`` where there are more than were counted.
    """

    counts: Mapping[Status, int]
    last: Sequence[EarlierComment]
    is_whole: bool


def earlier_by_author(session: Session, rows: Sequence[CommentRow]) -> dict[int, Earlier]:
    """Return for each of some comments what its author wrote before, as far as they are known."""
    return {row.id: found for row in rows if (found := _before(session, row)) is not None}


def _before(session: Session, row: CommentRow) -> Earlier | None:
    author = _same_author(row)
    if author is None:
        return None
    own = (
        select(CommentRow.id, CommentRow.status)
        .where(CommentRow.site_id == row.site_id, author, CommentRow.id < row.id)
        .order_by(CommentRow.id.desc())
        .limit(MAX_COUNTED + 1)
    )
    found = session.execute(own).all()
    if not found:
        return None
    ids = [one for one, _ in found[:MAX_SHOWN]]
    shown = session.execute(
        select(
            CommentRow.id,
            CommentRow.status,
            CommentRow.created,
            func.substr(CommentRow.source, 1, _EXCERPT),
        )
        .where(CommentRow.id.in_(ids))
        .order_by(CommentRow.id.desc())
    )
    return Earlier(
        counts=Counter(Status(status) for _, status in found[:MAX_COUNTED]),
        last=[
            EarlierComment(id=one, status=Status(status), created=created, excerpt=excerpt)
            for one, status, created, excerpt in shown
        ],
        is_whole=len(found) <= MAX_COUNTED,
    )


def _same_author(row: CommentRow) -> ColumnElement[bool] | None:
    """Return how an author is known: by email, by address where there is none, or not at all."""
    if row.email_hash:
        return CommentRow.email_hash == row.email_hash
    if row.address_hash:
        return CommentRow.address_hash == row.address_hash
    return None
