"""One's own account: the password, and the browsers that are signed in."""

import logging

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask import session as form_session
from werkzeug.wrappers import Response

from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.subscription import Rhythm
from widget.http.dashboard import words
from widget.http.dashboard.access import LINK_SESSION, Access, current_browser, current_person
from widget.http.dashboard.password_check import PasswordCheck
from widget.publication.parts import Parts
from widget.store import browser_sessions, moderator_mail, people
from widget.store.passwords import MIN_LENGTH

log = logging.getLogger("comment_widget.dashboard")


def add_routes(dashboard: Blueprint, parts: Parts, access: Access, checker: PasswordCheck) -> None:
    """Add the routes of the account."""
    _add_session_routes(dashboard, parts, access)
    _add_password_routes(dashboard, parts, access, checker)


def _add_session_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/account")
    def account() -> Response:
        with parts.database.read() as session:
            found = browser_sessions.sessions_of(session, current_person().id, parts.now())
            rhythm = moderator_mail.rhythm_of(session, current_person().id)
        page = render_template(
            "dashboard/account.html",
            browsers=found,
            words=words,
            current=current_browser().id,
            changed=request.args.get("changed", ""),
            sends_mail=parts.mail is not None,
            rhythm=rhythm,
        )
        return make_response(page)

    @dashboard.post("/account/mail")
    def set_mail() -> Response:
        wanted = request.form.get("rhythm", "")
        rhythm = Rhythm(wanted) if wanted in list(Rhythm) else None
        with parts.database.write() as session:
            moderator_mail.set_moderator_rhythm(session, current_person().id, rhythm)
        return redirect(url_for("dashboard.account", changed="mail"), 303)

    @dashboard.post("/account/sessions/<int:session_id>")
    def end_session(session_id: int) -> Response:
        if session_id == current_browser().id:
            return access.sign_out(redirect(url_for("dashboard.sign_in"), 303))
        with parts.database.write() as session:
            if not browser_sessions.end_session(session, current_person().id, session_id):
                raise NotFound("There is no such session.")
        return redirect(url_for("dashboard.account"), 303)


def _add_password_routes(
    dashboard: Blueprint, parts: Parts, access: Access, checker: PasswordCheck
) -> None:
    @dashboard.get("/account/password")
    def password() -> Response:
        return _password_page([])

    @dashboard.post("/account/password")
    def set_password() -> Response:
        person = current_person()
        new = request.form.get("password", "")
        try:
            if not _may_go_without_old():
                checker.confirm(person, request.form.get("old", ""), request)
            hashed = checker.passwords.hash(new, email=person.email)
        except Invalid as error:
            return _password_page(error.errors)
        with parts.database.write() as session:
            people.set_password_hash(session, person.id, hashed)
            browser_sessions.end_other_sessions(session, person.id, but=None)
        log.info("person %d set a password; all other sessions ended", person.id)
        where = redirect(url_for("dashboard.account", changed="password"), 303)
        return access.sign_in(person, where, by_link=False)


def _may_go_without_old() -> bool:
    """Tell whether no old password is asked for: there is none, or a link signed them in."""
    by_link = form_session.get(LINK_SESSION) == current_browser().id
    return current_person().password_hash is None or by_link


def _password_page(errors: tuple[FieldError, ...] | list[FieldError]) -> Response:
    page = render_template(
        "dashboard/password.html",
        errors={error.field: error.message for error in errors},
        asks_old=not _may_go_without_old(),
        min_length=MIN_LENGTH,
    )
    return make_response(page, 422 if errors else 200)
