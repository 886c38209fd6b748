"""notify(): who hears of a decision; promised with it, done after a grace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from widget.domain.comment import AUTHOR, Comment, Event, Status
from widget.domain.errors import NotFound
from widget.domain.identity import email_hash
from widget.domain.person import Right
from widget.domain.site import Site
from widget.domain.subscription import MailKind, Rhythm, Scope, next_digest, target_of
from widget.publication.parts import Parts
from widget.store import (
    comments,
    mails,
    moderator_mail,
    moves,
    people,
    sites,
    subscriptions,
    trails,
)
from widget.store.database import Session
from widget.store.mails import NewMail

#: Subscribers that are written to the outbox in one transaction.
BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    site: Site
    comment: Comment
    event: Event


def notify(parts: Parts, event_id: int) -> None:
    """Promise the mails that follow a decision. Done twice, it promises them once.

    A comment that is no longer as the decision left it tells nobody: who undoes in time
    recalls what would have been sent.
    """
    with parts.database.read() as session:
        found = _find(parts, session, event_id)
    if found is None:
        return
    if found.comment.status is Status.PUBLISHED and found.event.before is not Status.PUBLISHED:
        _tell_subscribers(parts, found)
        _tell_author(parts, found)
    elif found.comment.status is Status.REJECTED and found.event.before is Status.PENDING:
        _tell_author(parts, found)
    elif found.comment.status is Status.PENDING and found.event.before is None:
        _tell_moderators(parts, found)


def _find(parts: Parts, session: Session, event_id: int) -> _Decided | None:
    event = trails.get_event(session, event_id)
    if event is None:
        return None
    try:
        comment = comments.get_comment(session, parts.keys, event.comment_id)
    except NotFound:
        return None
    site = sites.site_by_id(session, comment.site_id)
    if site is None or comment.status is not event.after:
        return None
    return _Decided(site=site, comment=comment, event=event)


def _tell_subscribers(parts: Parts, found: _Decided) -> None:
    comment, now = found.comment, parts.now()
    own = _own_hash(parts, found)
    for batch in _listeners(parts, found):
        told = [
            NewMail(
                key=f"comment:{comment.id}:{subscriber_id}",
                kind=MailKind.COMMENT,
                site_id=found.site.id,
                subscriber_id=subscriber_id,
                comment_id=comment.id,
                due=_due(rhythm, now),
            )
            for subscriber_id, hashed, rhythm in batch
            if hashed != own
        ]
        with parts.database.write() as session:
            mails.promise_mails(session, told, now)


def _listeners(parts: Parts, found: _Decided) -> Iterator[Sequence[tuple[int, str, str]]]:
    comment = found.comment
    with parts.database.read() as session:
        # Who asked for the comments of a page that was merged into this one wants these.
        pages = [comment.thread_id, *moves.merged_ids(session, comment.thread_id)]
    targets = [
        target_of(Scope.SITE, None, None),
        *(target_of(Scope.THREAD, page, None) for page in pages),
    ]
    if comment.parent is not None:
        targets.append(target_of(Scope.REPLIES, None, comment.parent))
    after = 0
    while True:
        with parts.database.read() as session:
            batch = subscriptions.listeners(
                session, found.site.id, targets, after=after, limit=BATCH
            )
        if batch:
            yield batch
        if len(batch) < BATCH:
            return
        after = batch[-1][0]


def _tell_author(parts: Parts, found: _Decided) -> None:
    """Tell the author of a held comment what became of it, where they asked for mail."""
    comment, event = found.comment, found.event
    if event.before is None or event.actor == AUTHOR or comment.author.email is None:
        return
    with parts.database.write() as session:
        subscriber = subscriptions.find_subscriber(
            session, parts.keys, found.site, comment.author.email
        )
        if subscriber is None or not subscriber.confirmed or subscriber.ending:
            return
        mail = NewMail(
            key=f"decided:{event.id}:{subscriber.id}",
            kind=MailKind.DECIDED,
            site_id=found.site.id,
            subscriber_id=subscriber.id,
            comment_id=comment.id,
            event_id=event.id,
            due=parts.now(),
        )
        mails.promise_mails(session, [mail], parts.now())


def _tell_moderators(parts: Parts, found: _Decided) -> None:
    now = parts.now()
    with parts.database.write() as session:
        rhythms = moderator_mail.rhythms(session)
        told = [
            NewMail(
                key=f"held:{found.event.id}:{person.id}",
                kind=MailKind.HELD,
                site_id=found.site.id,
                person_id=person.id,
                comment_id=found.comment.id,
                event_id=found.event.id,
                due=_due(rhythm, now),
            )
            for person in people.list_people(session, parts.keys)
            if person.may(Right.MODERATE, found.site.id)
            and (rhythm := rhythms.get(person.id, Rhythm.EACH)) is not None
        ]
        mails.promise_mails(session, told, now)


def _due(rhythm: str, now: datetime) -> datetime:
    return next_digest(now) if rhythm == Rhythm.DAILY else now


def _own_hash(parts: Parts, found: _Decided) -> str | None:
    email = found.comment.author.email
    return email_hash(parts.keys.lookup, found.site.key, email) if email else None
