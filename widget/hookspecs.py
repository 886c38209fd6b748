"""Every hook, in the order in which a comment meets them.

A plugin implements the ones it wants, with only the arguments it wants. The host asks one plugin
at a time; where a hook runs *apart*, in a thread of the host's own, several at once; *both
deadlines* are the plugin's and what is left of the server's for all plugins together. To raise, to
be late and to return nonsense is all to *fail*: it is recorded and never reaches the reader.
Values are frozen: to change one, return a changed copy (``dataclasses.replace``). Of a submission,
its author's history and a comment a plugin gets what its card says that it reads; the rest is there
and empty. ``settings`` is always the plugin's own settings for the site at hand, validated.

The hooks have a version, ``API_VERSION``: the second number goes up where something is added, the
first where a plugin that works would no longer. A name that is replaced works for one more
version, and the plugin that uses it is told of in ``comment-widget plugins check``.
"""

# mypy: disable-error-code="empty-body"

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
#: The version of the hooks: what ``PluginInfo.requires`` is compared with.
API_VERSION = (1, 0)
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def plugin_info() -> PluginInfo:
    """Say who the plugin is.

    When: once, as the plugin is loaded; a plugin without it is refused. Gets: nothing.
    Runs: in the thread that starts the process, without a deadline.
    Return: its card. ``order`` and ``deadline_s`` decide when it is asked and for how long,
    ``reads`` what it is handed, ``requires`` which versions of the hooks it works with.
    Fails: it is refused, with the reason in the log and the dashboard, and holds what it should
    have checked. One that never returns keeps the server from starting.
    """


@hookspec
def plugin_settings() -> type[PluginSettings]:
    """Declare the plugin's settings for one site.

    When: once, as the plugin is loaded. Gets: nothing.
    Runs: in the thread that starts the process, without a deadline.
    Return: a subclass of ``PluginSettings``. Each field has a default and a description; the
    dashboard and ``comment-widget site set`` are made from them. Without this hook a plugin
    has the settings that every plugin has, and is on.
    Fails: it is refused, as for ``plugin_info``.
    """


@hookspec
def start_plugin(app: Flask, server: ServerInfo) -> None:
    """Get ready to work.

    When: once in each process, after all plugins are loaded, before the first request. Gets: the
    Flask application, and what a plugin may know of its server: memory, a way out, options.
    Runs: apart, for 10 seconds at most, in every process: web servers, job worker, commands.
    Return: nothing.
    Fails: the plugin is off in this process: it is *skipped*, which means what its owner set.
    """


@hookspec
def check_settings(site: Site, settings: PluginSettings) -> Sequence[SettingsProblem]:
    """Check settings against the world before they are kept, e.g. verify a key.

    When: as an owner saves or tests them, before anything is written. Gets: them, and the site.
    Runs: apart, in the web server or command, under the plugin's deadline. The owner waits.
    Return: what is wrong, or nothing.
    Fails: that is told to the owner as a problem, and nothing is saved.
    """


@hookspec
def form_fields(site: Site, settings: PluginSettings) -> Sequence[FormField]:
    """Add fields to the reader's form.

    When: as a snapshot is made, and as a reader enters the form; what is returned is cached, and
    must not depend on the reader. Gets: the site.
    Runs: apart, in the web server, under the plugin's deadline.
    Return: fields whose names are the plugin's, or begin with it and ``_``.
    Fails: the form is shown without its fields.
    """


@hookspec
def form_notices(site: Site, settings: PluginSettings) -> Sequence[FormNotice]:
    """Add notices under the reader's form.

    When: as ``form_fields``. Gets: the site.
    Runs: as ``form_fields``.
    Return: notices; their HTML is sanitised like a comment.
    Fails: the form is shown without its notices.
    """


@hookspec
def consent_given(
    site: Site, answers: Mapping[str, object], settings: PluginSettings
) -> bool | None:
    """Say whether a reader agreed that what they sent is checked by others.

    When: before a comment is prepared, judged, recorded or told of, where a plugin that is on
    needs consent. Gets: the site, and the reader's answers to the plugin's own fields (with
    ``Reads.ANSWERS`` to all); of a stored comment, those that came with it.
    Runs: apart, in the web server or the job worker, under both deadlines.
    Return: ``True``, ``False``, or ``None`` where the reader wasn't asked. One ``False`` is a no,
    as is nobody's ``True``.
    Fails: the plugin says nothing, as by ``None``.
    Example: see ``plugins/cookie_consent.py``.
    """


@hookspec
def close_thread(thread: Thread, now: datetime, settings: PluginSettings) -> bool | None:
    """Say that a page takes no more comments.

    When: as a comment for an open thread arrives, and once an hour for each open thread; never
    for one that somebody opened again by hand. Gets: the thread, and the time in UTC.
    Runs: apart, in the web server or the job worker, under the plugin's deadline.
    Return: ``True`` closes it, for readers as by a moderator; anything else leaves it open.
    Fails: the thread stays open.
    """


@hookspec
def prepare_submission(submission: Submission, settings: PluginSettings) -> Submission | None:
    """Change a submission before it is judged: normalise, mask an address.

    When: after validation, before ``check_submission``; for plugins that are on, not in shadow;
    one's result is the next one's argument. Gets: the submission, as far as the plugin reads it.
    Runs: apart, in the web server or the job worker, under both deadlines. The reader waits.
    Return: a changed copy, or ``None``. Only ``body``, ``author``, ``title`` and ``answers``
    may differ, and of them what the plugin reads; anything else is put back.
    Fails: the submission stays as it was and the comment is held, or what its owner set; it is
    on the trail and tried again.
    """


@hookspec
def check_submission(
    submission: Submission, history: History, settings: PluginSettings
) -> Verdict | None:
    """Judge a submission before it is stored. The heart.

    When: after ``prepare_submission``, once for each new comment and each edit, and again
    (``submission.occasion`` says so) where the plugin failed to answer. Not where another plugin
    has objected on a site that goes by the first objection. Gets: the submission and the author's
    history, as far as the plugin reads them.
    Runs: apart, in the web server or the job worker, under both deadlines. The reader waits.
    Return: a verdict, or ``None`` to abstain.
    Fails: the comment is held, or what its owner set; it is on the trail, and the check is tried
    again later. Five failures in a row on a site pause the plugin there.
    Example: see ``plugins/email_privacy.py``.
    """


@hookspec
def record_submission(submission: Submission, settings: PluginSettings) -> Mapping[str, object]:
    """Keep facts with the comment, e.g. which policy a reader agreed to.

    When: between judging and storing; what is returned is written in the comment's own transaction,
    with the time. Gets: the submission as it was judged, as far as the plugin reads it.
    Runs: apart, in the web server, under the plugin's deadline. The reader waits.
    Return: a flat mapping that can be written as JSON, or ``None``.
    Fails: nothing is kept of the plugin's, and the comment is stored.
    """


@hookspec(firstresult=True)
def render_body(source: str) -> str | None:
    """Turn a text as written into HTML.

    When: once for each published text and each preview. Plugins are asked in their order; the
    first result wins; without any, it is Markdown. Gets: the text, whatever the plugin reads.
    Runs: apart, in the web server, the job worker or a command, under the plugin's deadline.
    Return: HTML, which is sanitised, or ``None``.
    Fails: the next plugin is asked, or it is Markdown.
    """


@hookspec
def present_comment(
    comment: Comment, public: PublicComment, settings: PluginSettings
) -> PublicComment | None:
    """Change what readers see of a comment.

    When: as a snapshot is made, for each comment in it; for plugins that are on, not in shadow.
    Gets: the comment, as far as the plugin reads it, and what readers would see.
    Runs: apart, in the web server, under the plugin's deadline; while it is late, for no other.
    Return: a changed copy of ``public``, or ``None``. ``id``, ``parent`` and ``replies`` are
    put back, and the HTML is sanitised again.
    Fails: ``public`` stays as it was.
    """


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

    When: after the commit, whoever decided. Gets: the comment and what was judged (with occasion
    ``recheck``), as far as the plugin reads them; ``before`` is ``None`` for a new comment;
    ``actor`` is ``pipeline``, ``author``, ``import`` or ``person:<id>``.
    Runs: apart, in the job worker, for 30 seconds at most. Nobody waits for it.
    Return: nothing.
    Fails: it is tried again after 10 seconds, then less and less often, seven times in a day and a
    half; so it may be called twice for one decision: be idempotent.
    """


@hookspec
def purge_cache(site: Site, keys: Sequence[str], settings: PluginSettings) -> None:
    """Tell a CDN which answers it is to forget.

    When: after each change that readers can see, where ``shared_cache_s`` lets caches keep answers.
    Gets: the site, and the keys of what changed, as in ``Surrogate-Key`` and ``Cache-Tag``.
    Runs: apart, in the job worker, for 30 seconds at most. Nobody waits for it.
    Return: nothing.
    Fails: it is tried again as ``comment_decided`` is; caches go on for as long as they may.
    """


@hookspec
def dashboard_panel(site: Site, settings: PluginSettings) -> Panel | None:
    """Show something on the site's plugin page in the dashboard.

    When: for each view of that page, unless the plugin is off. Gets: the site.
    Runs: apart, in the web server, under the plugin's deadline.
    Return: a panel, whose HTML is sanitised, or ``None``.
    Fails: the page is shown without it.
    """


@hookspec
def routes(blueprint: Blueprint) -> None:
    """Add routes of the plugin's own under ``/plugins/<name>/``.

    When: once in each process, after ``start_plugin``. Gets: a Flask blueprint of its own.
    Runs: apart, under the plugin's deadline; the routes themselves in the web server's threads.
    Return: nothing.
    Fails: the server runs without its routes.
    """


@hookspec
def commands(group: Group) -> None:
    """Add commands under ``comment-widget <name> …``.

    When: once, as a command is run that isn't the core's. Gets: a click group of its own.
    Runs: apart, in the command's process, for 10 seconds at most; the commands in the main thread.
    Return: nothing.
    Fails: there are none of its commands.
    """


@hookspec
def periodic_tasks() -> Sequence[PeriodicTask]:
    """Declare work to be run again and again in the job worker.

    When: as the job worker begins, and before each task is run. Gets: nothing.
    Runs: apart, in the job worker, under the plugin's deadline; a task for two minutes at most.
    Return: tasks; the same ones each time.
    Fails: none of its tasks runs until it answers. A task that fails is run again, after
    10 seconds at first.
    """
