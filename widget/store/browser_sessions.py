"""Signed-in browsers. The cookie holds a random token; only a hash of it is kept."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from widget.domain.person import Person
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.people import hash_of_token, person_by_id
from widget.store.tables import PersonRow, SessionRow

#: A session ends this long after it began, and after this long without a request.
LIFE = timedelta(days=30)
IDLE = timedelta(days=7)
#: So long after somebody showed who they are, they may change how they sign in.
FRESH = timedelta(minutes=10)
#: How far ``seen`` may lag behind, so that reading pages doesn't write each time.
SEEN_STEP = timedelta(minutes=5)
_TOKEN_BYTES = 32
_AGENT_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """One signed-in browser. ``proved`` is when the person last showed who they are."""

    id: int
    person_id: int
    created: datetime
    seen: datetime
    expires: datetime
    user_agent: str | None
    proved: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the person showed only just now who they are."""
        return self.proved is not None and now - self.proved < FRESH


def begin_session(
    session: Session, person_id: int, user_agent: str | None, now: datetime
) -> tuple[str, BrowserSession]:
    """Sign a browser in; return the new token for its cookie, and the session."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = SessionRow(
        token_hash=hash_of_token(token),
        person_id=person_id,
        created=now,
        seen=now,
        proved=now,
        expires=now + LIFE,
        user_agent=user_agent[:_AGENT_LENGTH] if user_agent else None,
    )
    session.add(row)
    session.execute(delete(SessionRow).where(SessionRow.expires <= now))
    session.flush()
    session.get_one(PersonRow, person_id).seen = now
    return token, _session(row)


def find_session(
    session: Session, keys: KeyRing, token: str, now: datetime
) -> tuple[BrowserSession, Person] | None:
    """Return the session of a cookie and whose it is; ``None`` if it has ended or never was."""
    row = session.scalar(select(SessionRow).where(SessionRow.token_hash == hash_of_token(token)))
    if row is None or row.expires <= now or row.seen + IDLE <= now:
        return None
    person = person_by_id(session, keys, row.person_id)
    return (_session(row), person) if person else None


def saw(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    row = session.get(SessionRow, session_id)
    if row is not None:
        row.seen = now
        session.get_one(PersonRow, row.person_id).seen = now


def proved(session: Session, session_id: int, now: datetime) -> None:
    """Note that the person in this browser has shown again who they are."""
    session.get_one(SessionRow, session_id).proved = now


def sessions_of(session: Session, person_id: int, now: datetime) -> Sequence[BrowserSession]:
    """Return a person's sessions that go on, the one used last first."""
    rows = session.scalars(
        select(SessionRow)
        .where(
            SessionRow.person_id == person_id,
            SessionRow.expires > now,
            SessionRow.seen > now - IDLE,
        )
        .order_by(SessionRow.seen.desc(), SessionRow.id.desc())
    )
    return [_session(row) for row in rows]


def end_session(session: Session, person_id: int, session_id: int) -> bool:
    """End one of a person's sessions; tell whether there was one of that id."""
    ended = session.execute(
        delete(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.person_id == person_id)
        .returning(SessionRow.id)
    ).scalar()
    return ended is not None


def end_other_sessions(session: Session, person_id: int, but: int | None) -> None:
    """End all of a person's sessions but one."""
    query = delete(SessionRow).where(SessionRow.person_id == person_id)
    session.execute(query if but is None else query.where(SessionRow.id != but))


def _session(row: SessionRow) -> BrowserSession:
    return BrowserSession(
        id=row.id,
        person_id=row.person_id,
        created=row.created,
        seen=row.seen,
        expires=row.expires,
        user_agent=row.user_agent,
        proved=row.proved,
    )
