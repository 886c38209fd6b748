"""The loaded plugins of this process, in the order in which they are asked."""

import logging
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import cast

import pluggy
from pydantic import Field

from widget import hookspecs
from widget.domain import ban
from widget.domain.plugin import PluginInfo, PluginSettings, WithoutConsent
from widget.domain.renamed import Renamed
from widget.domain.trail import Mode
from widget.plugin_host.discovery import Candidate, as_plugin
from widget.plugin_host.examine import (
    Found,
    Remark,
    check_card,
    hook_faults,
    hook_remarks,
    marked_in,
    old_arguments,
    remarks_on,
    renamed_in,
)
from widget.plugin_host.failure import reason_of

log = logging.getLogger("comment_widget.plugins")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: What stands on trails beside the plugins: none of them can be taken for it.
RESERVED = frozenset({ban.NAME})


def is_plugin_name(name: str) -> bool:
    """Tell whether a plugin may be called like this."""
    return _NAME.fullmatch(name) is not None and name not in RESERVED


class DefaultSettings(PluginSettings):
    """The settings of a plugin that declares none."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (recorded, decides nothing) or on.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlugin:
    """A plugin that is ready to be asked; ``remarks`` are what is odd about it."""

    info: PluginInfo
    settings_model: type[PluginSettings]
    origin: str
    hooks: frozenset[str]
    remarks: Sequence[Remark] = ()

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
    """Loads plugins; one that can't be loaded is a fault on record, never a crash.

    ``specs`` is the module of the hooks.
    """

    def __init__(
        self, candidates: Iterable[Candidate], specs: ModuleType | type = hookspecs
    ) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(specs)
        self._specs = {name: one.spec.argnames for name, one in vars(self._manager.hook).items()}
        self._callers: dict[tuple[str, str], _Caller] = {}
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
        caller = self._callers[plugin.name, hook]
        result = caller.call(**arguments, **{old: arguments[new] for old, new in caller.renamed})
        if isinstance(result, list):
            return result[0] if result else None
        return result

    def wants(self, plugin: LoadedPlugin, hook: str, argument: str) -> bool:
        """Tell whether a plugin's implementation of a hook takes an argument."""
        implementations = self._callers[plugin.name, hook].call.get_hookimpls()
        return any(argument in found.argnames for found in implementations)

    def _load(self, candidate: Candidate) -> LoadedPlugin | None:
        name = candidate.name
        if name in RESERVED:
            self._refuse(candidate, f"The server uses the name {name} itself: give it another.")
            return None
        if self._manager.has_plugin(name):
            self._refuse(candidate, "There is a plugin of this name already.")
            return None
        try:
            plugin = as_plugin(candidate.load())
            found = marked_in(self._manager, plugin)
            faults = hook_faults(found, self._specs)
            if faults:
                raise TypeError("; ".join(faults))
            with warnings.catch_warnings():
                # Old names are told as remarks, to whoever looks after the plugins.
                warnings.simplefilter("ignore", Renamed)
                self._manager.register(plugin, name)
            loaded = self._describe(plugin, found, candidate)
        except (Exception, SystemExit) as error:  # anything may go wrong in a stranger's import
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            self._refuse(candidate, reason_of(error))
            return None
        return loaded

    def _refuse(self, candidate: Candidate, reason: str) -> None:
        self.faults.append(LoadFault(candidate.name, candidate.origin, reason))
        log.warning("plugin %s (%s) can't be used: %s", candidate.name, candidate.origin, reason)

    def _describe(
        self, plugin: object, found: Sequence[Found], candidate: Candidate
    ) -> LoadedPlugin:
        hooks = {self._newest_name(one) for one in found}
        if "plugin_info" not in hooks:
            raise TypeError("it has no plugin_info hook")
        info = self._only(plugin, "plugin_info")
        if not isinstance(info, PluginInfo):
            raise TypeError(f"plugin_info returned {type(info).__name__}, not PluginInfo")
        name = candidate.name
        if info.name != name or not _NAME.fullmatch(name):
            raise ValueError(f"it calls itself {info.name!r} and was found as {name!r}")
        check_card(info)
        model = self._only(plugin, "plugin_settings") if "plugin_settings" in hooks else None
        own = whole_model(info, model)
        remarks = remarks_on(info, own, found) + hook_remarks(self._manager, plugin, found)
        return LoadedPlugin(
            info=info,
            settings_model=own,
            origin=candidate.origin,
            hooks=frozenset(hooks),
            remarks=tuple(remarks),
        )

    def _newest_name(self, one: Found) -> str:
        """Return the name of the hook that one is asked as: not the old one that it may have."""
        renamed = [name.new for name in renamed_in(self._manager, one) if name.old == one.hook]
        return renamed[0] if renamed else one.hook

    def _only(self, plugin: object, hook: str) -> object:
        others = [other for other in self._manager.get_plugins() if other is not plugin]
        result = self._manager.subset_hook_caller(hook, remove_plugins=others)()
        return result[0] if result else None

    def _prepare_callers(self) -> None:
        everyone = self._manager.get_plugins()
        for plugin in self.plugins:
            itself = self._manager.get_plugin(plugin.name)
            others = [other for other in everyone if other is not itself]
            # Old names first: where a plugin has both, the new one is called.
            marked = marked_in(self._manager, itself)
            found = sorted(marked, key=lambda one: self._newest_name(one) == one.hook)
            for one in found:
                caller = self._manager.subset_hook_caller(one.hook, remove_plugins=others)
                made = _Caller(caller, old_arguments(self._manager, one.hook))
                self._callers[plugin.name, self._newest_name(one)] = made


@dataclass(frozen=True, slots=True)
class _Caller:
    """How one hook of one plugin is called; ``renamed`` are its arguments' old and new names."""

    call: pluggy.HookCaller
    renamed: Sequence[tuple[str, str]]


def whole_model(info: PluginInfo, model: object) -> type[PluginSettings]:
    """Return the settings of a plugin: its own, and those that the host adds where it sends.

    Raises:
        TypeError: where what the plugin gave is no model of settings.
    """
    if model is None:
        model = DefaultSettings
    if not (isinstance(model, type) and issubclass(model, PluginSettings)):
        raise TypeError("plugin_settings must return a subclass of PluginSettings")
    if info.needs_consent:
        return _joined(model, _Without)
    return model if info.sends is None else _joined(model, _Wants)


class _Without(PluginSettings):
    without_consent: WithoutConsent = Field(
        WithoutConsent.HOLD,
        description="What becomes of a comment whose reader has not agreed: hold or ignore.",
    )


class _Wants(_Without):
    needs_consent: bool = Field(
        False, description="Ask it only about comments whose reader has agreed to that."
    )


def _joined(model: type[PluginSettings], more: type[PluginSettings]) -> type[PluginSettings]:
    return cast("type[PluginSettings]", type(model.__name__, (model, more), {}))
