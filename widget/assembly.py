"""assemble(config): the one place where the parts are joined, without HTTP: commands need none."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from flask import Flask

from widget import __version__, paths
from widget.config import CHANGES, Config, load_config
from widget.domain.edit_token import EditTokens
from widget.domain.errors import ConfigurationError
from widget.domain.mail_tokens import MailTokens
from widget.domain.plugin import ServerInfo
from widget.languages.languages import Languages
from widget.outbound.mail import open_by
from widget.outbound.on_demand import PosterOnDemand
from widget.plugin_host.discovery import Candidate, find_plugins
from widget.plugin_host.memory import StoredMemory
from widget.plugin_host.plugins import Plugins
from widget.plugin_host.report import report_on
from widget.publication.parts import Parts
from widget.rendering.mail import MailTemplates
from widget.rendering.markdown import make_markdown
from widget.rendering.sanitise import make_sanitiser
from widget.snapshot.build import Builder
from widget.snapshot.cache import Snapshots
from widget.snapshot.form import Forms
from widget.snapshot.marks import Marks
from widget.snapshot.read import Reader, versions_in
from widget.store.database import connect
from widget.store.keys import load_keys
from widget.store.shared_limits import ALONE

log = logging.getLogger("comment_widget")

EXTENSION = "comment_widget"
_START_S = 10.0


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def assemble(
    config: Config | None = None,
    *,
    now: Callable[[], datetime] = utc_now,
    candidates: Iterable[Candidate] | None = None,
    limits_url: str = ALONE,
) -> Flask:
    """Return a Flask object whose ``extensions["comment_widget"]`` are the joined parts.

    It answers no request and its plugins are not started. The database isn't migrated here:
    ``serve`` and ``db upgrade`` do that. ``limits_url`` is where limits are counted, for all
    processes that have the same.

    Raises:
        ConfigurationError: where it can't run like this.
    """
    config = config or load_config()
    _make_home(config)
    app = Flask("widget", static_folder=None)
    app.extensions[EXTENSION] = _join(app, config, now, candidates, limits_url)
    return app


def open_server(config: Config) -> Parts:
    """Return the parts of the configured server with its plugins started, for a command.

    Raises:
        ConfigurationError: where it can't run like this.
    """
    app = assemble(config)
    parts = parts_of(app)
    start_plugins(app, parts)
    return parts


def parts_of(app: Flask) -> Parts:
    """Return the parts of an application."""
    parts = app.extensions[EXTENSION]
    if not isinstance(parts, Parts):
        raise TypeError("not joined by assemble")
    return parts


def _make_home(config: Config) -> None:
    try:
        config.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"home: {config.home} can't be used as a folder: {error.strerror}."
        raise ConfigurationError(message) from error


def _join(
    app: Flask,
    config: Config,
    now: Callable[[], datetime],
    candidates: Iterable[Candidate] | None,
    limits_url: str,
) -> Parts:
    keys = load_keys(config.home, [key.get_secret_value() for key in config.secret_keys])
    database = connect(app, config.database)
    found = find_plugins(config.home / "plugins") if candidates is None else candidates
    plugins = Plugins(found, database, keys, now)
    marks = Marks(config.home / CHANGES)
    snapshots = Snapshots(config.snapshot_mb * 1024 * 1024, versions_in(database), marks)
    sanitise = make_sanitiser()
    languages = Languages(paths.LOCALES)
    mail = open_by(config.smtp_url, config.host)
    return Parts(
        config=config,
        database=database,
        keys=keys,
        plugins=plugins,
        snapshots=snapshots,
        reader=Reader(
            database=database,
            builder=Builder(keys=keys, plugins=plugins, sanitise=sanitise),
            snapshots=snapshots,
            forms=Forms(plugins, sanitise, languages, sends_mail=mail is not None),
        ),
        tokens=EditTokens(keys.signing),
        mail_tokens=MailTokens(keys.signing),
        mail=mail,
        limits_url=limits_url,
        letters=MailTemplates([config.home / "templates" / "mail", paths.MAIL_TEMPLATES]),
        languages=languages,
        markdown=make_markdown(),
        sanitise=sanitise,
        now=now,
    )


def start_plugins(app: Flask, parts: Parts) -> None:
    """Let each plugin start, and say in the log what is odd about it."""
    config = parts.config
    for plugin in parts.plugins.registry.plugins:
        server = ServerInfo(
            public_url=config.url,
            redis_url=config.redis_url or None,
            software=f"Comment Widget/{__version__}",
            memory=StoredMemory(plugin.name, parts.database, parts.now),
            outbound=PosterOnDemand(private_hosts=frozenset(config.private_hosts)),
            options=config.plugins.get(plugin.name, {}),
            test_mode=config.test_mode,
            limits_url=parts.limits_url,
        )
        if "start_plugin" in plugin.hooks:
            reply = parts.plugins.caller.ask(
                plugin, "start_plugin", _START_S, app=app, server=server
            )
            if reply.failure:
                reason = f"It could not start: {reply.reason}"
                parts.plugins.caller.disable(plugin, reason)
        report = report_on(plugin, parts.plugins.caller, config.deadline_s)
        if report.in_one_line:
            # What can't be loaded at all was logged as it was tried.
            log.warning("plugin %s (%s): %s", report.name, report.origin, report.in_one_line)
