"""What is not the API: the embed script, the demo article, health, plugins' own routes."""

from flask import Blueprint, Flask, Response, render_template, request

from widget.domain.errors import WidgetError
from widget.http.pages import (
    decide,
    demo,
    embed,
    embed_check,
    feeds,
    health,
    metrics,
    subscriptions,
    thread,
)
from widget.http.problems import problem_of
from widget.plugin_host.registry import LoadedPlugin
from widget.publication.parts import Parts


def blueprint(parts: Parts) -> Blueprint:
    """Return the routes of the public pages."""
    pages = Blueprint("pages", "widget")
    for module in (embed, embed_check, health, metrics, thread, feeds, subscriptions, decide, demo):
        module.add_routes(pages, parts)
    pages.register_error_handler(WidgetError, _in_words)
    return pages


def _in_words(error: WidgetError) -> Response:
    """Answer an error as a page where a person asked, else as a problem document."""
    problem = problem_of(error)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return problem
    words = problem.get_json(force=True)
    page = render_template("problem.html", title=words["title"], detail=words["detail"])
    problem.set_data(page)
    problem.content_type = "text/html; charset=utf-8"
    problem.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'"
    return problem


def add_plugin_routes(app: Flask, parts: Parts, plugin: LoadedPlugin) -> None:
    """Mount a plugin's own routes under ``/plugins/<name>/``."""
    own = Blueprint(f"plugin_{plugin.name}", plugin.name, url_prefix=f"/plugins/{plugin.name}")
    reply = parts.plugins.caller.ask(plugin, "routes", plugin.info.deadline_s, blueprint=own)
    if reply.failure is None:
        app.register_blueprint(own)
