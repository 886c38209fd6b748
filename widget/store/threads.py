"""Threads: find, begin, change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from widget.domain.site import Policy
from widget.domain.thread import Thread, ThreadState
from widget.store import visibility
from widget.store.database import Session
from widget.store.tables import ThreadRow


def find_thread(session: Session, site_id: int, key: str) -> Thread | None:
    """Return the site's thread of that key, ``None`` where nobody has commented yet.

    Where it was merged into another, that one is returned.
    """
    row = session.scalar(_by_key(site_id, key))
    if row is not None and row.merged_into is not None:
        row = session.get(ThreadRow, row.merged_into)
    return thread_of(row) if row else None


def thread_by_id(session: Session, thread_id: int) -> Thread | None:
    """Return the thread of that id, also where it was merged into another."""
    row = session.get(ThreadRow, thread_id)
    return thread_of(row) if row else None


def threads_by_id(session: Session, thread_ids: Iterable[int]) -> dict[int, Thread]:
    """Return some threads by their ids."""
    rows = session.scalars(select(ThreadRow).where(ThreadRow.id.in_(list(thread_ids))))
    return {row.id: thread_of(row) for row in rows}


def begin_thread(session: Session, thread: Thread, now: datetime) -> Thread:
    """Return the thread of that key, stored if it wasn't yet; nobody else changes it meanwhile.

    Where it was merged into another, that one is returned. A title that comes with a later
    comment fills a missing one and never replaces one.
    """
    row = _locked(session, thread.site_id, thread.key)
    if row is None:
        _add_thread(session, thread, now)
        row = _locked(session, thread.site_id, thread.key)
    if row is None:
        raise LookupError(thread.key)
    if row.title is None and thread.title:
        row.title = thread.title
    visibility.holds(session, row)
    return thread_of(row)


def lock_threads(session: Session, thread_ids: Iterable[int]) -> dict[int, Thread]:
    """Return some threads as they are now, which nobody else changes until the transaction ends.

    They are always locked in the same order: two that lock the same ones don't wait for each other.
    """
    session.flush()
    rows = [
        session.get(ThreadRow, wanted, with_for_update=True, populate_existing=True)
        for wanted in sorted(set(thread_ids))
    ]
    return {row.id: thread_of(row) for row in rows if row is not None}


def _locked(session: Session, site_id: int, key: str) -> ThreadRow | None:
    """Return the thread that answers for a key, locked.

    Which one that is changes only under the lock of the one that it is, so that it is looked at
    again once that is held. The lock of one that no longer answers is given up before the next
    is waited for: two that go from one to the other would wait for each other.
    """
    if session.get_bind().dialect.name == "sqlite":
        # Who writes there is alone: nothing changes meanwhile.
        asked = session.scalar(_by_key(site_id, key))
        return asked if asked is None or asked.merged_into is None else _answering(session, asked)
    while True:
        attempt = session.begin_nested()
        asked = session.scalar(_by_key(site_id, key).execution_options(populate_existing=True))
        if asked is None:
            attempt.commit()
            return None
        answers = asked.merged_into or asked.id
        row = session.get_one(ThreadRow, answers, with_for_update=True, populate_existing=True)
        session.refresh(asked)
        if (asked.merged_into or asked.id) == row.id:
            attempt.commit()
            return row
        attempt.rollback()


def _answering(session: Session, merged: ThreadRow) -> ThreadRow:
    return session.get_one(ThreadRow, merged.merged_into)


def _add_thread(session: Session, thread: Thread, now: datetime) -> None:
    """Store a thread, unless another process does at the same moment."""
    row = ThreadRow(
        site_id=thread.site_id,
        key=thread.key,
        url=thread.url,
        title=thread.title,
        state=thread.state,
        version=0,
        count=0,
        numbered=0,
        votes_due=False,
        active=now,
        created=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        session.expire_all()


def set_state(
    session: Session, thread_id: int, state: ThreadState, *, reopened: bool = False
) -> None:
    """Open or close a thread; ``reopened`` says that it is to stay open."""
    row = session.get_one(ThreadRow, thread_id, with_for_update=True)
    row.state = state
    row.reopened = reopened
    row.version += 1


def set_policy(session: Session, thread_id: int, policy: Policy | None) -> None:
    """Give a thread a policy of its own, ``None`` for its site's."""
    session.get_one(ThreadRow, thread_id, with_for_update=True).policy = policy


def open_threads(session: Session, site_id: int, *, after: int, limit: int) -> list[Thread]:
    """Return a site's open threads that nobody opened by hand, in the order of their ids."""
    rows = session.scalars(
        select(ThreadRow)
        .where(
            ThreadRow.site_id == site_id,
            ThreadRow.id > after,
            ThreadRow.state == ThreadState.OPEN,
            ThreadRow.reopened.is_(False),
            ThreadRow.merged_into.is_(None),
        )
        .order_by(ThreadRow.id)
        .limit(limit)
    )
    return [thread_of(row) for row in rows]


def thread_version(session: Session, site_id: int, key: str) -> int:
    """Return the thread's version, 0 before its first comment; asked by the read path."""
    version = session.scalar(
        select(ThreadRow.version).where(ThreadRow.site_id == site_id, ThreadRow.key == key)
    )
    return version or 0


def site_threads_version(session: Session, site_id: int) -> int:
    """Return a number that goes up with each change that readers can see in any thread."""
    total = select(func.coalesce(func.sum(ThreadRow.version), 0))
    return session.scalar(total.where(ThreadRow.site_id == site_id)) or 0


def counts_of(session: Session, site_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Return the number of published comments of each thread that exists, by its key.

    One that was merged into another has that one's.
    """
    other = aliased(ThreadRow)
    rows = session.execute(
        select(ThreadRow.key, func.coalesce(other.count, ThreadRow.count))
        .outerjoin(other, other.id == ThreadRow.merged_into)
        .where(ThreadRow.site_id == site_id, ThreadRow.key.in_(keys))
    )
    return {key: count for key, count in rows}


def _by_key(site_id: int, key: str) -> Select[ThreadRow]:
    return select(ThreadRow).where(ThreadRow.site_id == site_id, ThreadRow.key == key)


def thread_of(row: ThreadRow) -> Thread:
    """Return a row as a domain value."""
    return Thread(
        id=row.id,
        site_id=row.site_id,
        key=row.key,
        url=row.url,
        title=row.title,
        state=ThreadState(row.state),
        version=row.version,
        count=row.count,
        created=row.created,
        policy=Policy(row.policy) if row.policy else None,
        reopened=row.reopened,
        merged_into=row.merged_into,
    )
