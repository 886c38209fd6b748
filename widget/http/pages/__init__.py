"""What is not the API: the embed script, the demo article, health, plugins' own routes."""

from flask import Blueprint, Flask

from widget.http.pages import demo, embed, health, thread
from widget.plugin_host.registry import LoadedPlugin
from widget.publication.parts import Parts


def blueprint(parts: Parts) -> Blueprint:
    """Return the routes of the public pages."""
    pages = Blueprint("pages", "widget")
    for module in (embed, health, thread, demo):
        module.add_routes(pages, parts)
    return pages


def add_plugin_routes(app: Flask, parts: Parts, plugin: LoadedPlugin) -> None:
    """Mount a plugin's own routes under ``/plugins/<name>/``."""
    own = Blueprint(f"plugin_{plugin.name}", plugin.name, url_prefix=f"/plugins/{plugin.name}")
    reply = parts.plugins.caller.ask(plugin, "routes", plugin.info.deadline_s, blueprint=own)
    if reply.failure is None:
        app.register_blueprint(own)
