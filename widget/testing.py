"""Test kit for plugins: values with every field filled in, a clock, one plugin's hooks.

::

    from widget.testing import a_submission, ask

    def test_a_text_in_capitals_is_held():
        verdict = ask(shouting, "check_submission", submission=a_submission(body="HELLO ALL"))
        assert verdict.outcome == "hold"

Nothing here needs a server, a database or a request.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import pluggy
from flask import Flask

from widget import hookspecs
from widget.domain.comment import Author, Comment, Status
from widget.domain.plugin import PluginSettings, ServerInfo
from widget.domain.site import Site, SiteSettings
from widget.domain.submission import History, Occasion, Submission

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value", bound="DataclassInstance")

#: What a hook returns: that depends on the hook, so a test may use it as what it expects.
HookResult: TypeAlias = Any

#: When everything here happens unless a test says otherwise.
THEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that a test sets: call it for the time in UTC, ``seconds`` for a steady count."""

    def __init__(self, now: datetime = THEN) -> None:
        self._now = now
        self._seconds = 0.0

    def __call__(self) -> datetime:
        """Return the time."""
        return self._now

    def seconds(self) -> float:
        """Return the seconds that went by since the clock was made, as ``time.monotonic``."""
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds


def a_site(
    *, key: str = "debates", hosts: tuple[str, ...] = ("example.org",), **settings: object
) -> Site:
    """Return a site; ``settings`` are those of ``SiteSettings`` that differ from its defaults."""
    chosen = SiteSettings.model_validate(settings)
    return Site(id=1, key=key, title="Debates", hosts=hosts, settings=chosen)


def a_submission(**changes: object) -> Submission:
    """Return a new top-level comment by Ada with every field filled in, but for ``changes``."""
    usual = Submission(
        site=a_site(),
        url="https://example.org/articles/bridges",
        title="Why bridges sing",
        author=Author(name="Ada", email="ada@example.net", website="https://ada.example.net/"),
        body="The wind does it, and the cables answer.",
        address="203.0.113.7",
        user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        referrer="https://example.org/articles/bridges",
        language="en",
        permalink="https://example.org/articles/bridges#comment-14",
        at=THEN,
    )
    return _changed(usual, changes)


def a_history(**counts: object) -> History:
    """Return an author's history: nothing on the site yet, but for ``counts``."""
    return _changed(History(), counts)


def a_comment(**changes: object) -> Comment:
    """Return the published comment that came of ``a_submission()``, but for ``changes``."""
    sent = a_submission()
    usual = Comment(
        id=14,
        site_id=sent.site.id,
        thread_id=7,
        parent=None,
        root=None,
        status=Status.PUBLISHED,
        author=sent.author,
        source=sent.body,
        html=f"<p>{sent.body}</p>",
        created=sent.at,
        visible=True,
        avatar="b3f0c2",
        address=sent.address,
        user_agent=sent.user_agent,
        referrer=sent.referrer,
        language=sent.language,
    )
    return _changed(usual, changes)


def a_server(**changes: object) -> ServerInfo:
    """Return what a plugin is told of the server, but for ``changes``."""
    usual = ServerInfo(
        public_url="https://comments.example.net",
        redis_url=None,
        software="Comment Widget/0.0.0",
        options={},
    )
    return _changed(usual, changes)


def start(plugin: object, server: ServerInfo | None = None, app: Flask | None = None) -> object:
    """Return the plugin, made and started as in a server's process, ready for ``ask``.

    ``plugin`` is a module with a ``plugin()`` factory, a module, or an object. ``app`` is a bare
    Flask application unless one is given.
    """
    instance = _instance(plugin)
    if app is None:
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


def _changed(usual: Value, changes: Mapping[str, Any]) -> Value:
    return replace(usual, **changes)
