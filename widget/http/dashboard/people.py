"""The people of a site, or of the server: their roles, and invitations by link."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.audit_log import Action, Entry
from widget.domain.errors import FieldError, Invalid
from widget.domain.person import Person, Right, Role
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access, current_person
from widget.publication.parts import Parts
from widget.store import audit_log, factors, invitations, people, roles, sites
from widget.store.database import Session
from widget.store.invitations import LIFE, Invitation

OWN_ROLE = "You can't change your own role: ask somebody who has it, too."
NO_ROLE = "Choose one of the roles."
NO_EMAIL = "This is not an email address."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the page tells beyond the list: a new link, or what is at fault."""

    link: str | None = None
    invitation: Invitation | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


class PeoplePages:
    """The page of the people, and what is done there; without a site, of the server's."""

    def __init__(self, parts: Parts, access: Access) -> None:
        self.parts = parts
        self.access = access

    def place(self, site_key: str | None) -> Site | None:
        """Return the site, or nothing for the server, where the person who asks may do this.

        Raises:
            NotFound: where they may not.
        """
        if site_key is None:
            self.access.admin()
            return None
        return self.access.site(site_key, Right.PEOPLE)

    def page(self, site: Site | None, shown: _Shown | None = None) -> Response:
        """Return the page."""
        parts, shown = self.parts, shown or _Shown()
        with parts.database.read() as session:
            found = self._people(session, site)
            invited = invitations.invitations_to(session, parts.keys, site.id if site else None)
            by = words.people_of(one.actor for one in invited)
            text = render_template(
                "dashboard/people.html",
                site=site,
                sites=self.access.own_sites(),
                people=found,
                with_factor=factors.people_with_factors(session, [one.id for one in found]),
                invitations=invited,
                emails=people.emails_of(session, parts.keys, by),
                site_titles={one.id: one for one in sites.list_sites(session)},
                shown=shown,
                roles=_roles_in(site),
                words=words,
                now=parts.now(),
                Role=Role,
            )
        return make_response(text, 422 if shown.errors else 200)

    def invite(self, site: Site | None) -> Response:
        """Invite who the form names, and show the link this once."""
        now = self.parts.now()
        try:
            wanted = Invitation(
                site_id=site.id if site else None,
                role=_role(site),
                email=_email(),
                actor=current_person().actor,
                created=now,
                expires=now + LIFE,
            )
            with self.parts.database.write() as session:
                token, kept = invitations.invite(session, self.parts.keys, wanted)
                self._write(session, Action.INVITED, kept)
        except Invalid as error:
            return self.page(site, _faults(error))
        return self._with_link(site, token, kept)

    def renew(self, site: Site | None, invitation_id: int) -> Response:
        """Make a new link for an invitation, and show it this once."""
        parts, site_id = self.parts, site.id if site else None
        with parts.database.write() as session:
            token, kept = invitations.renew(
                session, parts.keys, site_id, invitation_id, parts.now()
            )
            self._write(session, Action.INVITATION_RENEWED, kept)
        return self._with_link(site, token, kept)

    def withdraw(self, site: Site | None, invitation_id: int) -> Response:
        """End an invitation."""
        site_id = site.id if site else None
        with self.parts.database.write() as session:
            gone = invitations.withdraw(session, self.parts.keys, site_id, invitation_id)
            self._write(session, Action.INVITATION_WITHDRAWN, gone)
        return self.back(site)

    def back(self, site: Site | None) -> Response:
        """Lead back to the page."""
        if site is None:
            return redirect(url_for("dashboard.server_people"), 303)
        return redirect(url_for("dashboard.site_people", site_key=site.key), 303)

    def write_role(self, session: Session, action: Action, person_id: int, **facts: object) -> None:
        """Write down that somebody's role was given or taken."""
        site_id = facts.pop("site_id", None)
        entry = Entry(
            action=action,
            by=self.access.by(),
            site_id=site_id if isinstance(site_id, int) else None,
            target=f"person:{person_id}",
            details=facts,
        )
        audit_log.write(session, self.parts.keys, entry, self.parts.now())

    def _with_link(self, site: Site | None, token: str, kept: Invitation) -> Response:
        link = f"{self.parts.config.url}{url_for('dashboard.invitation', token=token)}"
        return self.page(site, _Shown(link=link, invitation=kept))

    def _write(self, session: Session, action: Action, invitation: Invitation) -> None:
        entry = Entry(
            action=action,
            by=self.access.by(),
            site_id=invitation.site_id,
            target=f"invitation:{invitation.id}",
            email=invitation.email,
            details={"role": invitation.role.value},
        )
        audit_log.write(session, self.parts.keys, entry, self.parts.now())

    def _people(self, session: Session, site: Site | None) -> list[Person]:
        if site is None:
            return people.list_people(session, self.parts.keys)
        return list(roles.people_of_site(session, self.parts.keys, site.id))


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of people."""
    pages = PeoplePages(parts, access)
    _add_lists(dashboard, pages)
    _add_invitations(dashboard, pages)
    _add_roles(dashboard, pages)
    _add_admins(dashboard, pages)


def _add_lists(dashboard: Blueprint, pages: PeoplePages) -> None:
    @dashboard.get("/<site_key>/people")
    def site_people(site_key: str) -> Response:
        return pages.page(pages.place(site_key))

    @dashboard.get("/people")
    def server_people() -> Response:
        return pages.page(pages.place(None))


def _add_invitations(dashboard: Blueprint, pages: PeoplePages) -> None:
    @dashboard.post("/people/invitations")
    @dashboard.post("/<site_key>/people/invitations")
    def invite(site_key: str | None = None) -> Response:
        return pages.invite(pages.place(site_key))

    @dashboard.post("/people/invitations/<int:invitation_id>/renew")
    @dashboard.post("/<site_key>/people/invitations/<int:invitation_id>/renew")
    def renew_invitation(invitation_id: int, site_key: str | None = None) -> Response:
        return pages.renew(pages.place(site_key), invitation_id)

    @dashboard.post("/people/invitations/<int:invitation_id>/withdraw")
    @dashboard.post("/<site_key>/people/invitations/<int:invitation_id>/withdraw")
    def withdraw_invitation(invitation_id: int, site_key: str | None = None) -> Response:
        return pages.withdraw(pages.place(site_key), invitation_id)


def _add_roles(dashboard: Blueprint, pages: PeoplePages) -> None:
    parts = pages.parts

    @dashboard.post("/<site_key>/people/<int:person_id>/role")
    def change_role(site_key: str, person_id: int) -> Response:
        site = pages.access.site(site_key, Right.PEOPLE)
        try:
            role = _role(site)
            if person_id == current_person().id:
                raise Invalid([FieldError("role", OWN_ROLE)])
            with parts.database.write() as session:
                before = roles.change_role(session, person_id, site.id, role)
                pages.write_role(
                    session, Action.ROLE_GIVEN, person_id,
                    site_id=site.id, role=role.value, before=before.value,
                )  # fmt: skip
        except Invalid as error:
            return pages.page(site, _faults(error))
        return pages.back(site)

    @dashboard.post("/<site_key>/people/<int:person_id>/remove")
    def remove_person(site_key: str, person_id: int) -> Response:
        site = pages.access.site(site_key, Right.PEOPLE)
        try:
            with parts.database.write() as session:
                before = roles.remove_from_site(session, person_id, site.id)
                pages.write_role(
                    session, Action.ROLE_TAKEN, person_id, site_id=site.id, role=before.value
                )
        except Invalid as error:
            return pages.page(site, _faults(error))
        left = person_id == current_person().id and not current_person().is_admin
        return redirect(url_for("dashboard.home"), 303) if left else pages.back(site)


def _add_admins(dashboard: Blueprint, pages: PeoplePages) -> None:
    @dashboard.post("/people/<int:person_id>/remove")
    def remove_admin(person_id: int) -> Response:
        pages.access.admin()
        try:
            if person_id == current_person().id:
                raise Invalid([FieldError("role", OWN_ROLE)])
            with pages.parts.database.write() as session:
                roles.remove_admin(session, person_id)
                pages.write_role(session, Action.ROLE_TAKEN, person_id, role=Role.ADMIN.value)
        except Invalid as error:
            return pages.page(None, _faults(error))
        return pages.back(None)


def _roles_in(site: Site | None) -> tuple[Role, ...]:
    return (Role.MODERATOR, Role.OWNER) if site else (Role.ADMIN,)


def _role(site: Site | None) -> Role:
    """Return the role that the form names, one that can be given here.

    Raises:
        Invalid: for any other.
    """
    found = [role for role in _roles_in(site) if role.value == request.form.get("role")]
    if not found:
        raise Invalid([FieldError("role", NO_ROLE)])
    return found[0]


def _email() -> str:
    typed = request.form.get("email", "").strip()
    try:
        return validate_email(typed, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Invalid([FieldError("email", NO_EMAIL)]) from error


def _faults(error: Invalid) -> _Shown:
    return _Shown(errors={fault.field: fault.message for fault in error.errors})
