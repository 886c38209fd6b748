"""Subscribers and what they asked for. Addresses are encrypted and looked up by keyed hash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from widget.domain.errors import NotFound
from widget.domain.identity import email_hash
from widget.domain.site import Site
from widget.domain.subscription import (
    Ending,
    Rhythm,
    Scope,
    Subscriber,
    Subscription,
    target_of,
)
from widget.domain.thread import Thread
from widget.store import threads
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow, SubscriberRow, SubscriptionRow, ThreadRow
from widget.store.upsert import add_missing

EMAIL = "subscriber.email"
GONE = "There is no such subscription."


def begin_subscriber(
    session: Session, keys: KeyRing, site: Site, email: str, *, language: str, now: datetime
) -> Subscriber:
    """Return the subscriber of an address, made now where there was none."""
    hashed = email_hash(keys.lookup, site.key, email)
    found = select(SubscriberRow).where(
        SubscriberRow.site_id == site.id, SubscriberRow.email_hash == hashed
    )
    row = session.scalar(found.with_for_update())
    if row is None:
        new = {
            "site_id": site.id,
            "email": keys.encrypt(email, EMAIL),
            "email_hash": hashed,
            "language": language,
            "rhythm": Rhythm.EACH,
            "asked_times": 0,
            "created": now,
        }
        add_missing(session, SubscriberRow, new)
        row = session.scalars(found.with_for_update()).one()
    return subscriber_of(row, keys)


def subscribe(
    session: Session,
    subscriber: Subscriber,
    scope: Scope,
    *,
    thread_id: int | None = None,
    comment_id: int | None = None,
    now: datetime,
) -> None:
    """Keep what somebody wants to be told of; asked for twice, it is there once."""
    new = {
        "subscriber_id": subscriber.id,
        "site_id": subscriber.site_id,
        "scope": scope,
        "target": target_of(scope, thread_id, comment_id),
        "thread_id": thread_id if scope is Scope.THREAD else None,
        "comment_id": comment_id if scope is Scope.REPLIES else None,
        "created": now,
    }
    add_missing(session, SubscriptionRow, new)


def may_ask(session: Session, subscriber_id: int, limit: int, now: datetime) -> bool:
    """Tell whether an address may be asked to confirm once more today, and count that."""
    row = _row(session, subscriber_id)
    if row.confirmed or row.ending:
        return False
    same_day = row.asked is not None and now - row.asked < timedelta(days=1)
    if same_day and row.asked_times >= limit:
        return False
    row.asked_times = row.asked_times + 1 if same_day else 1
    row.asked = now
    session.flush()
    return True


def subscriber_by_id(session: Session, keys: KeyRing, subscriber_id: int) -> Subscriber:
    """Return a subscriber.

    Raises:
        NotFound: where there is none of that id.
    """
    return subscriber_of(_row(session, subscriber_id), keys)


def subscribers_by_id(session: Session, keys: KeyRing, ids: Sequence[int]) -> dict[int, Subscriber]:
    """Return some subscribers by their ids."""
    rows = session.scalars(select(SubscriberRow).where(SubscriberRow.id.in_(list(ids))))
    return {row.id: subscriber_of(row, keys) for row in rows}


def find_subscriber(session: Session, keys: KeyRing, site: Site, email: str) -> Subscriber | None:
    """Return the subscriber of an address on a site."""
    hashed = email_hash(keys.lookup, site.key, email)
    row = session.scalar(
        select(SubscriberRow).where(
            SubscriberRow.site_id == site.id, SubscriberRow.email_hash == hashed
        )
    )
    return subscriber_of(row, keys) if row else None


def subscriptions_of(session: Session, subscriber_id: int) -> list[Subscription]:
    """Return what a subscriber asked for, newest first.

    Where a page was merged into another it is about that one, and is told once of both.
    """
    rows = session.execute(
        select(SubscriptionRow, ThreadRow.merged_into)
        .outerjoin(ThreadRow, ThreadRow.id == SubscriptionRow.thread_id)
        .where(SubscriptionRow.subscriber_id == subscriber_id)
        .order_by(SubscriptionRow.id.desc())
    )
    found = [_subscription(row, merged_into) for row, merged_into in rows]
    return list({one.target: one for one in reversed(found)}.values())[::-1]


def pages_of(session: Session, found: Sequence[Subscription]) -> dict[int, Thread]:
    """Return the page of each subscription that is about one, by the subscription's id."""
    comment_ids = {one.comment_id for one in found if one.comment_id is not None}
    of_comment = {
        comment_id: thread_id
        for comment_id, thread_id in session.execute(
            select(CommentRow.id, CommentRow.thread_id).where(CommentRow.id.in_(comment_ids))
        )
    }
    thread_of = {
        one.id: one.thread_id or of_comment.get(one.comment_id or 0, 0)
        for one in found
        if one.scope is not Scope.SITE
    }
    pages = threads.threads_by_id(session, set(thread_of.values()))
    return {one: pages[thread_id] for one, thread_id in thread_of.items() if thread_id in pages}


def confirm(session: Session, subscriber_id: int, now: datetime) -> None:
    """Note that an address wants its mail; what was noted before stays."""
    row = _row(session, subscriber_id)
    row.confirmed = row.confirmed or now
    row.ending = None


def set_rhythm(session: Session, subscriber_id: int, rhythm: Rhythm) -> None:
    """Keep how often somebody is written to."""
    _row(session, subscriber_id).rhythm = rhythm


def end_subscriptions(session: Session, subscriber_id: int, ids: Sequence[int]) -> None:
    """End some of a subscriber's subscriptions; those of others are left alone.

    Of pages that were merged those of all end: they are one to who reads them.
    """
    of_page = (
        select(SubscriptionRow.id, func.coalesce(ThreadRow.merged_into, ThreadRow.id).label("page"))
        .join(ThreadRow, ThreadRow.id == SubscriptionRow.thread_id)
        .where(SubscriptionRow.subscriber_id == subscriber_id)
        .subquery()
    )
    pages = select(of_page.c.page).where(of_page.c.id.in_(list(ids)))
    same = select(of_page.c.id).where(of_page.c.page.in_(pages))
    session.execute(
        delete(SubscriptionRow).where(
            SubscriptionRow.subscriber_id == subscriber_id,
            or_(SubscriptionRow.id.in_(list(ids)), SubscriptionRow.id.in_(same)),
        )
    )


def forget_subscriber(session: Session, subscriber_id: int) -> None:
    """Forget an address with all that it asked for and all mails that wait for it."""
    session.execute(delete(SubscriberRow).where(SubscriberRow.id == subscriber_id))


def end_address(session: Session, subscriber_id: int, ending: Ending) -> None:
    """Write no more to an address: mail to it came back, or was called spam."""
    session.execute(
        update(SubscriberRow).where(SubscriberRow.id == subscriber_id).values(ending=ending)
    )


def told(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Note when some subscribers were last told of comments."""
    session.execute(update(SubscriberRow).where(SubscriberRow.id.in_(list(ids))).values(told=now))


def listeners(
    session: Session, site_id: int, targets: Sequence[str], *, after: int, limit: int
) -> list[tuple[int, str, str]]:
    """Return the confirmed subscribers of some targets: their id, hash of address and rhythm.

    They come in the order of their ids, ``limit`` of them after the subscriber ``after``.
    """
    rows = session.execute(
        select(SubscriberRow.id, SubscriberRow.email_hash, SubscriberRow.rhythm)
        .where(
            SubscriberRow.site_id == site_id,
            SubscriberRow.id > after,
            SubscriberRow.confirmed.is_not(None),
            SubscriberRow.ending.is_(None),
            SubscriberRow.id.in_(
                select(SubscriptionRow.subscriber_id).where(
                    SubscriptionRow.site_id == site_id,
                    SubscriptionRow.target.in_(list(targets)),
                    SubscriptionRow.subscriber_id > after,
                )
            ),
        )
        .order_by(SubscriberRow.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def end_unconfirmed(session: Session, before: datetime) -> None:
    """Forget addresses that were last asked before then and never confirmed."""
    session.execute(
        delete(SubscriberRow).where(
            SubscriberRow.confirmed.is_(None),
            SubscriberRow.ending.is_(None),
            or_(SubscriberRow.asked < before, SubscriberRow.asked.is_(None)),
            SubscriberRow.created < before,
        )
    )


def subscriber_of(row: SubscriberRow, keys: KeyRing) -> Subscriber:
    """Return a row as the domain's value."""
    return Subscriber(
        id=row.id,
        site_id=row.site_id,
        email=keys.decrypt(row.email, EMAIL),
        language=row.language,
        rhythm=Rhythm(row.rhythm),
        confirmed=row.confirmed,
        told=row.told,
        ending=Ending(row.ending) if row.ending else None,
    )


def _subscription(row: SubscriptionRow, merged_into: int | None) -> Subscription:
    return Subscription(
        id=row.id,
        subscriber_id=row.subscriber_id,
        scope=Scope(row.scope),
        thread_id=merged_into or row.thread_id,
        comment_id=row.comment_id,
        created=row.created,
    )


def _row(session: Session, subscriber_id: int) -> SubscriberRow:
    row = session.get(SubscriberRow, subscriber_id)
    if row is None:
        raise NotFound(GONE)
    return row
