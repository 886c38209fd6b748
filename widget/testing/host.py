"""The plugin host of a server's process, in memory: its loading, its threads, its deadlines."""

import secrets
from collections.abc import Mapping, Sequence
from types import ModuleType

from flask import Flask

from widget.domain.plugin import ServerInfo
from widget.domain.site import Site
from widget.plugin_host.call import Caller, Reply
from widget.plugin_host.discovery import Candidate
from widget.plugin_host.need import handed
from widget.plugin_host.registry import LoadedPlugin, Registry
from widget.plugin_host.settings import SitePlugin, in_order, on_site
from widget.testing.asking import ask, hash_email
from widget.testing.values import a_server, a_site

#: By plugin, the settings that differ from its defaults.
Settings = Mapping[str, Mapping[str, object]]


class Host:
    """Some plugins, loaded as a server loads them and switched on; without a database.

    A module is made and started; any other object is taken as it is: pass what ``start``
    returned where the plugin has to be started.

    Raises:
        TypeError: where a plugin can't be loaded, with what a server would log.
        ValueError: where settings are not valid, or are for a plugin that isn't there.
    """

    def __init__(
        self,
        plugins: Sequence[object],
        settings: Settings | None = None,
        server: ServerInfo | None = None,
    ) -> None:
        found = {name_of(plugin): plugin for plugin in plugins}
        self.registry = Registry(_candidate(name, plugin) for name, plugin in found.items())
        for fault in self.registry.faults:
            raise TypeError(f"The plugin {fault.name!r} can't be loaded: {fault.reason}")
        self.caller = Caller(self.registry)
        chosen = dict(settings or {})
        self.plugins = in_order(
            _switched_on(plugin, chosen.pop(plugin.name, {})) for plugin in self.registry.plugins
        )
        for name in chosen:
            raise ValueError(f"There are settings for {name!r}, which is no plugin here.")
        for plugin in self.registry.plugins:
            if isinstance(found[plugin.name], ModuleType):
                self._start(plugin, server or a_server())

    def of(self, site: Site) -> Sequence[SitePlugin]:
        """Return every plugin in its order; they are set alike on each site."""
        del site
        return self.plugins

    def taking_part(self, site: Site, hook: str) -> Sequence[SitePlugin]:
        """Return the plugins that implement the hook, but for those that are off."""
        return [plugin for plugin in self.of(site) if plugin.takes_part(hook)]

    def ask(
        self, plugin: SitePlugin, hook: str, deadline_s: float | None = None, **arguments: object
    ) -> Reply:
        """Ask one plugin with its settings, for no longer than its own deadline.

        It is handed what it declares that it reads.
        """
        own = plugin.plugin.info.deadline_s
        limit = own if deadline_s is None else min(own, deadline_s)
        shown = handed(plugin.need, arguments, hash_email)
        return self.caller.ask(plugin.plugin, hook, limit, settings=plugin.settings, **shown)

    def _start(self, plugin: LoadedPlugin, server: ServerInfo) -> None:
        if "start_plugin" not in plugin.hooks:
            return
        app = Flask("comment_widget_test", static_folder=None)
        app.secret_key = secrets.token_hex()
        self.registry.call(plugin, "start_plugin", app=app, server=server)


def name_of(plugin: object) -> str:
    """Return what the plugin calls itself; one without a name is refused as it is loaded."""
    name = getattr(ask(plugin, "plugin_info"), "name", None)
    return name if isinstance(name, str) else "plugin"


def _candidate(name: str, plugin: object) -> Candidate:
    return Candidate(name, "test", lambda: plugin)


def _switched_on(plugin: LoadedPlugin, values: Mapping[str, object]) -> SitePlugin:
    made = on_site(a_site().id, plugin, (1, {"mode": "on", **values}))
    if made.fault:
        raise ValueError(f"{plugin.name}: {made.fault}")
    return made
