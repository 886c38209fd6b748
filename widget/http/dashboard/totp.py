"""The authenticator app of an account (TOTP, RFC 6238), and the recovery codes."""

from urllib.parse import urlsplit

import pyotp
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.audit_log import Action, Entry
from widget.domain.errors import FieldError, Invalid, NotFound, TooMany
from widget.http.dashboard.access import NEEDS_FACTOR, Access, current_person
from widget.http.dashboard.door import WRONG_CODE, Door
from widget.http.dashboard.limits import Attempt
from widget.http.dashboard.sign_in import with_fault
from widget.publication.parts import Parts
from widget.store import audit_log, factors
from widget.store.database import Session

_PRODUCT = "Comment Widget"


def add_routes(dashboard: Blueprint, parts: Parts, access: Access, door: Door) -> None:
    """Add the routes of the authenticator app and of recovery codes."""
    _add_setting_up(dashboard, parts, access, door)
    _add_others(dashboard, parts, access)


def _add_setting_up(dashboard: Blueprint, parts: Parts, access: Access, door: Door) -> None:
    @dashboard.post("/account/totp")
    def begin_totp() -> Response:
        with parts.database.write() as session:
            factors.begin_totp(session, parts.keys, current_person().id, parts.now())
        return redirect(url_for("dashboard.totp"), 303)

    @dashboard.get("/account/totp")
    def totp() -> Response:
        return _page(parts, None)

    @dashboard.post("/account/totp/confirm")
    def confirm_totp() -> Response:
        person, now = current_person(), parts.now()
        attempt = Attempt(f"new app of {person.id}", door.checker.address_of(request))
        typed = request.form.get("code", "")[:100]
        try:
            door.checker.limits.count(attempt)
        except TooMany as error:
            return _page(parts, error)
        with parts.database.write() as session:
            had = factors.factors_of(session, person.id)
            is_right = factors.confirm_totp(session, parts.keys, person.id, typed, now)
            if is_right:
                entry = Entry(action=Action.TOTP_SET, by=access.by())
                audit_log.write(session, parts.keys, entry, now)
            codes = [] if had.any or not is_right else new_codes(parts, access, session)
        if not is_right:
            return _page(parts, Invalid([FieldError("code", WRONG_CODE)]))
        if not codes:
            return redirect(url_for("dashboard.account", done="totp"), 303)
        return codes_page(codes)


def _add_others(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.post("/account/totp/remove")
    def remove_totp() -> Response:
        person = current_person()
        with parts.database.write() as session:
            had = factors.factors_of(session, person.id)
            if not had.totp:
                raise NotFound("There is no authenticator app.")
            refuse_last(parts, had.passkeys)
            factors.remove_totp(session, person.id)
            entry = Entry(action=Action.TOTP_REMOVED, by=access.by())
            audit_log.write(session, parts.keys, entry, parts.now())
        return redirect(url_for("dashboard.account", done="removed"), 303)

    @dashboard.post("/account/recovery-codes")
    def new_recovery_codes() -> Response:
        with parts.database.write() as session:
            if not factors.factors_of(session, current_person().id).any:
                raise NotFound("Recovery codes come with a second factor.")
            codes = new_codes(parts, access, session)
        return codes_page(codes)


def new_codes(parts: Parts, access: Access, session: Session) -> list[str]:
    """Make new recovery codes for the person who asks, and write down that they were made."""
    codes = factors.make_recovery_codes(session, parts.keys, current_person().id)
    entry = Entry(action=Action.RECOVERY_CODES_MADE, by=access.by())
    audit_log.write(session, parts.keys, entry, parts.now())
    return codes


def codes_page(codes: list[str]) -> Response:
    """Return the page that shows recovery codes, this once."""
    return make_response(render_template("dashboard/recovery_codes.html", codes=codes))


def refuse_last(parts: Parts, others: int) -> None:
    """Keep the last second factor where the server needs one.

    Raises:
        Invalid: where no other would be left.
    """
    if parts.config.require_second_factor and not others:
        raise Invalid([FieldError("factor", f"{NEEDS_FACTOR} Then remove this one.")])


def _page(parts: Parts, error: TooMany | Invalid | None) -> Response:
    person = current_person()
    with parts.database.read() as session:
        secret = factors.waiting_secret(session, parts.keys, person.id)
    if secret is None:
        return redirect(url_for("dashboard.account"), 303)
    host = urlsplit(parts.config.url).netloc
    # A colon parts the issuer from the account in what the picture says.
    issuer = f"{_PRODUCT} ({host})".replace(":", " ")
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=issuer)
    import segno  # noqa: PLC0415  # 2 MB, for a picture that a server draws now and then

    page = render_template(
        "dashboard/totp.html",
        picture=segno.make(uri, error="m").svg_data_uri(scale=4, border=3, light="#fff"),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        fault=str(error) if error else None,
    )
    return with_fault(make_response(page), error)
