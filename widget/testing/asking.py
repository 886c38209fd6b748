"""One plugin's hooks, called as the host does."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import pluggy

from widget import hookspecs
from widget.domain.needs import UNDECLARED
from widget.domain.plugin import PluginInfo, PluginSettings, ServerInfo
from widget.domain.submission import Occasion, Submission
from widget.plugin_host.need import Need, handed, hash_with, laid_over
from widget.plugin_host.registry import whole_model
from widget.testing.values import a_history, a_server, a_site, a_submission

if TYPE_CHECKING:
    from flask import Flask

#: What a hook returns: that depends on the hook, so a test may use it as what it expects.
HookResult: TypeAlias = Any

#: What stands for emails in tests; a server's own key makes other ones.
hash_email = hash_with(b"widget.testing")


def start(plugin: object, server: ServerInfo | None = None, app: Flask | None = None) -> object:
    """Return the plugin, made and started as in a server's process, ready for ``ask``.

    ``plugin`` is a module with a ``plugin()`` factory, a module, or an object. ``app`` is a bare
    Flask application unless one is given.
    """
    instance = _instance(plugin)
    if app is None:
        from flask import Flask  # noqa: PLC0415 — pytest imports this kit before every test run

        app = Flask("comment_widget_test", static_folder=None)
        app.secret_key = secrets.token_hex()
    ask(instance, "start_plugin", app=app, server=server or a_server())
    return instance


def ask(plugin: object, hook_name: str, **arguments: object) -> HookResult:
    """Call one hook of one plugin as the host does; what it raises comes through.

    It gets what its card says that it reads, the rest is empty; and what it makes of a submission
    is laid over that one, so that what it couldn't see is still there.

    ``plugin`` is as in ``start``; a module with a factory is made anew for each call, so pass
    what ``start`` returned where it keeps state. Arguments that the hook knows and the test
    doesn't give are the usual ones: the plugin's default settings, an empty history, the
    submission's site. Returns ``None`` where the plugin doesn't implement the hook.

    Raises:
        LookupError: if there is no such hook, or no usual value for a missing argument.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(_instance(plugin), "plugin_under_test")
    hook: pluggy.HookCaller | None = getattr(manager.hook, hook_name, None)
    if hook is None or hook.spec is None:
        raise LookupError(f"There is no hook {hook_name!r}.")
    if not hook.get_hookimpls():
        return None
    missing = [name for name in hook.spec.argnames if name not in arguments]
    given = {**arguments, **{name: _usual(manager, name, arguments) for name in missing}}
    need = _need(manager, given.get("settings"))
    result = hook(**handed(need, given, hash_email))
    if not hook.spec.opts.get("firstresult"):
        result = result[0] if result else None
    before = given.get("submission")
    if isinstance(result, Submission) and isinstance(before, Submission):
        return laid_over(need, before, result)
    return result


def settings_of(plugin: object, **values: object) -> PluginSettings:
    """Return the plugin's settings for a site: its defaults, but for ``values``, validated."""
    return model_of(plugin).model_validate(values)


def model_of(plugin: object) -> type[PluginSettings]:
    """Return the plugin's settings with those that the host adds, whatever its card is like."""
    info, model = ask(plugin, "plugin_info"), ask(plugin, "plugin_settings")
    if not (isinstance(model, type) and issubclass(model, PluginSettings)):
        model = PluginSettings
    return whole_model(info, model) if isinstance(info, PluginInfo) else model


def _need(manager: pluggy.PluginManager, settings: object) -> Need:
    """Return what the plugin reads, by its card; where that can't be had the test says so."""
    found = manager.hook.plugin_info()
    info = found[0] if found else None
    if not isinstance(info, PluginInfo):
        return Need("plugin", UNDECLARED)
    return Need(info.name, info.reads_with(settings))


def _instance(plugin: object) -> object:
    factory = getattr(plugin, "plugin", None)
    return factory() if isinstance(plugin, ModuleType) and callable(factory) else plugin


def _usual(manager: pluggy.PluginManager, name: str, arguments: Mapping[str, object]) -> object:
    submission = arguments.get("submission")
    if name == "settings":
        return settings_of(manager.get_plugin("plugin_under_test"))
    if name == "site":
        return submission.site if isinstance(submission, Submission) else a_site()
    if name == "submission":
        return a_submission(occasion=Occasion.RECHECK)
    if name == "history":
        return a_history()
    raise LookupError(f"The test gives no value for the argument {name!r}.")
