"""Signing in, by password or by a link that works once, and signing out."""

import logging
import re

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import Invalid, NotFound, TooMany
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.password_check import PasswordCheck
from widget.publication.parts import Parts
from widget.store import people

log = logging.getLogger("comment_widget.dashboard")

DEAD_LINK = "This sign-in link was used already, or it is too old."
_MAX_EMAIL = 254
#: A page of the dashboard: nothing that a browser could read as another host or scheme.
_OWN_PAGE = re.compile(r"/dashboard/[A-Za-z0-9_./?=&%-]*")


def add_routes(dashboard: Blueprint, parts: Parts, access: Access, checker: PasswordCheck) -> None:
    """Add the routes of signing in and out."""
    _add_password_routes(dashboard, access, checker)
    _add_link_routes(dashboard, parts, access)

    @dashboard.post("/sign-out")
    def sign_out() -> Response:
        log.info("person %d signed out", current_person().id)
        return access.sign_out(redirect(url_for("dashboard.sign_in"), 303))


def _add_password_routes(dashboard: Blueprint, access: Access, checker: PasswordCheck) -> None:
    @dashboard.get("/sign-in")
    def sign_in() -> Response:
        if "person" in g:
            return redirect(url_for("dashboard.home"), 303)
        return _page()

    @dashboard.post("/sign-in")
    def try_password() -> Response:
        email = request.form.get("email", "").strip()[:_MAX_EMAIL]
        try:
            person = checker.person(email, request.form.get("password", ""), request)
        except TooMany as error:
            response = _page(str(error), email, 429)
            response.headers["Retry-After"] = str(error.retry_after_s)
            return response
        except Invalid as error:
            log.info("sign-in refused")
            return _page(str(error), email, 422)
        log.info("person %d signed in", person.id)
        where = own_page(request.form.get("next")) or url_for("dashboard.home")
        return access.sign_in(person, redirect(where, 303), by_link=False)


def _add_link_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/sign-in/<token>")
    def link(token: str) -> Response:
        with parts.database.read() as session:
            good = people.link_is_good(session, token, parts.now())
        if not good:
            raise NotFound(DEAD_LINK)
        return make_response(render_template("dashboard/link.html"))

    @dashboard.post("/sign-in/<token>")
    def use_link(token: str) -> Response:
        with parts.database.write() as session:
            person = people.use_sign_in_link(session, parts.keys, token, parts.now())
        if person is None:
            raise NotFound(DEAD_LINK)
        log.info("person %d signed in by a link", person.id)
        then = "dashboard.home" if person.password_hash else "dashboard.password"
        return access.sign_in(person, redirect(url_for(then), 303), by_link=True)


def own_page(wanted: str | None) -> str | None:
    """Return the page to go on to, if it is one of the dashboard's, else ``None``."""
    if wanted and _OWN_PAGE.fullmatch(wanted) and "//" not in wanted and "/." not in wanted:
        return wanted
    return None


def _page(fault: str | None = None, email: str = "", status: int = 200) -> Response:
    wanted = own_page(request.values.get("next"))
    page = render_template("dashboard/sign_in.html", fault=fault, email=email, next=wanted)
    return make_response(page, status)
