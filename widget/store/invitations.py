"""Invitations: a role that waits for somebody, and the link by which they take it, once.

The link is handed over by who invites. It gives the role, and never signs in somebody who is
known already: who invites could otherwise use it to be them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.person import Person, Role
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.people import find_person, hash_of_email, hash_of_token
from widget.store.tables import InvitationRow

EMAIL = "invitation.email"
LIFE = timedelta(days=7)
_TOKEN_BYTES = 32
GONE = "There is no such invitation."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A role on a site, or without one on the server, that waits for who has this address."""

    id: int = 0
    site_id: int | None
    role: Role
    email: str = field(repr=False)
    actor: str
    created: datetime
    expires: datetime


def invite(session: Session, keys: KeyRing, invitation: Invitation) -> tuple[str, Invitation]:
    """Keep an invitation; return the token of its link, which is told only now.

    Raises:
        Invalid: where they have a role there already, or are invited.
    """
    hashed = hash_of_email(keys, invitation.email)
    person = find_person(session, keys, invitation.email)
    if _has_role(person, invitation.site_id):
        raise Invalid([FieldError("email", "They have a role here already.")])
    known = session.scalar(
        select(InvitationRow.id).where(
            _of_site(invitation.site_id), InvitationRow.email_hash == hashed
        )
    )
    if known is not None:
        message = "They are invited already. Make a new link below, or withdraw the invitation."
        raise Invalid([FieldError("email", message)])
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = InvitationRow(
        site_id=invitation.site_id,
        role=invitation.role,
        email=keys.encrypt(invitation.email, EMAIL),
        email_hash=hashed,
        token_hash=hash_of_token(token),
        actor=invitation.actor,
        created=invitation.created,
        expires=invitation.expires,
    )
    session.add(row)
    session.flush()
    return token, _invitation(keys, row)


def invitations_to(session: Session, keys: KeyRing, site_id: int | None) -> Sequence[Invitation]:
    """Return the invitations to a site, or to the server, the newest first."""
    rows = session.scalars(
        select(InvitationRow).where(_of_site(site_id)).order_by(InvitationRow.id.desc())
    )
    return [_invitation(keys, row) for row in rows]


def renew(
    session: Session, keys: KeyRing, site_id: int | None, invitation_id: int, now: datetime
) -> tuple[str, Invitation]:
    """Give an invitation a new link and its whole time; the old link ends.

    Raises:
        NotFound: where there is none of that id on the site.
    """
    row = _row(session, site_id, invitation_id)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row.token_hash, row.expires = hash_of_token(token), now + LIFE
    session.flush()
    return token, _invitation(keys, row)


def withdraw(
    session: Session, keys: KeyRing, site_id: int | None, invitation_id: int
) -> Invitation:
    """End an invitation; return what it was.

    Raises:
        NotFound: where there is none of that id on the site.
    """
    row = _row(session, site_id, invitation_id)
    session.delete(row)
    return _invitation(keys, row)


def find_invitation(
    session: Session, keys: KeyRing, token: str, now: datetime
) -> Invitation | None:
    """Return the invitation of a link; looking doesn't use it up."""
    row = session.scalar(
        select(InvitationRow).where(InvitationRow.token_hash == hash_of_token(token))
    )
    return _invitation(keys, row) if row is not None and row.expires > now else None


def take(session: Session, keys: KeyRing, token: str, now: datetime) -> Invitation | None:
    """Use an invitation up; of two who try at once only one gets it."""
    row = session.execute(
        delete(InvitationRow)
        .where(InvitationRow.token_hash == hash_of_token(token), InvitationRow.expires > now)
        .returning(InvitationRow)
    ).scalar()
    return _invitation(keys, row) if row is not None else None


def _has_role(person: Person | None, site_id: int | None) -> bool:
    if person is None:
        return False
    return person.is_admin if site_id is None else site_id in person.roles


def _of_site(site_id: int | None) -> ColumnElement[bool]:
    if site_id is None:
        return InvitationRow.site_id.is_(None)
    return InvitationRow.site_id == site_id


def _row(session: Session, site_id: int | None, invitation_id: int) -> InvitationRow:
    row = session.get(InvitationRow, invitation_id)
    if row is None or row.site_id != site_id:
        raise NotFound(GONE)
    return row


def _invitation(keys: KeyRing, row: InvitationRow) -> Invitation:
    return Invitation(
        id=row.id,
        site_id=row.site_id,
        role=Role(row.role),
        email=keys.decrypt(row.email, EMAIL),
        actor=row.actor,
        created=row.created,
        expires=row.expires,
    )
