"""Every hook, in the order in which a comment meets them.

A plugin implements the ones it wants, with only the arguments it wants. The host asks one
plugin at a time, each under its deadline; what a plugin raises, returns wrongly or takes too
long over is recorded and never reaches the reader. Values are frozen: to change one, return a
changed copy (``dataclasses.replace``). ``settings`` is always the plugin's own settings for
the site at hand, validated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pluggy

from widget.domain.comment import Comment, Status
from widget.domain.form import FormField, FormNotice
from widget.domain.plugin import (
    Panel,
    PeriodicTask,
    PluginInfo,
    PluginSettings,
    ServerInfo,
    SettingsProblem,
)
from widget.domain.site import Site
from widget.domain.submission import History, Submission
from widget.domain.thread import Thread
from widget.domain.thread_page import PublicComment
from widget.domain.verdict import Verdict

if TYPE_CHECKING:
    from click import Group
    from flask import Blueprint, Flask

PROJECT = "comment_widget"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def plugin_info() -> PluginInfo:
    """Say who the plugin is.

    When: once, as the plugin is loaded. A plugin without it is refused at start.
    Return: its card. ``order`` and ``deadline_s`` decide when it is asked and for how long.
    """
    raise NotImplementedError


@hookspec
def plugin_settings() -> type[PluginSettings]:
    """Declare the plugin's settings for one site.

    When: once, as the plugin is loaded.
    Return: a subclass of ``PluginSettings``. Each field has a default and a description; the
    dashboard and ``comment-widget site set`` are made from them. Without this hook a plugin
    has the one setting ``mode``, ``on`` by default.
    """
    raise NotImplementedError


@hookspec
def start_plugin(app: Flask, server: ServerInfo) -> None:
    """Get ready to work.

    When: once in each process, after all plugins are loaded, before the first request. An
    exception here switches the plugin off in this process: it is then *skipped*, which holds.
    """


@hookspec
def check_settings(site: Site, settings: PluginSettings) -> Sequence[SettingsProblem]:
    """Check settings against the world before they are kept, e.g. verify a key.

    When: as an owner saves them, under the plugin's deadline, before anything is written.
    Return: what is wrong, or nothing. An exception is told to the owner as a problem.
    """
    raise NotImplementedError


@hookspec
def form_fields(site: Site, settings: PluginSettings) -> Sequence[FormField]:
    """Add fields to the reader's form.

    When: as a snapshot is made, and as a reader enters the form. Its result is cached with the
    thread's page; it must not depend on the reader.
    Return: fields whose names begin with the plugin's name.
    """
    raise NotImplementedError


@hookspec
def form_notices(site: Site, settings: PluginSettings) -> Sequence[FormNotice]:
    """Add notices under the reader's form.

    When: as ``form_fields``. Return: notices; their HTML is sanitised like a comment.
    """
    raise NotImplementedError


@hookspec
def close_thread(thread: Thread, now: datetime, settings: PluginSettings) -> bool | None:
    """Say that a page takes no more comments.

    When: as a comment for an open thread arrives, before it is judged; and once an hour for each
    open thread, in the job worker. Never for a thread that somebody opened again by hand.
    Return: ``True`` closes it, for readers as by a moderator; anything else leaves it open. A
    failure leaves it open.
    """
    raise NotImplementedError


@hookspec
def prepare_submission(submission: Submission, settings: PluginSettings) -> Submission | None:
    """Change a submission before it is judged: normalise, mask an address.

    When: after validation, before ``check_submission``, and for each preview. One plugin's
    result is the next one's argument.
    Return: a changed copy, or ``None``. Only ``body``, ``author``, ``title`` and ``answers``
    may differ; anything else is put back. A failure holds the comment as it was.
    """
    raise NotImplementedError


@hookspec
def check_submission(
    submission: Submission, history: History, settings: PluginSettings
) -> Verdict | None:
    """Judge a submission before it is stored. The heart.

    When: after ``prepare_submission``, once for each new comment and each edit, and again
    (``submission.occasion`` says so) where the plugin failed to answer.
    Return: a verdict, or ``None`` to abstain. An exception, a late answer or anything else
    holds the comment, is on its trail, and the check is tried again later.
    Example: see ``plugins/email_privacy.py``.
    """
    raise NotImplementedError


@hookspec
def record_submission(submission: Submission, settings: PluginSettings) -> Mapping[str, object]:
    """Keep facts with the comment, e.g. which policy a reader agreed to.

    When: after a submission was judged and before it is stored; what is returned is written in
    the comment's own transaction, with the time. Never called for what is not stored.
    Return: a flat mapping that can be written as JSON, or ``None``.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def render_body(source: str) -> str | None:
    """Turn a text as written into HTML.

    When: once for each published text and each preview. Plugins are asked in their order; the
    first result wins; without any, it is Markdown. The result is sanitised.
    """
    raise NotImplementedError


@hookspec
def present_comment(
    comment: Comment, public: PublicComment, settings: PluginSettings
) -> PublicComment | None:
    """Change what readers see of a comment.

    When: as a snapshot is made. The HTML is sanitised again afterwards.
    Return: a changed copy of ``public``, or ``None``. ``id``, ``parent`` and ``replies`` are
    put back. A failure leaves ``public`` as it was.
    """
    raise NotImplementedError


@hookspec
def comment_decided(
    comment: Comment,
    submission: Submission,
    before: Status | None,
    after: Status,
    actor: str,
    settings: PluginSettings,
) -> None:
    """Learn of a decision: report ham or spam, train, notify.

    When: after the commit, in the job worker, whoever decided; ``actor`` is ``pipeline``,
    ``author``, ``import`` or ``person:<id>``. ``before`` is ``None`` for a new comment.
    ``submission`` is what was judged, with occasion ``recheck``. An exception is retried with
    back-off, so it may be called twice for one decision: be idempotent.
    """


@hookspec
def dashboard_panel(site: Site, settings: PluginSettings) -> Panel | None:
    """Show something on the site's plugin page in the dashboard. Called for each view of it."""
    raise NotImplementedError


@hookspec
def routes(blueprint: Blueprint) -> None:
    """Add routes of the plugin's own under ``/plugins/<name>/``. Called once, at start."""


@hookspec
def commands(group: Group) -> None:
    """Add commands under ``comment-widget <name> …``. Called once, as the CLI starts."""


@hookspec
def periodic_tasks() -> Sequence[PeriodicTask]:
    """Declare work to be run again and again in the job worker. Called once, at start."""
    raise NotImplementedError
