"""Whether a reader agreed that what they sent goes to others.

Some plugin asks, the core doesn't know which: whoever implements ``consent_given`` is asked for
what the reader answered. One that says no is enough, and nobody's yes is none.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from widget.domain.site import Site
from widget.domain.trail import Mode
from widget.plugin_host.call import Reply
from widget.plugin_host.settings import SitePlugin

WITHOUT = "The reader did not agree that it is asked."


class Asked(Protocol):
    """What telling a consent needs of the plugins."""

    def of(self, site: Site) -> Sequence[SitePlugin]:
        """Return every plugin with its settings on the site."""
        ...

    def taking_part(self, site: Site, hook: str) -> Sequence[SitePlugin]:
        """Return the plugins that take part on the site and implement the hook."""
        ...

    def ask(
        self, plugin: SitePlugin, hook: str, deadline_s: float | None = None, **arguments: object
    ) -> Reply:
        """Ask one plugin, with its settings."""
        ...


def lacking(
    plugins: Asked, site: Site, answers: Mapping[str, object], limit_s: float | None = None
) -> frozenset[str]:
    """Return the plugins that may not be asked about a comment with these answers."""
    need = [one.name for one in plugins.of(site) if one.mode is not Mode.OFF and one.needs_consent]
    if not need or is_given(plugins, site, answers, limit_s):
        return frozenset()
    return frozenset(need)


def is_given(
    plugins: Asked, site: Site, answers: Mapping[str, object], limit_s: float | None = None
) -> bool:
    """Tell whether a reader agreed, by their answers to the form."""
    said = [
        plugins.ask(plugin, "consent_given", limit_s, site=site, answers=answers).value
        for plugin in plugins.taking_part(site, "consent_given")
    ]
    known = [one for one in said if isinstance(one, bool)]
    return bool(known) and all(known)
