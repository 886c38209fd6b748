"""How often moderators are told by mail that comments wait."""

from datetime import datetime

from sqlalchemy import select

from widget.domain.subscription import Rhythm
from widget.store.database import Session
from widget.store.tables import ModeratorMailRow
from widget.store.upsert import add_missing

#: What is kept for somebody who wants no mail.
_NEVER = "never"


def rhythms(session: Session) -> dict[int, Rhythm | None]:
    """Return how often each person who chose is told, ``None`` for never."""
    rows = session.execute(select(ModeratorMailRow.person_id, ModeratorMailRow.rhythm))
    return {person_id: _rhythm(name) for person_id, name in rows}


def rhythm_of(session: Session, person_id: int) -> Rhythm | None:
    """Return how often a person is told, ``None`` for never. Who never chose is told of each."""
    row = session.get(ModeratorMailRow, person_id)
    return _rhythm(row.rhythm) if row else Rhythm.EACH


def set_moderator_rhythm(session: Session, person_id: int, rhythm: Rhythm | None) -> None:
    """Keep how often a person is told, ``None`` for never."""
    _row(session, person_id).rhythm = rhythm or _NEVER


def last_told(session: Session, person_id: int) -> datetime | None:
    """Return when a person was last told that comments wait."""
    row = session.get(ModeratorMailRow, person_id)
    return row.told if row else None


def told_moderator(session: Session, person_id: int, now: datetime) -> None:
    """Note that a person was told."""
    _row(session, person_id).told = now


def _row(session: Session, person_id: int) -> ModeratorMailRow:
    row = session.get(ModeratorMailRow, person_id)
    if row is None:
        add_missing(session, ModeratorMailRow, {"person_id": person_id, "rhythm": Rhythm.EACH})
        row = session.get_one(ModeratorMailRow, person_id)
    return row


def _rhythm(name: str) -> Rhythm | None:
    return None if name == _NEVER else Rhythm(name)
