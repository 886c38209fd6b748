"""One plugin's hooks, called as the host does."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import pluggy

from widget import hookspecs
from widget.domain.plugin import PluginSettings, ServerInfo
from widget.domain.submission import Occasion, Submission
from widget.testing.values import a_history, a_server, a_site, a_submission

if TYPE_CHECKING:
    from flask import Flask

#: What a hook returns: that depends on the hook, so a test may use it as what it expects.
HookResult: TypeAlias = Any


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
    usual = {name: _usual(manager, name, arguments) for name in missing}
    result = hook(**arguments, **usual)
    if hook.spec.opts.get("firstresult"):
        return result
    return result[0] if result else None


def settings_of(plugin: object, **values: object) -> PluginSettings:
    """Return the plugin's settings for a site: its defaults, but for ``values``, validated."""
    model = ask(plugin, "plugin_settings")
    if not (isinstance(model, type) and issubclass(model, PluginSettings)):
        model = PluginSettings
    return model.model_validate(values)


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
