"""The dashboard: where people moderate, and owners set up their sites."""

from flask import Blueprint, Flask, request
from flask.blueprints import BlueprintSetupState
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from widget import paths
from widget.http.dashboard import (
    account,
    acts,
    author,
    ban_form,
    bans,
    confirm,
    deliveries,
    edits,
    invitations,
    log,
    many,
    moving,
    overview,
    own_passkeys,
    people,
    plugin,
    problems,
    protection,
    queue,
    replays,
    settings,
    sign_in,
    threads,
    totp,
    what_if,
)
from widget.http.dashboard.access import Access
from widget.http.dashboard.assets import version_of
from widget.http.dashboard.door import Door
from widget.http.dashboard.password_check import PasswordCheck
from widget.publication.parts import Parts

PREFIX = "/dashboard"


def blueprint(parts: Parts) -> Blueprint:
    """Return the routes under ``/dashboard``."""
    dashboard = Blueprint("dashboard", "widget", url_prefix=PREFIX)
    access = Access(parts)
    csrf = CSRFProtect()
    is_https = parts.config.url.startswith("https://")

    @dashboard.before_request
    def protect() -> Response | None:
        if request.method not in protection.SAFE_METHODS:
            protection.check_origin(request, parts.config.public_url)
            csrf.protect()
        return access.let_in()

    @dashboard.after_app_request
    def add_headers(response: Response) -> Response:
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            protection.add_headers(response, is_https=is_https)
        return response

    problems.answer_errors(dashboard)
    door = Door(parts, access, PasswordCheck(parts))
    for with_door in (sign_in, account, totp, own_passkeys):
        with_door.add_routes(dashboard, parts, access, door)
    confirm.add_routes(dashboard, parts, door)
    invitations.add_routes(dashboard, parts, door)
    for module in (
        people,
        log,
        many,
        queue,
        acts,
        overview,
        settings,
        plugin,
        replays,
        what_if,
        deliveries,
        edits,
        bans,
        ban_form,
        author,
        threads,
        moving,
    ):
        module.add_routes(dashboard, parts, access)

    @dashboard.get("/<path:rest>")
    def nothing(rest: str) -> Response:
        raise NotFound(f"There is no page {rest!r} here.")

    dashboard.context_processor(access.for_templates)
    dashboard.record_once(lambda state: _set_up(state, csrf, is_https))
    return dashboard


def _set_up(state: BlueprintSetupState, csrf: CSRFProtect, is_https: bool) -> None:
    """Prepare the application: forms' tokens, and the functions that templates call."""
    app = state.app
    if not isinstance(app, Flask):
        raise TypeError("not a Flask application")
    protection.configure(app, is_https=is_https)
    csrf.init_app(app)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # Every string of the templates goes through gettext; there are no translations yet.
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    app.jinja_env.globals["dashboard_asset"] = version_of(paths.STATIC / "dashboard")
