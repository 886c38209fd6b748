"""One's own account: the password, the second factors, and the browsers that are signed in."""

import logging

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask import session as form_session
from werkzeug.wrappers import Response

from widget.domain.audit_log import Action, Entry
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.subscription import Rhythm
from widget.http.dashboard import words
from widget.http.dashboard.access import LINK_SESSION, Access, current_browser, current_person
from widget.http.dashboard.door import Door
from widget.publication.parts import Parts
from widget.store import (
    audit_log,
    browser_sessions,
    factors,
    moderator_mail,
    passkeys,
    people,
)
from widget.store.passwords import MIN_LENGTH

log = logging.getLogger("comment_widget.dashboard")


def add_routes(dashboard: Blueprint, parts: Parts, access: Access, door: Door) -> None:
    """Add the routes of the account."""
    _add_account(dashboard, parts, door)
    _add_session_routes(dashboard, parts, access)
    _add_password_routes(dashboard, parts, access, door)


def _add_account(dashboard: Blueprint, parts: Parts, door: Door) -> None:
    @dashboard.get("/account")
    def account() -> Response:
        person, now = current_person(), parts.now()
        with parts.database.read() as session:
            page = render_template(
                "dashboard/account.html",
                browsers=browser_sessions.sessions_of(session, person.id, now),
                factors=factors.factors_of(session, person.id),
                passkeys=passkeys.passkeys_of(session, person.id),
                can_have_passkeys=door.passkeys.is_usable,
                words=words,
                current=current_browser().id,
                done=request.args.get("done"),
                sends_mail=parts.mail is not None,
                rhythm=moderator_mail.rhythm_of(session, person.id),
            )
        return make_response(page)


def _add_session_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.post("/account/mail")
    def set_mail() -> Response:
        wanted = request.form.get("rhythm", "")
        rhythm = Rhythm(wanted) if wanted in list(Rhythm) else None
        with parts.database.write() as session:
            moderator_mail.set_moderator_rhythm(session, current_person().id, rhythm)
        return redirect(url_for("dashboard.account", done="mail"), 303)

    @dashboard.post("/account/sessions/<int:session_id>")
    def end_session(session_id: int) -> Response:
        if session_id == current_browser().id:
            return access.sign_out(redirect(url_for("dashboard.sign_in"), 303))
        with parts.database.write() as session:
            if not browser_sessions.end_session(session, current_person().id, session_id):
                raise NotFound("There is no such session.")
            entry = Entry(action=Action.SESSION_ENDED, by=access.by())
            audit_log.write(session, parts.keys, entry, parts.now())
        return redirect(url_for("dashboard.account"), 303)

    @dashboard.post("/account/sessions/others")
    def end_other_sessions() -> Response:
        with parts.database.write() as session:
            browser_sessions.end_other_sessions(
                session, current_person().id, but=current_browser().id
            )
            entry = Entry(action=Action.OTHER_SESSIONS_ENDED, by=access.by())
            audit_log.write(session, parts.keys, entry, parts.now())
        return redirect(url_for("dashboard.account", done="sessions"), 303)


def _add_password_routes(dashboard: Blueprint, parts: Parts, access: Access, door: Door) -> None:
    def to_confirm() -> Response | None:
        """Ask who has no password to show who they are, before they set one."""
        if current_person().password_hash is None and not access.is_fresh():
            here = url_for("dashboard.password")
            return redirect(url_for("dashboard.confirm", next=here), 303)
        return None

    @dashboard.get("/account/password")
    def password() -> Response:
        return to_confirm() or _password_page([], asks_old=_asks_old(access))

    @dashboard.post("/account/password")
    def set_password() -> Response:
        confirm = to_confirm()
        if confirm is not None:
            return confirm
        person, asks_old = current_person(), _asks_old(access)
        new = request.form.get("password", "")
        try:
            if asks_old:
                door.checker.confirm(person, request.form.get("old", ""), request)
            hashed = door.checker.passwords.hash(new, email=person.email)
        except Invalid as error:
            return _password_page(error.errors, asks_old=asks_old)
        with parts.database.write() as session:
            people.set_password_hash(session, person.id, hashed)
            browser_sessions.end_other_sessions(session, person.id, but=None)
            entry = Entry(action=Action.PASSWORD_SET, by=access.by())
            audit_log.write(session, parts.keys, entry, parts.now())
        log.info("person %d set a password; all other sessions ended", person.id)
        where = redirect(url_for("dashboard.account", done="password"), 303)
        return access.sign_in(person, where, by_link=False, way=None)


def _asks_old(access: Access) -> bool:
    """Tell whether the present password is asked for.

    Not where there is none, nor of somebody whom a sign-in link has let in only just now.
    """
    if current_person().password_hash is None:
        return False
    by_link = form_session.get(LINK_SESSION) == current_browser().id
    return not (by_link and access.is_fresh())


def _password_page(
    errors: tuple[FieldError, ...] | list[FieldError], *, asks_old: bool
) -> Response:
    page = render_template(
        "dashboard/password.html",
        errors={error.field: error.message for error in errors},
        asks_old=asks_old,
        min_length=MIN_LENGTH,
    )
    return make_response(page, 422 if errors else 200)
