"""The outbox: promise work, claim what is due, end it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from widget.store.database import Session
from widget.store.tables import JobRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work that was claimed. ``attempts`` counts this one."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


def promise(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    due: datetime,
    now: datetime,
    site_id: int | None = None,
) -> None:
    """Write a job in the transaction of what it is for: both are kept, or neither is.

    ``site_id`` is the site whose owner sees it where it fails.
    """
    session.add(
        JobRow(
            kind=kind,
            payload=dict(payload),
            site_id=site_id,
            due=due,
            attempts=0,
            failed=False,
            created=now,
        )
    )


def claim(session: Session, now: datetime, lease: timedelta, limit: int) -> list[Job]:
    """Take the jobs that are due. Nobody else gets them until the lease is over.

    A worker that dies with a claimed job loses it to another one when the lease ends.
    """
    due = (
        select(JobRow)
        .where(JobRow.failed.is_(False), JobRow.due <= now)
        .order_by(JobRow.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(due).all()
    for row in rows:
        row.due = now + lease
        row.attempts += 1
    session.flush()
    return [
        Job(id=row.id, kind=row.kind, payload=row.payload, attempts=row.attempts) for row in rows
    ]


def renew(session: Session, ids: Sequence[int], until: datetime) -> None:
    """Keep claimed jobs of a process that is still at work; one that has ended stays ended."""
    session.execute(
        update(JobRow)
        .where(JobRow.id.in_(list(ids)), JobRow.failed.is_(False), JobRow.due < until)
        .values(due=until)
    )


def begin(session: Session, job_id: int, attempts: int, until: datetime) -> Job | None:
    """Renew the claim that was made as this attempt; ``None`` where it is over.

    Of two that hold the same claim, one gets the job: the other finds it ended or claimed anew.
    """
    row = session.scalar(
        select(JobRow)
        .where(JobRow.id == job_id, JobRow.attempts == attempts, JobRow.failed.is_(False))
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.due = until
    return Job(id=row.id, kind=row.kind, payload=row.payload, attempts=row.attempts)


def finish(session: Session, job_id: int) -> None:
    """Remove a job that is done."""
    session.execute(delete(JobRow).where(JobRow.id == job_id))


def put_off(session: Session, job_id: int, due: datetime, error: str) -> None:
    """Let a job that failed be tried again at ``due``."""
    session.execute(update(JobRow).where(JobRow.id == job_id).values(due=due, error=error))


def give_up(session: Session, job_id: int, error: str) -> None:
    """Keep a job that failed for good where an owner can see it."""
    session.execute(update(JobRow).where(JobRow.id == job_id).values(failed=True, error=error))


def next_due(session: Session) -> datetime | None:
    """Return when the next job is due, ``None`` where there is none."""
    return session.scalar(select(func.min(JobRow.due)).where(JobRow.failed.is_(False)))


def jobs_waiting(session: Session, kind: str | None = None) -> int:
    """Return how many jobs wait."""
    query = select(func.count()).select_from(JobRow).where(JobRow.failed.is_(False))
    if kind is not None:
        query = query.where(JobRow.kind == kind)
    return session.scalar(query) or 0


def payloads_of(session: Session, kind: str) -> list[Mapping[str, Any]]:
    """Return what the jobs of a kind are about."""
    return list(session.scalars(select(JobRow.payload).where(JobRow.kind == kind)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A job that was given up."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    error: str
    created: datetime


def failed_jobs(session: Session, site_id: int, limit: int) -> list[FailedJob]:
    """Return a site's jobs that were given up, newest first."""
    rows = session.scalars(
        select(JobRow)
        .where(JobRow.failed, JobRow.site_id == site_id)
        .order_by(JobRow.id.desc())
        .limit(limit)
    )
    return [
        FailedJob(
            id=row.id,
            kind=row.kind,
            payload=row.payload,
            attempts=row.attempts,
            error=row.error or "",
            created=row.created,
        )
        for row in rows
    ]


def try_again(session: Session, site_id: int, now: datetime) -> int:
    """Let a site's jobs that were given up be tried once more; return how many."""
    ids = session.scalars(select(JobRow.id).where(JobRow.failed, JobRow.site_id == site_id)).all()
    session.execute(
        update(JobRow).where(JobRow.id.in_(ids)).values(failed=False, due=now, attempts=0)
    )
    return len(ids)


def jobs_failed(session: Session) -> int:
    """Return how many jobs were given up."""
    query = select(func.count()).select_from(JobRow).where(JobRow.failed)
    return session.scalar(query) or 0
