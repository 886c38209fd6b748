"""What is kept no longer than it is needed."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select, update

from widget.domain.comment import Status
from widget.store import search_index
from widget.store.database import Session
from widget.store.tables import AuditRow, CommentRow, EventRow, FlagRow, VoteRow

_BATCH = 1000


def cut_addresses(
    session: Session, site_id: int, before: datetime, cut: Callable[[str], str]
) -> int:
    """Cut the addresses of a site's comments older than ``before``; return how many.

    A cut address ends its hash, too: 2³² addresses are tried in minutes.
    """
    rows = session.scalars(
        select(CommentRow)
        .where(
            CommentRow.site_id == site_id,
            CommentRow.created < before,
            CommentRow.address_hash.is_not(None),
        )
        .limit(_BATCH)
    ).all()
    for row in rows:
        row.address = cut(row.address) if row.address else None
        row.address_hash = None
    return len(rows)


def end_readers(session: Session, site_id: int, before: datetime) -> None:
    """Forget who gave votes and reports older than ``before``; these stay and count.

    What they are known by is made of their address, and ends as a comment's does.
    """
    own = select(CommentRow.id).where(CommentRow.site_id == site_id).scalar_subquery()
    session.execute(
        update(VoteRow)
        .where(VoteRow.created < before, VoteRow.voter.is_not(None), VoteRow.comment_id.in_(own))
        .values(voter=None)
    )
    session.execute(
        update(FlagRow)
        .where(FlagRow.created < before, FlagRow.flagger.is_not(None), FlagRow.comment_id.in_(own))
        .values(flagger=None)
    )


def end_deleted(session: Session, before: datetime) -> int:
    """Erase author and text of comments that were deleted before then; return how many."""
    deleted = (
        select(EventRow.comment_id)
        .where(EventRow.after == Status.DELETED, EventRow.at < before)
        .scalar_subquery()
    )
    ids = session.scalars(
        select(CommentRow.id).where(
            CommentRow.status == Status.DELETED,
            CommentRow.source != "",
            CommentRow.id.in_(deleted),
        )
    ).all()
    for begin in range(0, len(ids), _BATCH):
        batch = ids[begin : begin + _BATCH]
        session.execute(
            update(CommentRow)
            .where(CommentRow.id.in_(batch))
            .values(
                source="", html="", name=None, email=None, email_hash=None, website=None,
                address=None, address_hash=None, user_agent=None, referrer=None, answers={},
                language=None, proposed_source=None, proposed_html=None, original_source=None,
            )
        )  # fmt: skip
        search_index.index(session, batch)
    return len(ids)


def end_audit(session: Session, before: datetime) -> int:
    """Forget the audit log's entries older than ``before``; return how many."""
    old = select(AuditRow.id).where(AuditRow.at < before).order_by(AuditRow.at).limit(_BATCH)
    result = session.execute(delete(AuditRow).where(AuditRow.id.in_(old.scalar_subquery())))
    return int(getattr(result, "rowcount", 0))


def cut_audit_addresses(
    session: Session, site_id: int | None, before: datetime, cut: Callable[[str], str]
) -> int:
    """Cut the addresses of a site's entries older than ``before``; return how many were cut.

    ``None`` is for the entries that belong to no site.
    """
    rows = session.scalars(
        select(AuditRow)
        .where(
            AuditRow.site_id.is_(None) if site_id is None else AuditRow.site_id == site_id,
            AuditRow.at < before,
            AuditRow.address.is_not(None),
            AuditRow.is_cut.is_(False),
        )
        .limit(_BATCH)
    ).all()
    for row in rows:
        row.address, row.is_cut = cut(row.address or ""), True
    return len(rows)
