"""Plugins as they would be with other settings: for trying things out, nothing of it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from widget.domain.site import Site
from widget.plugin_host import settings as plugin_settings
from widget.plugin_host.call import Reply
from widget.plugin_host.plugins import Plugins
from widget.plugin_host.settings import SitePlugin

#: By plugin, the settings that differ from those of the site.
Changes = Mapping[str, Mapping[str, object]]


class Askable(Protocol):
    """What judging a submission needs of the plugins."""

    def of(self, site: Site) -> Sequence[SitePlugin]:
        """Return every plugin with its settings on the site, in order."""
        ...

    def taking_part(self, site: Site, hook: str) -> Sequence[SitePlugin]:
        """Return the plugins that take part on the site and implement the hook."""
        ...

    def ask(
        self, plugin: SitePlugin, hook: str, deadline_s: float | None = None, **arguments: object
    ) -> Reply:
        """Ask one plugin, with its settings."""
        ...


class Tried:
    """The plugins of a site with some settings changed; ``only`` leaves out all others.

    Raises:
        NotFound: where a plugin that is named is not loaded.
        Invalid: naming each setting at fault.
    """

    def __init__(
        self, plugins: Plugins, site: Site, changes: Changes, only: str | None = None
    ) -> None:
        self._plugins = plugins
        for name in [*changes, *([only] if only else [])]:
            plugins.get(site, name)
        self._of = plugin_settings.in_order(
            _changed(plugin, changes[plugin.name]) if plugin.name in changes else plugin
            for plugin in plugins.of(site)
            if only in (None, plugin.name)
        )

    def of(self, site: Site) -> Sequence[SitePlugin]:
        """Return the plugins as they are tried; the site is the one that they were made for."""
        del site
        return self._of

    def taking_part(self, site: Site, hook: str) -> Sequence[SitePlugin]:
        """Return those that are on or in shadow and implement the hook.

        Whether a reader agreed is said by the site's plugins, also where only one is tried.
        """
        if hook == "consent_given":
            return self._plugins.taking_part(site, hook)
        return [plugin for plugin in self.of(site) if plugin.takes_part(hook)]

    def ask(
        self, plugin: SitePlugin, hook: str, deadline_s: float | None = None, **arguments: object
    ) -> Reply:
        """Ask one plugin, with the settings that are tried."""
        return self._plugins.ask(plugin, hook, deadline_s, **arguments)


def _changed(plugin: SitePlugin, values: Mapping[str, object]) -> SitePlugin:
    return replace(plugin, settings=plugin_settings.changed(plugin, values), fault=None)
