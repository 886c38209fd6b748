"""Passkeys: the public half of each, and how often it was used (WebAuthn level 2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from widget.domain.errors import FieldError, Invalid, NotFound
from widget.store.database import Session
from widget.store.factors import end_unneeded_codes
from widget.store.tables import PasskeyRow

MAX_NAME = 80
MAX_PASSKEYS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One passkey of somebody. ``sign_count`` is the authenticator's own, 0 where it keeps none."""

    id: int
    person_id: int
    credential: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    created: datetime
    used: datetime | None


def passkeys_of(session: Session, person_id: int) -> Sequence[Passkey]:
    """Return somebody's passkeys in the order in which they came."""
    rows = session.scalars(
        select(PasskeyRow).where(PasskeyRow.person_id == person_id).order_by(PasskeyRow.id)
    )
    return [_passkey(row) for row in rows]


def find_passkey(session: Session, credential: bytes) -> Passkey | None:
    """Return the passkey of a credential's id."""
    row = session.scalar(select(PasskeyRow).where(PasskeyRow.credential == credential))
    return _passkey(row) if row else None


def add_passkey(session: Session, passkey: Passkey) -> Passkey:
    """Keep a new passkey; return it with its id.

    Raises:
        Invalid: where it is known already, there are too many, or its name is none.
    """
    name = checked_name(passkey.name)
    if find_passkey(session, passkey.credential) is not None:
        raise Invalid([FieldError("passkey", "This passkey is known already.")])
    if len(passkeys_of(session, passkey.person_id)) >= MAX_PASSKEYS:
        message = f"Keep at most {MAX_PASSKEYS} passkeys; remove one first."
        raise Invalid([FieldError("passkey", message)])
    row = PasskeyRow(
        person_id=passkey.person_id,
        credential=passkey.credential,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        name=name,
        created=passkey.created,
    )
    session.add(row)
    session.flush()
    return _passkey(row)


def used_passkey(session: Session, passkey: Passkey, sign_count: int, now: datetime) -> bool:
    """Note that a passkey was used; tell whether nobody used it since it was read.

    A count that doesn't go up is a copy of the key, or the same answer twice; where the
    authenticator keeps no count it stays 0.
    """
    used = session.execute(
        update(PasskeyRow)
        .where(PasskeyRow.id == passkey.id, PasskeyRow.sign_count == passkey.sign_count)
        .values(sign_count=sign_count, used=now)
        .returning(PasskeyRow.id)
    ).scalar()
    return used is not None


def rename_passkey(session: Session, person_id: int, passkey_id: int, name: str) -> None:
    """Give one of somebody's passkeys another name.

    Raises:
        NotFound: where it is none of theirs.
        Invalid: where the name is none.
    """
    _row(session, person_id, passkey_id).name = checked_name(name)


def remove_passkey(session: Session, person_id: int, passkey_id: int) -> None:
    """Take one of somebody's passkeys away, and with the last factor the recovery codes.

    Raises:
        NotFound: where it is none of theirs.
    """
    session.delete(_row(session, person_id, passkey_id))
    session.flush()
    end_unneeded_codes(session, person_id)


def checked_name(name: str) -> str:
    """Return a passkey's name without spaces at its ends.

    Raises:
        Invalid: for an empty one, or one that is too long.
    """
    kept = " ".join(name.split())
    if not 0 < len(kept) <= MAX_NAME:
        raise Invalid([FieldError("name", f"Give a name of 1 to {MAX_NAME} characters.")])
    return kept


def _row(session: Session, person_id: int, passkey_id: int) -> PasskeyRow:
    row = session.get(PasskeyRow, passkey_id)
    if row is None or row.person_id != person_id:
        raise NotFound("There is no such passkey.")
    return row


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        id=row.id,
        person_id=row.person_id,
        credential=row.credential,
        public_key=row.public_key,
        sign_count=row.sign_count,
        name=row.name,
        created=row.created,
        used=row.used,
    )
