"""Taking an invitation: somebody new sets a password, somebody known has to be signed in."""

import logging

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.audit_log import Action, By, Entry
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.person import Person
from widget.domain.site import Site
from widget.http.dashboard.door import Door
from widget.publication.parts import Parts
from widget.store import audit_log, invitations, people, sites
from widget.store.database import Session
from widget.store.invitations import Invitation
from widget.store.passwords import MIN_LENGTH

log = logging.getLogger("comment_widget.dashboard")

DEAD = "This invitation was taken or withdrawn, or it is too old. Ask who sent it for a new one."
SIGN_IN_FIRST = "There is an account with this address: sign in with it, then open the link again."


def add_routes(dashboard: Blueprint, parts: Parts, door: Door) -> None:
    """Add ``/invitation/<token>``."""

    @dashboard.get("/invitation/<token>")
    def invitation(token: str) -> Response:
        return _page(parts, *_found(parts, token), error=None)

    @dashboard.post("/invitation/<token>")
    def accept_invitation(token: str) -> Response:
        found, known = _found(parts, token)
        try:
            if known is None:
                return _join(parts, door, token, found)
        except Invalid as error:
            return _page(parts, found, known, error=error)
        if not _is_signed_in(known):
            return _page(parts, found, known, error=Invalid([FieldError("email", SIGN_IN_FIRST)]))
        with parts.database.write() as session:
            taken = _taken(parts, session, token)
            _give(parts, session, taken, known, door.access.by())
        return redirect(url_for("dashboard.home"), 303)


def _join(parts: Parts, door: Door, token: str, found: Invitation) -> Response:
    """Make the account of somebody new, give it the role, and sign them in.

    Raises:
        Invalid: where the password can't be used, or somebody else made the account just now.
        NotFound: where somebody else took the invitation just now.
    """
    hashed = door.checker.passwords.hash(request.form.get("password", ""), email=found.email)
    with parts.database.write() as session:
        taken = _taken(parts, session, token)
        person = people.add_person(session, parts.keys, taken.email, parts.now())
        people.set_password_hash(session, person.id, hashed)
        by = By(actor=person.actor, address=door.checker.address_of(request))
        _give(parts, session, taken, person, by)
    log.info("person %d took an invitation", person.id)
    where = redirect(url_for("dashboard.home"), 303)
    return door.access.sign_in(person, where, by_link=False, way="invitation")


def _taken(parts: Parts, session: Session, token: str) -> Invitation:
    taken = invitations.take(session, parts.keys, token, parts.now())
    if taken is None:
        raise NotFound(DEAD)
    return taken


def _give(parts: Parts, session: Session, taken: Invitation, person: Person, by: By) -> None:
    """Give somebody the role that they were invited to, but never a lower one than they have."""
    if taken.site_id is None:
        people.set_admin(session, person.id, True)
    elif taken.site_id not in person.roles:
        people.set_role(session, person.id, taken.site_id, taken.role)
    entry = Entry(
        action=Action.INVITATION_ACCEPTED,
        by=by,
        site_id=taken.site_id,
        target=f"invitation:{taken.id}",
        details={"role": taken.role.value},
    )
    audit_log.write(session, parts.keys, entry, parts.now())


def _found(parts: Parts, token: str) -> tuple[Invitation, Person | None]:
    """Return an invitation, and the person of its address if there is one.

    Raises:
        NotFound: where there is no such invitation any more.
    """
    with parts.database.read() as session:
        found = invitations.find_invitation(session, parts.keys, token, parts.now())
        if found is None:
            raise NotFound(DEAD)
        return found, people.find_person(session, parts.keys, found.email)


def _is_signed_in(person: Person) -> bool:
    return "person" in g and g.person.id == person.id


def _page(
    parts: Parts, found: Invitation, known: Person | None, *, error: Invalid | None
) -> Response:
    page = render_template(
        "dashboard/invitation.html",
        invitation=found,
        invited_site=_site_of(parts, found),
        is_known=known is not None,
        is_theirs=known is not None and _is_signed_in(known),
        fault=str(error) if error else None,
        min_length=MIN_LENGTH,
        here=request.path,
    )
    return make_response(page, 422 if error else 200)


def _site_of(parts: Parts, found: Invitation) -> Site | None:
    if found.site_id is None:
        return None
    with parts.database.read() as session:
        return sites.site_by_id(session, found.site_id)
