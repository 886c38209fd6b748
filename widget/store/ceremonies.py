"""What a browser begins and must soon finish, once: half a sign-in, the challenge of a passkey.

The browser keeps a random token; only a hash of it is here, and what is found is gone with it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select

from widget.store.database import Session
from widget.store.people import hash_of_token
from widget.store.tables import CeremonyRow

LIFE = timedelta(minutes=10)
_TOKEN_BYTES = 32


class Ceremony(StrEnum):
    """What was begun."""

    SECOND_FACTOR = "second_factor"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_ASKED = "passkey_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a browser has begun: for whom, with which challenge, by a sign-in link or not."""

    kind: Ceremony
    person_id: int | None = None
    challenge: bytes | None = None
    by_link: bool = False


def begin(session: Session, begun: Begun, now: datetime) -> str:
    """Keep what was begun; return the token of who may finish it, within ten minutes."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.execute(delete(CeremonyRow).where(CeremonyRow.expires <= now))
    session.add(
        CeremonyRow(
            token_hash=hash_of_token(token),
            kind=begun.kind,
            person_id=begun.person_id,
            challenge=begun.challenge,
            by_link=begun.by_link,
            expires=now + LIFE,
        )
    )
    session.flush()
    return token


def look(session: Session, token: str, kind: Ceremony, now: datetime) -> Begun | None:
    """Return what was begun and leave it there; ``None`` if it is over or never was."""
    row = session.scalar(
        select(CeremonyRow).where(
            CeremonyRow.token_hash == hash_of_token(token), CeremonyRow.kind == kind
        )
    )
    return _begun(row) if row is not None and row.expires > now else None


def finish(session: Session, token: str, kind: Ceremony, now: datetime) -> Begun | None:
    """Take what was begun; of two who try at once only one gets it."""
    row = session.execute(
        delete(CeremonyRow)
        .where(CeremonyRow.token_hash == hash_of_token(token), CeremonyRow.kind == kind)
        .returning(CeremonyRow)
    ).scalar()
    return _begun(row) if row is not None and row.expires > now else None


def _begun(row: CeremonyRow) -> Begun:
    return Begun(
        kind=Ceremony(row.kind),
        person_id=row.person_id,
        challenge=row.challenge,
        by_link=row.by_link,
    )
