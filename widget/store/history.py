"""What a site knows of an author."""

from datetime import datetime

from sqlalchemy import Select, bindparam, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from widget.domain.comment import Author, Status
from widget.domain.site import Site
from widget.domain.submission import History
from widget.store.comments import hash_address, hash_email
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow


def _history_of(
    column: InstrumentedAttribute[str | None], *, is_whole: bool
) -> Select[str, int, datetime]:
    return (
        select(CommentRow.status, func.count(), func.min(CommentRow.created))
        .where(
            CommentRow.site_id == bindparam("site"),
            column == bindparam("value"),
            true() if is_whole else CommentRow.id < bindparam("before"),
        )
        .group_by(CommentRow.status)
    )


#: Made once: it is asked with each comment, and making it takes longer than running it.
_HISTORY = {
    (column.key, is_whole): _history_of(column, is_whole=is_whole)
    for column in (CommentRow.email_hash, CommentRow.address_hash)
    for is_whole in (True, False)
}


def history_of(
    session: Session,
    keys: KeyRing,
    site: Site,
    author: Author,
    address: str | None,
    *,
    before: int | None = None,
) -> History:
    """Return what the site knows of an author: by email, or by address where none is given.

    Counted are comments of ids below ``before``, or all.
    """
    if author.email:
        column, value = CommentRow.email_hash, hash_email(keys, site, author.email)
    elif address:
        column, value = CommentRow.address_hash, hash_address(keys, site, address)
    else:
        return History()
    known = (column.key, before is None)
    asked = {"site": site.id, "value": value} | ({} if before is None else {"before": before})
    rows = session.connection().execute(_HISTORY[known], asked).all()
    counts = {status: count for status, count, _ in rows}
    return History(
        published=counts.get(Status.PUBLISHED, 0),
        pending=counts.get(Status.PENDING, 0),
        spam=counts.get(Status.SPAM, 0),
        rejected=counts.get(Status.REJECTED, 0),
        first_seen=min((first for _, _, first in rows), default=None),
    )
