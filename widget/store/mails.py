"""Mails that are promised: written in the transaction of what they tell of, sent by the worker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update

from widget.domain.subscription import MailKind
from widget.store.database import Session
from widget.store.tables import MailRow


class State(StrEnum):
    """Where a mail is on its way."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """What one recipient is to be told, from ``due`` on. ``key`` is told once, ever."""

    key: str
    kind: MailKind
    site_id: int
    due: datetime
    subscriber_id: int | None = None
    person_id: int | None = None
    comment_id: int | None = None
    event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A promised mail. ``attempts`` counts this one."""

    id: int
    kind: MailKind
    site_id: int
    subscriber_id: int | None
    person_id: int | None
    comment_id: int | None
    event_id: int | None
    attempts: int
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMail:
    """A mail that could not be sent: to whom it was is not told."""

    id: int
    kind: MailKind
    comment_id: int | None
    attempts: int
    error: str
    ended: datetime


def promise_mails(session: Session, mails: Iterable[NewMail], now: datetime) -> int:
    """Promise mails; one whose key was promised before is left out. Return how many are new."""
    by_key = {mail.key: mail for mail in mails}
    known = set(session.scalars(select(MailRow.key).where(MailRow.key.in_(list(by_key)))))
    rows = [
        {
            "key": mail.key,
            "kind": mail.kind.value,
            "site_id": mail.site_id,
            "subscriber_id": mail.subscriber_id,
            "person_id": mail.person_id,
            "comment_id": mail.comment_id,
            "event_id": mail.event_id,
            "state": State.WAITING.value,
            "due": mail.due,
            "attempts": 0,
            "created": now,
        }
        for mail in by_key.values()
        if mail.key not in known
    ]
    if rows:
        session.execute(insert(MailRow), rows)
    return len(rows)


def claim_mails(session: Session, now: datetime, lease: timedelta, limit: int) -> list[Mail]:
    """Take the mails that are due; nobody else gets them until the lease is over."""
    due = (
        select(MailRow)
        .where(MailRow.ended.is_(None), MailRow.due <= now)
        .order_by(MailRow.due, MailRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(due).all()
    session.execute(
        update(MailRow)
        .where(MailRow.id.in_([row.id for row in rows]))
        .values(due=now + lease, attempts=MailRow.attempts + 1)
    )
    return [_mail(row) for row in rows]


def end_mails(
    session: Session, ids: Sequence[int], state: State, now: datetime, error: str | None = None
) -> None:
    """Note what became of some mails."""
    session.execute(
        update(MailRow).where(MailRow.id.in_(list(ids))).values(state=state, ended=now, error=error)
    )


def put_off_mails(
    session: Session, ids: Sequence[int], due: datetime, error: str | None = None
) -> None:
    """Let some mails wait until ``due``."""
    values = {"due": due} | ({"error": error} if error else {})
    session.execute(
        update(MailRow).where(MailRow.id.in_(list(ids)), MailRow.ended.is_(None)).values(**values)
    )


def put_off_due(session: Session, now: datetime, due: datetime) -> None:
    """Let all mails that are due now wait: the way out is closed."""
    session.execute(
        update(MailRow).where(MailRow.ended.is_(None), MailRow.due <= now).values(due=due)
    )


def fail_older(session: Session, before: datetime, now: datetime, error: str) -> None:
    """Give up the mails that wait since before then."""
    session.execute(
        update(MailRow)
        .where(MailRow.ended.is_(None), MailRow.created < before, MailRow.due <= now)
        .values(state=State.FAILED, ended=now, error=error)
    )


def hand_back(session: Session, ids: Sequence[int], due: datetime) -> None:
    """Give up the claim on mails that were not tried."""
    session.execute(
        update(MailRow)
        .where(MailRow.id.in_(list(ids)), MailRow.ended.is_(None))
        .values(due=due, attempts=MailRow.attempts - 1)
    )


def next_mail_due(session: Session) -> datetime | None:
    """Return when the next mail is due, ``None`` where none waits."""
    return session.scalar(select(func.min(MailRow.due)).where(MailRow.ended.is_(None)))


def mail_counts(session: Session, site_id: int | None = None) -> dict[State, int]:
    """Return how many mails are in each state."""
    query = select(MailRow.state, func.count()).group_by(MailRow.state)
    if site_id is not None:
        query = query.where(MailRow.site_id == site_id)
    found = {State(state): number for state, number in session.execute(query)}
    return {state: found.get(state, 0) for state in State}


def failed_mails(session: Session, site_id: int, limit: int) -> list[FailedMail]:
    """Return the site's mails that could not be sent, newest first."""
    rows = session.scalars(
        select(MailRow)
        .where(MailRow.site_id == site_id, MailRow.state == State.FAILED)
        .order_by(MailRow.id.desc())
        .limit(limit)
    )
    return [
        FailedMail(
            id=row.id,
            kind=MailKind(row.kind),
            comment_id=row.comment_id,
            attempts=row.attempts,
            error=row.error or "",
            ended=row.ended or row.created,
        )
        for row in rows
    ]


def try_again(session: Session, site_id: int, now: datetime) -> int:
    """Let a site's mails that failed be sent once more; return how many."""
    ids = session.scalars(
        select(MailRow.id).where(MailRow.site_id == site_id, MailRow.state == State.FAILED)
    ).all()
    session.execute(
        update(MailRow)
        .where(MailRow.id.in_(ids))
        .values(state=State.WAITING, ended=None, due=now, created=now, attempts=0)
    )
    return len(ids)


def forget_mails(session: Session, before: datetime) -> None:
    """Forget mails that ended before then."""
    session.execute(delete(MailRow).where(MailRow.ended < before))


def _mail(row: MailRow) -> Mail:
    return Mail(
        id=row.id,
        kind=MailKind(row.kind),
        site_id=row.site_id,
        subscriber_id=row.subscriber_id,
        person_id=row.person_id,
        comment_id=row.comment_id,
        event_id=row.event_id,
        attempts=row.attempts + 1,
        created=row.created,
    )
