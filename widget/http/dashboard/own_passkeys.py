"""The passkeys of an account: make one, name it, remove it."""

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask import session as form_session
from werkzeug.wrappers import Response

from widget.domain.audit_log import Action, Entry
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.http.dashboard import words
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.door import ADDED, Door
from widget.http.dashboard.relying_party import REFUSED
from widget.http.dashboard.sign_in import with_fault
from widget.http.dashboard.totp import codes_page, new_codes, refuse_last
from widget.publication.parts import Parts
from widget.store import audit_log, ceremonies, factors, passkeys
from widget.store.ceremonies import Begun, Ceremony
from widget.store.database import Session
from widget.store.passkeys import Passkey

NOT_HERE = "Passkeys need a server that is reached by a name, and by https."


def add_routes(dashboard: Blueprint, parts: Parts, access: Access, door: Door) -> None:
    """Add the routes of one's passkeys."""
    _add_making(dashboard, parts, access, door)
    _add_keeping(dashboard, parts, access)


def _add_making(dashboard: Blueprint, parts: Parts, access: Access, door: Door) -> None:
    @dashboard.get("/account/passkeys/new")
    def new_passkey() -> Response:
        return _page(door, None)

    @dashboard.post("/account/passkeys/challenge")
    def begin_passkey() -> Response:
        person, now = current_person(), parts.now()
        if not door.passkeys.is_usable:
            raise NotFound(NOT_HERE)
        with parts.database.write() as session:
            known = passkeys.passkeys_of(session, person.id)
            challenge, options = door.passkeys.to_add(person, known)
            begun = Begun(kind=Ceremony.PASSKEY_ADDED, person_id=person.id, challenge=challenge)
            form_session[ADDED] = ceremonies.begin(session, begun, now)
        return jsonify(options)

    @dashboard.post("/account/passkeys")
    def add_passkey() -> Response:
        try:
            codes = _add(parts, access, door)
        except Invalid as error:
            return _page(door, error)
        if codes:
            return codes_page(codes)
        return redirect(url_for("dashboard.account", done="passkey"), 303)


def _add(parts: Parts, access: Access, door: Door) -> list[str]:
    """Keep the passkey that was sent; return recovery codes if it is the first second factor.

    Raises:
        Invalid: where it isn't an answer to what was asked, or the name is none.
    """
    person, now = current_person(), parts.now()
    name = passkeys.checked_name(request.form.get("name", ""))
    token = str(form_session.pop(ADDED, ""))
    with parts.database.write() as session:
        begun = ceremonies.finish(session, token, Ceremony.PASSKEY_ADDED, now)
    if begun is None or begun.challenge is None or begun.person_id != person.id:
        raise Invalid([FieldError("passkey", REFUSED)])
    answer = request.form.get("passkey", "")
    credential, public_key, count = door.passkeys.added(answer, begun.challenge)
    new = Passkey(
        id=0,
        person_id=person.id,
        credential=credential,
        public_key=public_key,
        sign_count=count,
        name=name,
        created=now,
        used=None,
    )
    with parts.database.write() as session:
        had = factors.factors_of(session, person.id)
        kept = passkeys.add_passkey(session, new)
        _write(parts, access, session, Action.PASSKEY_ADDED, kept.name)
        return [] if had.any else new_codes(parts, access, session)


def _add_keeping(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.post("/account/passkeys/<int:passkey_id>/name")
    def rename_passkey(passkey_id: int) -> Response:
        name = request.form.get("name", "")
        with parts.database.write() as session:
            passkeys.rename_passkey(session, current_person().id, passkey_id, name)
            _write(parts, access, session, Action.PASSKEY_RENAMED, name)
        return redirect(url_for("dashboard.account"), 303)

    @dashboard.post("/account/passkeys/<int:passkey_id>/remove")
    def remove_passkey(passkey_id: int) -> Response:
        person = current_person()
        with parts.database.write() as session:
            own = {one.id: one for one in passkeys.passkeys_of(session, person.id)}
            if passkey_id not in own:
                raise NotFound("There is no such passkey.")
            refuse_last(parts, len(own) - 1 + factors.factors_of(session, person.id).totp)
            passkeys.remove_passkey(session, person.id, passkey_id)
            _write(parts, access, session, Action.PASSKEY_REMOVED, own[passkey_id].name)
        return redirect(url_for("dashboard.account", done="removed"), 303)


def _write(parts: Parts, access: Access, session: Session, action: Action, name: str) -> None:
    entry = Entry(action=action, by=access.by(), details={"name": name})
    audit_log.write(session, parts.keys, entry, parts.now())


def _page(door: Door, error: Invalid | None) -> Response:
    typed = request.form.get("name")
    page = render_template(
        "dashboard/new_passkey.html",
        fault=str(error) if error else None,
        name=typed if typed is not None else _proposed(),
        is_usable=door.passkeys.is_usable,
        why_not=NOT_HERE,
    )
    return with_fault(make_response(page), error)


def _proposed() -> str:
    """Return a name for a passkey of this browser, to be changed."""
    return words.browser_name(request.headers.get("User-Agent")) or "Passkey"
