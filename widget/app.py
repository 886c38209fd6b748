"""create_app(config): the application, from the joined parts and what answers requests."""

from collections.abc import Callable, Iterable
from datetime import datetime

from flask import Flask, Response, request

from widget.assembly import assemble, parts_of, start_plugins, utc_now
from widget.config import Config
from widget.domain.errors import FieldError, Malformed
from widget.http import api, dashboard, language, pages
from widget.http.ids import IdConverter
from widget.http.problems import answer_errors
from widget.plugin_host.discovery import Candidate
from widget.store.shared_limits import ALONE

__all__ = ["create_app", "parts_of"]

#: The largest request that is read, bytes: a text of the greatest length in any script.
MAX_REQUEST = 512 * 1024


def create_app(
    config: Config | None = None,
    *,
    now: Callable[[], datetime] = utc_now,
    candidates: Iterable[Candidate] | None = None,
    limits_url: str = ALONE,
) -> Flask:
    """Return the application; ``app.extensions["comment_widget"]`` are its parts.

    The database isn't migrated here: ``serve`` and ``db upgrade`` do that. ``limits_url`` is
    where limits are counted; by itself each application counts alone.

    Raises:
        ConfigurationError: where it can't run like this.
    """
    app = assemble(config, now=now, candidates=candidates, limits_url=limits_url)
    parts = parts_of(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    app.url_map.converters["int"] = IdConverter
    app.extensions[language.EXTENSION] = parts.languages
    app.config["SECRET_KEY"] = parts.keys.session
    answer_errors(app)
    app.register_blueprint(api.blueprint(parts))
    app.register_blueprint(pages.blueprint(parts))
    app.register_blueprint(dashboard.blueprint(parts))
    app.before_request(_refuse_null)
    app.after_request(_add_safe_headers)
    start_plugins(app, parts)
    for plugin in parts.plugins.registry.plugins:
        if "routes" in plugin.hooks:
            pages.add_plugin_routes(app, parts, plugin)
    return app


def _refuse_null() -> None:
    """Refuse the character that no address or form of ours has, and PostgreSQL no text."""
    sent = (*request.args.values(), *request.form.values(), request.path)
    if any("\0" in text for text in sent):
        raise Malformed([FieldError("", "There is a null character in the request.")])


def _add_safe_headers(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    return response
