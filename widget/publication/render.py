"""A text as it is published: rendered once, sanitised last."""

from widget.domain.site import Site
from widget.domain.trail import Mode
from widget.plugin_host.sound import is_sound_html
from widget.publication.parts import Parts


def render(parts: Parts, site: Site, source: str) -> str:
    """Return the HTML of a text: by the first plugin that renders it, else as Markdown."""
    for plugin in parts.plugins.taking_part(site, "render_body"):
        if plugin.mode is not Mode.ON:
            continue
        html = parts.plugins.ask(plugin, "render_body", source=source).value
        if isinstance(html, str) and is_sound_html(html):
            return parts.sanitise(html)
    return parts.sanitise(parts.markdown(source))
