"""Signing in, by password, by a passkey or by a link that works once, and signing out."""

import logging
import re

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import Invalid, NotFound, TooMany
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.door import Door
from widget.publication.parts import Parts
from widget.store import people

log = logging.getLogger("comment_widget.dashboard")

DEAD_LINK = "This sign-in link was used already, or it is too old."
_MAX_EMAIL = 254
#: The second factors; the form has a field of that name for each.
WAYS = ("passkey", "recovery", "code")
#: A page of the dashboard: nothing that a browser could read as another host or scheme.
_OWN_PAGE = re.compile(r"/dashboard/[A-Za-z0-9_./?=&%-]*")


def add_routes(dashboard: Blueprint, parts: Parts, access: Access, door: Door) -> None:
    """Add the routes of signing in and out."""
    _add_password_routes(dashboard, door)
    _add_passkey_routes(dashboard, door)
    _add_second_factor_routes(dashboard, door)
    _add_link_routes(dashboard, parts, door)

    @dashboard.post("/sign-out")
    def sign_out() -> Response:
        log.info("person %d signed out", current_person().id)
        return access.sign_out(redirect(url_for("dashboard.sign_in"), 303))


def _add_password_routes(dashboard: Blueprint, door: Door) -> None:
    @dashboard.get("/sign-in")
    def sign_in() -> Response:
        if "person" in g:
            return redirect(url_for("dashboard.home"), 303)
        return _page(door)

    @dashboard.post("/sign-in")
    def try_password() -> Response:
        email = request.form.get("email", "").strip()[:_MAX_EMAIL]
        try:
            person = door.checker.person(email, request.form.get("password", ""), request)
        except (TooMany, Invalid) as error:
            log.info("sign-in refused")
            return _page(door, error, email)
        log.info("person %d showed their password", person.id)
        wanted = own_page(request.form.get("next"))
        return door.first_step(person, wanted, by_link=False, way="password")


def _add_passkey_routes(dashboard: Blueprint, door: Door) -> None:
    @dashboard.post("/sign-in/passkey/challenge")
    def passkey_challenge() -> Response:
        """Ask for the passkey of who has come half-way, or of anybody."""
        half = door.half() if "second" in request.form else None
        return jsonify(door.ask_passkey(half.person if half else None))

    @dashboard.post("/sign-in/passkey")
    def try_passkey() -> Response:
        try:
            person = door.shown_passkey(request.form.get("passkey", ""), None)
        except Invalid as error:
            door.checker.note_failure(None, "passkey", door.checker.address_of(request))
            return _page(door, error)
        wanted = own_page(request.form.get("next"))
        # A passkey is both at once: the device that holds it, and what unlocks the device.
        return door.let_in(person, wanted, by_link=False, way="passkey")


def _add_second_factor_routes(dashboard: Blueprint, door: Door) -> None:
    @dashboard.get("/sign-in/second-factor")
    def second_factor() -> Response:
        return _second_page(door)

    @dashboard.post("/sign-in/second-factor")
    def try_second_factor() -> Response:
        half = door.half()
        if half is None:
            return _second_page(door)
        way = next((way for way in WAYS if request.form.get(way)), "code")
        try:
            return door.second_step(half, way, request.form.get(way, ""))
        except (TooMany, Invalid) as error:
            return _second_page(door, error, way)


def _add_link_routes(dashboard: Blueprint, parts: Parts, door: Door) -> None:
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
        log.info("person %d showed a sign-in link", person.id)
        return door.first_step(person, None, by_link=True, way="link")


def own_page(wanted: str | None) -> str | None:
    """Return the page to go on to, if it is one of the dashboard's, else ``None``."""
    if wanted and _OWN_PAGE.fullmatch(wanted) and "//" not in wanted and "/." not in wanted:
        return wanted
    return None


def _page(door: Door, error: TooMany | Invalid | None = None, email: str = "") -> Response:
    page = render_template(
        "dashboard/sign_in.html",
        fault=str(error) if error else None,
        email=email,
        next=own_page(request.values.get("next")),
        has_passkeys=door.passkeys.is_usable,
    )
    return with_fault(make_response(page), error)


def _second_page(door: Door, error: TooMany | Invalid | None = None, way: str = "code") -> Response:
    half = door.half()
    if half is None:
        return redirect(url_for("dashboard.sign_in"), 303)
    page = render_template(
        "dashboard/second_factor.html",
        fault=str(error) if error else None,
        way=way,
        factors=door.factors_of(half.person),
        has_passkeys=door.passkeys.is_usable,
    )
    return with_fault(make_response(page), error)


def with_fault(response: Response, error: TooMany | Invalid | None) -> Response:
    """Say by the status of a page what is at fault, and how long to wait."""
    if isinstance(error, TooMany):
        response.status_code = 429
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif error is not None:
        response.status_code = 422
    return response
