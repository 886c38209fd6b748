"""What a plugin shows of itself on its page: asked under its deadline, made harmless."""

from dataclasses import dataclass

from widget.domain.plugin import Panel
from widget.domain.site import Site
from widget.domain.trail import Mode
from widget.plugin_host.settings import SitePlugin
from widget.plugin_host.sound import is_sound_html
from widget.publication.parts import Parts
from widget.rendering.sanitise import make_panel_sanitiser

_MAX_TITLE = 200
#: More than this is no summary, and takes a browser long to draw; characters.
_MAX_HTML = 100_000


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A plugin's panel, or in its place why there is none."""

    title: str
    html: str
    fault: str = ""


def panel_of(parts: Parts, site: Site, plugin: SitePlugin) -> ShownPanel | None:
    """Return a plugin's panel, ``None`` where it has none. A failure is told, and no more."""
    if plugin.mode is Mode.OFF or plugin.fault or "dashboard_panel" not in plugin.plugin.hooks:
        return None
    reply = parts.plugins.ask(plugin, "dashboard_panel", site=site)
    if reply.failure:
        return ShownPanel(plugin.name, "", fault=reply.reason)
    panel = reply.value
    if panel is None:
        return None
    if not (
        isinstance(panel, Panel)
        and is_sound_html(panel.title)
        and is_sound_html(panel.html)
        and len(panel.html) <= _MAX_HTML
    ):
        return ShownPanel(plugin.name, "", fault="What it answered can't be shown.")
    return ShownPanel(panel.title[:_MAX_TITLE], make_panel_sanitiser()(panel.html))
