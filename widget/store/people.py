"""People who sign in to the dashboard, their roles, and one-time sign-in links.

Emails are encrypted at rest and looked up by keyed hash, as readers' are. Of a link only a hash
of its token is kept.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.identity import keyed_hash
from widget.domain.person import Person, Role
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import InviteRow, MembershipRow, PersonRow

EMAIL = "person.email"
LINK_LIFE = timedelta(hours=24)
_TOKEN_BYTES = 32
NOBODY = "There is no such person."


def add_person(
    session: Session, keys: KeyRing, email: str, now: datetime, *, is_admin: bool = False
) -> Person:
    """Store somebody new, without a password and without a site.

    Raises:
        Invalid: where the address is known already.
    """
    if find_person(session, keys, email) is not None:
        raise Invalid([FieldError("email", "There is somebody with this address already.")])
    row = PersonRow(
        email=keys.encrypt(email.strip(), EMAIL),
        email_hash=hash_of_email(keys, email),
        is_admin=is_admin,
        created=now,
    )
    session.add(row)
    session.flush()
    return _person(session, keys, row)


def find_person(session: Session, keys: KeyRing, email: str) -> Person | None:
    """Return the person of that address."""
    row = session.scalar(
        select(PersonRow).where(PersonRow.email_hash == hash_of_email(keys, email))
    )
    return _person(session, keys, row) if row else None


def person_by_id(session: Session, keys: KeyRing, person_id: int) -> Person | None:
    """Return the person of that id."""
    row = session.get(PersonRow, person_id)
    return _person(session, keys, row) if row else None


def list_people(session: Session, keys: KeyRing) -> list[Person]:
    """Return everybody who can sign in, in the order in which they came."""
    rows = session.scalars(select(PersonRow).order_by(PersonRow.id)).all()
    return [_person(session, keys, row) for row in rows]


def emails_of(session: Session, keys: KeyRing, person_ids: Iterable[int]) -> dict[int, str]:
    """Return the addresses of some people by their ids."""
    rows = session.execute(
        select(PersonRow.id, PersonRow.email).where(PersonRow.id.in_(list(person_ids)))
    )
    return {person_id: keys.decrypt(sealed, EMAIL) for person_id, sealed in rows}


def set_role(session: Session, person_id: int, site_id: int, role: Role | None) -> None:
    """Give somebody a role on a site, in place of the one they had; ``None`` takes it away.

    Raises:
        Invalid: for ``admin``, which is not a role on a site.
    """
    if role is Role.ADMIN:
        raise Invalid([FieldError("role", "An admin is one of the whole server, not of a site.")])
    session.execute(
        delete(MembershipRow).where(
            MembershipRow.person_id == person_id, MembershipRow.site_id == site_id
        )
    )
    if role is not None:
        session.add(MembershipRow(person_id=person_id, site_id=site_id, role=role))
    session.flush()


def set_admin(session: Session, person_id: int, is_admin: bool) -> None:
    """Make somebody an admin of the server, or no longer one."""
    _row(session, person_id).is_admin = is_admin


def set_password_hash(session: Session, person_id: int, password_hash: str) -> None:
    """Keep the hash of a password (``widget.store.passwords``)."""
    _row(session, person_id).password = password_hash


def make_sign_in_link(session: Session, person: Person, now: datetime) -> str:
    """Return the token of a link that signs this person in once, within 24 hours.

    The link is ``<public url>/dashboard/sign-in/<token>``. The token has 256 bits.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        InviteRow(token_hash=hash_of_token(token), person_id=person.id, expires=now + LINK_LIFE)
    )
    session.flush()
    return token


def link_is_good(session: Session, token: str, now: datetime) -> bool:
    """Tell whether a sign-in link would still work; looking doesn't use it up."""
    row = session.scalar(select(InviteRow).where(InviteRow.token_hash == hash_of_token(token)))
    return row is not None and row.used is None and row.expires > now


def use_sign_in_link(session: Session, keys: KeyRing, token: str, now: datetime) -> Person | None:
    """Use a link up and return whom it signs in; ``None`` if it was used, is too old or isn't one.

    One statement marks it, so that of two who use it at once one is signed in.
    """
    used = session.execute(
        update(InviteRow)
        .where(
            InviteRow.token_hash == hash_of_token(token),
            InviteRow.used.is_(None),
            InviteRow.expires > now,
        )
        .values(used=now)
        .returning(InviteRow.person_id)
    ).scalar()
    return person_by_id(session, keys, used) if used is not None else None


def hash_of_token(token: str) -> str:
    """Return what is kept of a random token; it needs no salt, as nobody can guess one."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_of_email(keys: KeyRing, email: str) -> str:
    """Return what a person is looked up by."""
    return keyed_hash(keys.lookup, "person", email.strip().casefold())


def _row(session: Session, person_id: int) -> PersonRow:
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound(NOBODY)
    return row


def _person(session: Session, keys: KeyRing, row: PersonRow) -> Person:
    roles = session.execute(
        select(MembershipRow.site_id, MembershipRow.role).where(MembershipRow.person_id == row.id)
    )
    return Person(
        id=row.id,
        email=keys.decrypt(row.email, EMAIL),
        is_admin=row.is_admin,
        roles={site_id: Role(role) for site_id, role in roles},
        password_hash=row.password,
        seen=row.seen,
    )
