"""The loaded plugins of this process, in the order in which they are asked."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

import pluggy
from pydantic import Field

from widget import hookspecs
from widget.domain.plugin import PluginInfo, PluginSettings
from widget.domain.trail import Mode
from widget.plugin_host.discovery import Candidate, as_plugin
from widget.plugin_host.failure import reason_of

log = logging.getLogger("comment_widget.plugins")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def is_plugin_name(name: str) -> bool:
    """Tell whether a plugin may be called like this."""
    return _NAME.fullmatch(name) is not None


class DefaultSettings(PluginSettings):
    """The settings of a plugin that declares none."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (recorded, decides nothing) or on.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlugin:
    """A plugin that is ready to be asked."""

    info: PluginInfo
    settings_model: type[PluginSettings]
    origin: str
    hooks: frozenset[str]

    @property
    def name(self) -> str:
        """Return the plugin's name."""
        return self.info.name


@dataclass(frozen=True, slots=True)
class LoadFault:
    """A plugin that was found and can't be used, and why."""

    name: str
    origin: str
    reason: str


class Registry:
    """Loads plugins; one that can't be loaded is a fault on record, never a crash."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._callers: dict[tuple[str, str], pluggy.HookCaller] = {}
        self.faults: list[LoadFault] = []
        loaded = [plugin for candidate in candidates if (plugin := self._load(candidate))]
        self.plugins = sorted(loaded, key=lambda plugin: (plugin.info.order, plugin.name))
        self._prepare_callers()

    def get(self, name: str) -> LoadedPlugin | None:
        """Return the plugin of that name."""
        return next((plugin for plugin in self.plugins if plugin.name == name), None)

    def call(self, plugin: LoadedPlugin, hook: str, **arguments: object) -> object:
        """Call one hook of one plugin, here and now; whatever it raises comes through.

        pluggy's plain call asks all plugins at once, and one that raises takes the others'
        answers with it: so each is called through a caller that leaves out the rest.
        """
        result = self._callers[plugin.name, hook](**arguments)
        if isinstance(result, list):
            return result[0] if result else None
        return result

    def wants(self, plugin: LoadedPlugin, hook: str, argument: str) -> bool:
        """Tell whether a plugin's implementation of a hook takes an argument."""
        implementations = self._callers[plugin.name, hook].get_hookimpls()
        return any(argument in found.argnames for found in implementations)

    def _load(self, candidate: Candidate) -> LoadedPlugin | None:
        name = candidate.name
        if self._manager.has_plugin(name):
            self._refuse(candidate, "There is a plugin of this name already.")
            return None
        try:
            plugin = as_plugin(candidate.load())
            self._manager.register(plugin, name)
            loaded = self._describe(plugin, name, candidate.origin)
        except (Exception, SystemExit) as error:  # anything may go wrong in a stranger's import
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            self._refuse(candidate, reason_of(error))
            return None
        return loaded

    def _refuse(self, candidate: Candidate, reason: str) -> None:
        self.faults.append(LoadFault(candidate.name, candidate.origin, reason))
        log.warning("plugin %s (%s) can't be used: %s", candidate.name, candidate.origin, reason)

    def _describe(self, plugin: object, name: str, origin: str) -> LoadedPlugin:
        hooks = frozenset(caller.name for caller in self._manager.get_hookcallers(plugin) or ())
        self._refuse_unknown(name)
        if "plugin_info" not in hooks:
            raise TypeError("it has no plugin_info hook")
        info = self._only(plugin, "plugin_info")
        if not isinstance(info, PluginInfo):
            raise TypeError(f"plugin_info returned {type(info).__name__}, not PluginInfo")
        if info.name != name or not _NAME.fullmatch(name):
            raise ValueError(f"it calls itself {info.name!r} and was found as {name!r}")
        _check_info(info)
        model = self._only(plugin, "plugin_settings") if "plugin_settings" in hooks else None
        if model is not None and not (
            isinstance(model, type) and issubclass(model, PluginSettings)
        ):
            raise TypeError("plugin_settings must return a subclass of PluginSettings")
        return LoadedPlugin(
            info=info, settings_model=model or DefaultSettings, origin=origin, hooks=hooks
        )

    def _refuse_unknown(self, name: str) -> None:
        for hook in vars(self._manager.hook).values():
            if hook.has_spec():
                continue
            if any(impl.plugin_name == name for impl in hook.get_hookimpls()):
                raise TypeError(f"there is no hook {hook.name!r}")

    def _only(self, plugin: object, hook: str) -> object:
        others = [other for other in self._manager.get_plugins() if other is not plugin]
        result = self._manager.subset_hook_caller(hook, remove_plugins=others)()
        return result[0] if result else None

    def _prepare_callers(self) -> None:
        everyone = self._manager.get_plugins()
        for plugin in self.plugins:
            itself = self._manager.get_plugin(plugin.name)
            others = [other for other in everyone if other is not itself]
            for hook in plugin.hooks:
                caller = self._manager.subset_hook_caller(hook, remove_plugins=others)
                self._callers[plugin.name, hook] = caller


def _check_info(info: PluginInfo) -> None:
    """Refuse a card that the host could not sort or wait by.

    Raises:
        TypeError: naming what is of the wrong type.
    """
    for name in ("version", "description"):
        if not isinstance(getattr(info, name), str):
            raise TypeError(f"plugin_info: {name} must be a string")
    for name in ("order", "deadline_s"):
        if not isinstance(getattr(info, name), int | float):
            raise TypeError(f"plugin_info: {name} must be a number")
