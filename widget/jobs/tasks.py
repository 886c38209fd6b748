"""What a job does, by its kind."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from widget.domain.errors import NotFound
from widget.domain.submission import Occasion
from widget.jobs.indexing import INDEX_COMMENTS, index_comments
from widget.jobs.periodic import PERIODIC, PluginFailed, run_periodic
from widget.moderation import bulk
from widget.moderation.recheck import RECHECK, recheck, submission_of
from widget.moderation.replays import REPLAY, go_on
from widget.moderation.sweeping import SWEEP
from widget.moderation.sweeping import go_on as go_on_sweeping
from widget.plugin_host.consent import lacking
from widget.publication.parts import Parts
from widget.publication.publish import NOTIFY, PURGE, TELL_PLUGIN, TELL_WEBHOOKS
from widget.store import comments, jobs, sites, threads, trails
from widget.store.jobs import Job
from widget.submission.reactions import SHOW_VOTES, show_votes
from widget.subscriptions.notify import notify
from widget.subscriptions.webhooks import DELIVER, deliver, tell_webhooks

log = logging.getLogger("comment_widget.jobs")

#: Seconds until a failed job is tried again; after the last it is given up.
BACK_OFF_S = (10, 60, 300, 1800, 7200, 21600, 86400)
#: How long a plugin may take over hearing of a decision.
TELL_DEADLINE_S = 30.0


def run_job(parts: Parts, job: Job) -> None:
    """Do a claimed job and end it: done, put off, or given up. Never raises."""
    try:
        _KINDS[job.kind](parts, job.payload)
    except Exception as error:  # a job may fail in any way; each is kept with its error
        _failed(parts, job, error)
        return
    with parts.database.write() as session:
        if job.kind == PERIODIC:
            due = parts.now() + timedelta(seconds=float(job.payload["every_s"]))
            jobs.put_off(session, job.id, due, "")
        else:
            jobs.finish(session, job.id)


def _failed(parts: Parts, job: Job, error: Exception) -> None:
    reason = f"{type(error).__name__}: {error}"
    log.warning("job %s (%s) failed: %s", job.id, job.kind, reason)
    with parts.database.write() as session:
        if job.kind != PERIODIC and job.attempts > len(BACK_OFF_S):
            jobs.give_up(session, job.id, reason)
            return
        wait_s = BACK_OFF_S[min(job.attempts, len(BACK_OFF_S)) - 1]
        jobs.put_off(session, job.id, parts.now() + timedelta(seconds=wait_s), reason)


def _recheck(parts: Parts, payload: Mapping[str, Any]) -> None:
    recheck(parts, int(payload["comment"]), int(payload["tried"]))


def _show_votes(parts: Parts, payload: Mapping[str, Any]) -> None:
    show_votes(parts, int(payload["thread"]))


def _notify(parts: Parts, payload: Mapping[str, Any]) -> None:
    notify(parts, int(payload["event"]))


def _tell_webhooks(parts: Parts, payload: Mapping[str, Any]) -> None:
    tell_webhooks(parts, int(payload["event"]))


def _deliver(parts: Parts, payload: Mapping[str, Any]) -> None:
    deliver(parts, int(payload["delivery"]))


def _replay(parts: Parts, payload: Mapping[str, Any]) -> None:
    go_on(parts, int(payload["replay"]))


def _bulk(parts: Parts, payload: Mapping[str, Any]) -> None:
    bulk.go_on(parts, int(payload["bulk"]), payload.get("actor"))


def _sweep(parts: Parts, payload: Mapping[str, Any]) -> None:
    go_on_sweeping(parts, int(payload["sweep"]), str(payload["state"]), int(payload["position"]))


def _tell_plugin(parts: Parts, payload: Mapping[str, Any]) -> None:
    with parts.database.read() as session:
        event = trails.get_event(session, int(payload["event"]))
        if event is None:
            return
        try:
            comment = comments.get_comment(session, parts.keys, event.comment_id)
        except NotFound:
            return
        site = sites.site_by_id(session, comment.site_id)
        thread = threads.thread_by_id(session, comment.thread_id)
    if site is None or thread is None:
        return
    plugin = parts.plugins.get(site, str(payload["plugin"]))
    submission = submission_of(parts, comment, site, thread, Occasion.RECHECK)
    if plugin.name in lacking(parts.plugins, site, comment.answers):
        return
    reply = parts.plugins.work(
        plugin,
        "comment_decided",
        TELL_DEADLINE_S,
        comment=comment,
        submission=submission,
        before=event.before,
        after=event.after,
        actor=event.actor,
    )
    if reply.failure:
        raise PluginFailed(reply.reason)


def _purge(parts: Parts, payload: Mapping[str, Any]) -> None:
    with parts.database.read() as session:
        site = sites.site_by_id(session, int(payload["site"]))
    if site is None:
        return
    plugin = parts.plugins.get(site, str(payload["plugin"]))
    told = {"site": site, "keys": tuple(payload["keys"])}
    reply = parts.plugins.work(plugin, "purge_cache", TELL_DEADLINE_S, **told)
    if reply.failure:
        raise PluginFailed(reply.reason)


_KINDS: dict[str, Callable[[Parts, Mapping[str, Any]], None]] = {
    RECHECK: _recheck,
    TELL_PLUGIN: _tell_plugin,
    PERIODIC: run_periodic,
    SHOW_VOTES: _show_votes,
    NOTIFY: _notify,
    TELL_WEBHOOKS: _tell_webhooks,
    DELIVER: _deliver,
    REPLAY: _replay,
    bulk.BULK: _bulk,
    INDEX_COMMENTS: index_comments,
    SWEEP: _sweep,
    PURGE: _purge,
}
