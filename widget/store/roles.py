"""Who has which role where, and the rule that nobody is locked out: an owner and an admin stay."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, select

from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.person import Person, Role
from widget.store import browser_sessions
from widget.store.database import Session
from widget.store.factors import reset_factors
from widget.store.keys import KeyRing
from widget.store.people import NOBODY, person_by_id, set_admin, set_role
from widget.store.tables import InviteRow, MembershipRow, PersonRow

LAST_OWNER = "A site keeps at least one owner: make somebody else an owner first."
LAST_ADMIN = "The server keeps at least one admin: make somebody else an admin first."


def people_of_site(session: Session, keys: KeyRing, site_id: int) -> Sequence[Person]:
    """Return who has a role on a site, in the order in which they came."""
    ids = select(MembershipRow.person_id).where(MembershipRow.site_id == site_id)
    return _people(session, keys, ids.order_by(MembershipRow.person_id))


def admins(session: Session, keys: KeyRing) -> Sequence[Person]:
    """Return the admins of the server."""
    ids = select(PersonRow.id).where(PersonRow.is_admin.is_(True)).order_by(PersonRow.id)
    return _people(session, keys, ids)


def change_role(session: Session, person_id: int, site_id: int, role: Role) -> Role:
    """Give somebody on a site another role there; return the one they had.

    Raises:
        NotFound: where they have none there.
        Invalid: where the site would have no owner left, or for ``admin``.
    """
    before = _role_of(session, person_id, site_id)
    if before is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(session, person_id, site_id)
    set_role(session, person_id, site_id, role)
    return before


def remove_from_site(session: Session, person_id: int, site_id: int) -> Role:
    """Take somebody's role on a site away; return it. With their last site go their sessions.

    Raises:
        NotFound: where they have none there.
        Invalid: where the site would have no owner left.
    """
    before = _role_of(session, person_id, site_id)
    if before is Role.OWNER:
        _keep_an_owner(session, person_id, site_id)
    set_role(session, person_id, site_id, None)
    _end_sessions_of_nobody(session, person_id)
    return before


def remove_everywhere(session: Session, person: Person) -> None:
    """Take from somebody every role and every way to sign in; what they did stays theirs.

    Raises:
        Invalid: where a site would have no owner left, or the server no admin.
    """
    for site_id in person.roles:
        remove_from_site(session, person.id, site_id)
    if person.is_admin:
        remove_admin(session, person.id)
    session.get_one(PersonRow, person.id).password = None
    session.execute(delete(InviteRow).where(InviteRow.person_id == person.id))
    reset_factors(session, person.id)
    browser_sessions.end_other_sessions(session, person.id, but=None)


def remove_admin(session: Session, person_id: int) -> None:
    """Let somebody be no admin any more; without a site of their own their sessions end.

    Raises:
        NotFound: where they are none.
        Invalid: where the server would have no admin left.
    """
    query = select(PersonRow.id).where(PersonRow.is_admin.is_(True)).with_for_update()
    found = set(session.scalars(query))
    if person_id not in found:
        raise NotFound(NOBODY)
    if found == {person_id}:
        raise Invalid([FieldError("role", LAST_ADMIN)])
    set_admin(session, person_id, False)
    session.flush()
    _end_sessions_of_nobody(session, person_id)


def _role_of(session: Session, person_id: int, site_id: int) -> Role:
    role = session.scalar(
        select(MembershipRow.role).where(
            MembershipRow.person_id == person_id, MembershipRow.site_id == site_id
        )
    )
    if role is None:
        raise NotFound(NOBODY)
    return Role(role)


def _keep_an_owner(session: Session, person_id: int, site_id: int) -> None:
    """Make sure that somebody else owns the site; two who leave at once wait for each other."""
    owners = session.scalars(
        select(MembershipRow.person_id)
        .where(MembershipRow.site_id == site_id, MembershipRow.role == Role.OWNER)
        .order_by(MembershipRow.id)
        .with_for_update()
    )
    if set(owners) <= {person_id}:
        raise Invalid([FieldError("role", LAST_OWNER)])


def _end_sessions_of_nobody(session: Session, person_id: int) -> None:
    """End the sessions of somebody who has nothing left to do here."""
    sites = select(MembershipRow.id).where(MembershipRow.person_id == person_id).limit(1)
    if session.scalar(sites) is None and not session.get_one(PersonRow, person_id).is_admin:
        browser_sessions.end_other_sessions(session, person_id, but=None)


def _people(session: Session, keys: KeyRing, ids: Select[int]) -> Sequence[Person]:
    found = (person_by_id(session, keys, one) for one in session.scalars(ids).all())
    return [person for person in found if person is not None]
