"""Saying again who one is, before one changes how one signs in."""

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import FieldError, Invalid, TooMany
from widget.domain.person import Person
from widget.http.dashboard.access import current_browser, current_person
from widget.http.dashboard.door import Door
from widget.http.dashboard.sign_in import own_page, with_fault
from widget.publication.parts import Parts
from widget.store import browser_sessions

WRONG = "This is not your password."


def add_routes(dashboard: Blueprint, parts: Parts, door: Door) -> None:
    """Add ``/account/confirm``."""

    @dashboard.get("/account/confirm")
    def confirm() -> Response:
        return _page(door, None)

    @dashboard.post("/account/confirm/challenge")
    def confirm_challenge() -> Response:
        return jsonify(door.ask_passkey(current_person()))

    @dashboard.post("/account/confirm")
    def confirmed() -> Response:
        try:
            _check(door, current_person())
        except (TooMany, Invalid) as error:
            return _page(door, error)
        with parts.database.write() as session:
            browser_sessions.proved(session, current_browser().id, parts.now())
        where = own_page(request.form.get("next")) or url_for("dashboard.account")
        return redirect(where, 303)


def _check(door: Door, person: Person) -> None:
    """Make sure that it is they: by their password, or a second factor that they have."""
    for way in ("passkey", "code"):
        if request.form.get(way):
            door.check_factor(person, way, request.form[way])
            return
    try:
        door.checker.confirm(person, request.form.get("password", ""), request)
    except Invalid as error:
        raise Invalid([FieldError("password", WRONG)]) from error


def _page(door: Door, error: TooMany | Invalid | None) -> Response:
    page = render_template(
        "dashboard/confirm.html",
        fault=str(error) if error else None,
        next=own_page(request.values.get("next")),
        factors=door.factors_of(current_person()),
        can_have_passkeys=door.passkeys.is_usable,
    )
    return with_fault(make_response(page), error)
