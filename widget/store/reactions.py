"""What readers say of comments: votes, flags, and an author's wish for a review.

All of it is written under the lock of the thread and then of the comment, so that sums stay
exact however many write at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from widget.domain.comment import Status
from widget.domain.errors import NotFound
from widget.store import search_index
from widget.store.comments import GONE, lock_comment
from widget.store.database import Session
from widget.store.tables import CommentRow, FlagRow, ThreadRow, VoteRow

#: Votes that come so soon after a version that votes made are shown together by the next one.
QUIET = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One reader's report of a comment that nobody has looked at."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """A comment's score after a vote, and whether the vote changed it."""

    score: int
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """When a vote is seen: at once, or by a version of which the first to wait gets the time."""

    at_once: bool
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a comment keeps of the browser that sent it; the hash ends with the address."""

    site_id: int
    address_hash: str | None
    user_agent: str | None


def stamp_of(session: Session, comment_id: int) -> Stamp | None:
    """Return what is known of the browser that sent a comment."""
    row = session.get(CommentRow, comment_id)
    return Stamp(row.site_id, row.address_hash, row.user_agent) if row else None


def vote(session: Session, comment_id: int, voter: str, value: int, now: datetime) -> Tally:
    """Let a voter's one vote on a published comment be this; 0 takes it back.

    Raises:
        NotFound: where no reader can see the comment any more.
    """
    comment = _published(session, comment_id)
    row = session.scalar(
        select(VoteRow).where(VoteRow.comment_id == comment_id, VoteRow.voter == voter)
    )
    before = row.value if row else 0
    if row is None and value:
        session.add(VoteRow(comment_id=comment_id, voter=voter, value=value, created=now))
    elif row is not None and value:
        row.value, row.created = value, now
    elif row is not None:
        session.delete(row)
    comment.score += value - before
    return Tally(comment.score, value != before)


def show_votes(session: Session, thread_id: int, now: datetime) -> Showing:
    """Let a vote be seen: by a new version at once, or by the next, which others wait for too."""
    thread = session.get_one(ThreadRow, thread_id, with_for_update=True)
    if thread.voted is None or now - thread.voted >= QUIET:
        _show(thread, now)
        return Showing(at_once=True)
    if thread.votes_due:
        return Showing(at_once=False)
    thread.votes_due = True
    return Showing(at_once=False, due=thread.voted + QUIET)


def show_due_votes(session: Session, thread_id: int, now: datetime) -> bool:
    """Make a version of the votes that wait for one; tell whether any did."""
    thread = session.get(ThreadRow, thread_id, with_for_update=True)
    if thread is None or not thread.votes_due:
        return False
    _show(thread, now)
    return True


def _show(thread: ThreadRow, now: datetime) -> None:
    thread.version += 1
    thread.voted, thread.votes_due = now, False


def flag(session: Session, comment_id: int, flagger: str, reason: str, now: datetime) -> Tally:
    """Keep a reader's report of a published comment; a second one replaces the reason.

    What a person has looked at doesn't come back by a repetition, unless the text was edited
    since then.

    Returns:
        How many reports wait now, and whether this one is new among them.

    Raises:
        NotFound: where no reader can see the comment any more.
    """
    comment = _published(session, comment_id)
    row = session.scalar(
        select(FlagRow).where(FlagRow.comment_id == comment_id, FlagRow.flagger == flagger)
    )
    counts = row is None
    if row is None:
        row = FlagRow(comment_id=comment_id, flagger=flagger, reason=reason, created=now)
        session.add(row)
    elif row.settled is not None and comment.edited is not None and comment.edited > row.created:
        row.settled, row.created, counts = None, now, True
    row.reason = reason
    comment.flag_count += int(counts)
    search_index.touches(session, comment_id)
    return Tally(comment.flag_count, counts)


def ask_review(session: Session, comment_id: int, now: datetime) -> bool:
    """Note that the author asks for a review, once; tell whether it is the first time."""
    comment = lock_comment(session, comment_id)
    if comment.review_asked is not None:
        return False
    comment.review_asked = now
    return True


def settle(session: Session, comment_id: int, event_id: int) -> None:
    """Call the flags of a comment and the wish for its review answered by a decision."""
    comment = lock_comment(session, comment_id)
    session.execute(
        update(FlagRow)
        .where(FlagRow.comment_id == comment_id, FlagRow.settled.is_(None))
        .values(settled=event_id)
    )
    comment.flag_count = 0
    search_index.touches(session, comment_id)
    if comment.review_asked is not None and comment.review_settled is None:
        comment.review_settled = event_id


def reopen(session: Session, comment_id: int, event_id: int) -> None:
    """Let what a decision had answered wait again: the decision is taken back."""
    comment = lock_comment(session, comment_id)
    session.execute(
        update(FlagRow)
        .where(FlagRow.comment_id == comment_id, FlagRow.settled == event_id)
        .values(settled=None)
    )
    waiting = select(func.count()).where(
        FlagRow.comment_id == comment_id, FlagRow.settled.is_(None)
    )
    comment.flag_count = session.scalar(waiting) or 0
    search_index.touches(session, comment_id)
    if comment.review_settled == event_id:
        comment.review_settled = None


def flags_by_comment(session: Session, comment_ids: Sequence[int]) -> dict[int, list[Flag]]:
    """Return the reports of some comments that nobody has looked at, the oldest first."""
    rows = session.scalars(
        select(FlagRow)
        .where(FlagRow.comment_id.in_(list(comment_ids)), FlagRow.settled.is_(None))
        .order_by(FlagRow.id)
    )
    found: dict[int, list[Flag]] = {}
    for row in rows:
        found.setdefault(row.comment_id, []).append(Flag(reason=row.reason, at=row.created))
    return found


def _published(session: Session, comment_id: int) -> CommentRow:
    row = lock_comment(session, comment_id)
    if row.status != Status.PUBLISHED:
        raise NotFound(GONE)
    return row
