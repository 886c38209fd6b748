"""Comments: add, find, change. Emails are encrypted on the way in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from widget.domain import identity
from widget.domain.comment import Author, Comment, Status
from widget.domain.errors import NotFound, WidgetError
from widget.domain.ids import MAX_ID
from widget.domain.site import Site
from widget.domain.submission import Submission
from widget.domain.words import say
from widget.store import day_counts, search_index, visibility
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.locks import lock_with_thread
from widget.store.tables import CommentRow

EMAIL = "comment.email"
GONE = say("There is no such comment.")
#: Values in one query; databases bound their number.
_BATCH = 1000


class AlreadyStored(WidgetError):
    """A comment with this idempotency key, or of this source, was stored meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComment:
    """All that is stored of a judged submission."""

    submission: Submission
    thread_id: int
    status: Status
    html: str
    idempotency_key: str | None = None
    digest: str | None = None
    source_id: str | None = None


def add_comment(session: Session, keys: KeyRing, new: NewComment) -> Comment:
    """Store a comment and settle what readers see; return it.

    Raises:
        NotFound: where the parent is gone since the submission was checked.
        AlreadyStored: where its idempotency key or its id in the source is taken.
    """
    row = _new_row(keys, new)
    if new.submission.parent is not None:
        parent = session.get(CommentRow, new.submission.parent, with_for_update=True)
        if parent is None or parent.thread_id != new.thread_id:
            raise NotFound(say("The comment that this answers is gone."))
        row.root = parent.root or parent.id
    # Settled before it is written, so that it is written once.
    visibility.settle(session, row, None)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise AlreadyStored("The comment is stored already.") from error
    day_counts.begins(session, row)
    search_index.begins(session, row)
    return comment_of(row, keys)


def get_comment(session: Session, keys: KeyRing, comment_id: int) -> Comment:
    """Return a comment of any status.

    Raises:
        NotFound: where there is none of that id.
    """
    return comment_of(_row(session, comment_id), keys)


def comment_by_idempotency(
    session: Session, keys: KeyRing, site_id: int, key: str
) -> tuple[Comment, str | None] | None:
    """Return the comment that was stored under an idempotency key, and its digest."""
    row = session.scalar(
        select(CommentRow).where(CommentRow.site_id == site_id, CommentRow.idempotency_key == key)
    )
    return (comment_of(row, keys), row.digest) if row else None


def set_status(session: Session, keys: KeyRing, comment_id: int, after: Status) -> Comment:
    """Give a comment another status and settle what readers see."""
    row = lock_comment(session, comment_id)
    before = Status(row.status)
    day_counts.touches(session, comment_id)
    search_index.touches(session, comment_id)
    row.status = after
    visibility.settle(session, row, before)
    return comment_of(row, keys)


def set_body(session: Session, comment_id: int, source: str, html: str, edited: datetime) -> None:
    """Replace the text of a comment; a proposed edit is thereby settled."""
    row = lock_comment(session, comment_id)
    row.source, row.html, row.edited, row.original_source = source, html, edited, None
    search_index.touches(session, comment_id)
    row.proposed_source = row.proposed_html = None
    visibility.touch(session, row.thread_id)


def set_body_by_hand(
    session: Session, comment_id: int, source: str, html: str, edited: datetime
) -> None:
    """Replace the text of a comment by a moderator's; what the author wrote is kept."""
    row = lock_comment(session, comment_id)
    if row.original_source is None:
        row.original_source = row.source
    row.source, row.html, row.edited = source, html, edited
    search_index.touches(session, comment_id)
    visibility.touch(session, row.thread_id)


def restore_author_text(session: Session, comment_id: int, html: str) -> None:
    """Let a comment have its author's text again, as if no moderator had edited it."""
    row = lock_comment(session, comment_id)
    if row.original_source is not None:
        row.source, row.html = row.original_source, html
        row.original_source = row.edited = None
    search_index.touches(session, comment_id)
    visibility.touch(session, row.thread_id)


def replace_text(session: Session, comment_id: int, source: str, html: str) -> None:
    """Replace the text of a comment that nobody has read yet; it doesn't count as edited."""
    row = lock_comment(session, comment_id)
    row.source, row.html = source, html
    search_index.touches(session, comment_id)


def propose_body(session: Session, comment_id: int, source: str | None, html: str | None) -> None:
    """Keep an edit that waits for moderation beside the public text; ``None`` drops it."""
    row = lock_comment(session, comment_id)
    row.proposed_source, row.proposed_html = source, html
    search_index.touches(session, comment_id)


def known_source_ids(session: Session, site_id: int, source_ids: Iterable[str]) -> dict[str, int]:
    """Return the comments that an import has made already, by their id in the source."""
    wanted, found = list(source_ids), dict[str, int]()
    for begin in range(0, len(wanted), _BATCH):
        rows = session.execute(
            select(CommentRow.source_id, CommentRow.id).where(
                CommentRow.site_id == site_id,
                CommentRow.source_id.in_(wanted[begin : begin + _BATCH]),
            )
        )
        found |= {source_id: comment_id for source_id, comment_id in rows if source_id}
    return found


def hash_email(keys: KeyRing, site: Site, email: str) -> str:
    """Return what an email is looked up by on the site."""
    return identity.email_hash(keys.lookup, site.key, email)


def hash_address(keys: KeyRing, site: Site, address: str) -> str:
    """Return what an address is looked up by on the site."""
    return identity.address_hash(keys.lookup, site.key, address)


def comment_of(row: CommentRow, keys: KeyRing) -> Comment:
    """Return the row as a domain value, its email decrypted."""
    email = keys.decrypt(row.email, EMAIL) if row.email else None
    return Comment(
        id=row.id,
        site_id=row.site_id,
        thread_id=row.thread_id,
        parent=row.parent,
        root=row.root,
        status=Status(row.status),
        author=Author(name=row.name, email=email, website=row.website),
        source=row.source,
        html=row.html,
        created=row.created,
        edited=row.edited,
        score=row.score,
        pinned=row.pinned,
        featured=row.featured,
        badge=row.badge,
        avatar=row.avatar,
        reply_count=row.reply_count,
        visible=row.visible,
        address=row.address,
        user_agent=row.user_agent,
        referrer=row.referrer,
        language=row.language,
        answers=row.answers,
        proposed_source=row.proposed_source,
        proposed_html=row.proposed_html,
        original_source=row.original_source,
        number=row.number,
        flag_count=row.flag_count,
        review_asked=row.review_asked is not None and row.review_settled is None,
    )


def _row(session: Session, comment_id: int) -> CommentRow:
    # A greater number is no id, and more than a database takes as one.
    row = session.get(CommentRow, comment_id) if comment_id <= MAX_ID else None
    if row is None:
        raise NotFound(GONE)
    return row


def lock_comment(session: Session, comment_id: int) -> CommentRow:
    """Return a comment that nobody else changes until the end of the transaction.

    The thread is locked first, as it is for a new comment: two that lock in different orders
    would wait for each other.
    """
    row = _row(session, comment_id)
    lock_with_thread(session, comment_id)
    session.flush()  # what this transaction has changed is not to be forgotten by reading anew
    session.refresh(row)
    return row


def _new_row(keys: KeyRing, new: NewComment) -> CommentRow:
    submission = new.submission
    author, site = submission.author, submission.site
    return CommentRow(
        site_id=site.id,
        thread_id=new.thread_id,
        parent=submission.parent,
        root=None,
        status=new.status,
        visible=False,
        reply_count=0,
        name=author.name,
        email=keys.encrypt(author.email, EMAIL) if author.email else None,
        email_hash=hash_email(keys, site, author.email) if author.email else None,
        website=author.website,
        avatar=identity.avatar_value(keys.lookup, site.key, author.email, author.name),
        address=submission.address,
        address_hash=(hash_address(keys, site, submission.address) if submission.address else None),
        user_agent=submission.user_agent,
        referrer=submission.referrer,
        language=submission.language,
        answers=dict(submission.answers),
        source=submission.body,
        html=new.html,
        created=submission.at,
        score=0,
        base_score=0,
        flag_count=0,
        pinned=False,
        featured=False,
        idempotency_key=new.idempotency_key,
        digest=new.digest,
        source_id=new.source_id,
    )
