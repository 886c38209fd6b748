"""What runs again and again: addresses are cut, texts end, days are added up, plugins' tasks."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from widget.domain.identity import cut_address
from widget.domain.plugin import PeriodicTask
from widget.domain.site import SiteSettings
from widget.moderation import sweeping
from widget.moderation.closing import close_threads
from widget.moderation.replays import KEPT_DAYS, STUCK_DAYS
from widget.publication.parts import Parts
from widget.store import (
    bans,
    day_counts,
    jobs,
    mails,
    memory,
    replays,
    retention,
    sites,
    subscriptions,
    sweeps,
    webhooks,
)
from widget.store.database import Database, Session

PERIODIC = "periodic"
CUT_ADDRESSES = "cut_addresses"
END_DELETED = "end_deleted"
END_MEMORIES = "end_memories"
END_MAILS = "end_mails"
END_BANS = "end_bans"
CLOSE_THREADS = "close_threads"
END_AUDIT = "end_audit"
ADD_UP_DAYS = "add_up_days"
END_REPLAYS = "end_replays"
END_SWEEPS = "end_sweeps"
_HOUR_S = 3600.0
#: Days for which a moderator can restore what was deleted; then its text and author end.
DELETED_DAYS = 30
#: Days for which it is known that a mail was sent, and for which an address may confirm.
MAIL_DAYS = 30
#: Days for which a ban that is over is still shown; then who was banned is forgotten.
BAN_DAYS = 30
#: How long a plugin's own task may take, less than the lease of a claimed job.
TASK_DEADLINE_S = 120.0


class PluginFailed(Exception):
    """A plugin didn't do what a job asked of it; it is asked again later."""


def promise_periodic(parts: Parts) -> None:
    """Make sure that each periodic task has its one job, whichever process comes first."""
    wanted = {("core", name): _HOUR_S for name in (*_CORE, *_WITH_PARTS)}
    for plugin, task in plugin_tasks(parts):
        wanted[plugin, task.name] = task.every_s
    now = parts.now()
    with parts.database.write() as session:
        known = {
            (payload["plugin"], payload["name"]) for payload in jobs.payloads_of(session, PERIODIC)
        }
        for (plugin, name), every_s in wanted.items():
            if (plugin, name) not in known:
                payload = {"plugin": plugin, "name": name, "every_s": every_s}
                jobs.promise(session, PERIODIC, payload, due=now, now=now)


def plugin_tasks(parts: Parts) -> Sequence[tuple[str, PeriodicTask]]:
    """Return the tasks that plugins declare, with their plugin's name."""
    found: list[tuple[str, PeriodicTask]] = []
    for plugin in parts.plugins.registry.plugins:
        if "periodic_tasks" not in plugin.hooks:
            continue
        reply = parts.plugins.caller.ask(plugin, "periodic_tasks", plugin.info.deadline_s)
        tasks = reply.value if isinstance(reply.value, list | tuple) else ()
        found.extend((plugin.name, task) for task in tasks if _is_sound(task))
    return found


def _is_sound(task: object) -> bool:
    return (
        isinstance(task, PeriodicTask)
        and isinstance(task.name, str)
        and isinstance(task.every_s, int | float)
        and task.every_s >= 1
        and callable(task.run)
    )


def run_periodic(parts: Parts, payload: Mapping[str, Any]) -> None:
    """Run the task that a job names; one that no plugin declares any more is left out."""
    plugin, name = str(payload["plugin"]), str(payload["name"])
    if plugin == "core":
        if name in _WITH_PARTS:
            _WITH_PARTS[name](parts)
        elif name in _CORE:
            _CORE[name](parts.database, parts.now())
        return
    for owner, task in plugin_tasks(parts):
        if (owner, task.name) == (plugin, name):
            _run_task(parts, owner, task)


def _run_task(parts: Parts, owner: str, task: PeriodicTask) -> None:
    """Run a plugin's task; one that hangs takes a thread of its own, not the worker's.

    Raises:
        PluginFailed: where it raised or took too long; it is run again later.
    """
    plugin = parts.plugins.registry.get(owner)
    if plugin is None:
        return
    now = parts.now()
    reply = parts.plugins.caller.run(plugin, task.name, TASK_DEADLINE_S, lambda: task.run(now))
    if reply.failure:
        raise PluginFailed(f"{owner}.{task.name}: {reply.reason}")


def _cut_addresses(database: Database, now: datetime) -> None:
    with database.read() as session:
        known = sites.list_sites(session)
    for site in known:
        before = now - timedelta(days=site.settings.address_days)
        with database.write() as session:
            retention.cut_addresses(session, site.id, before, cut_address)
            retention.end_readers(session, site.id, before)


def _end_deleted(database: Database, now: datetime) -> None:
    with database.write() as session:
        retention.end_deleted(session, now - timedelta(days=DELETED_DAYS))


def _end_memories(database: Database, now: datetime) -> None:
    with database.write() as session:
        memory.end_memories(session, now)


def _end_mails(database: Database, now: datetime) -> None:
    before = now - timedelta(days=MAIL_DAYS)
    with database.write() as session:
        mails.forget_mails(session, before)
        subscriptions.end_unconfirmed(session, before)
        webhooks.forget_deliveries(session, before)


def _end_bans(database: Database, now: datetime) -> None:
    with database.write() as session:
        bans.forget_bans(session, now - timedelta(days=BAN_DAYS))


def _add_up_days(database: Database, now: datetime) -> None:
    del now
    counts = 1
    while counts:
        with database.write() as session:
            counts = day_counts.add_up(session)


def _end_replays(database: Database, now: datetime) -> None:
    with database.write() as session:
        replays.end_stuck(session, now - timedelta(days=STUCK_DAYS), now)
        replays.forget(session, now - timedelta(days=KEPT_DAYS))


def _end_sweeps(database: Database, now: datetime) -> None:
    with database.write() as session:
        sweeps.forget(session, now - timedelta(days=sweeping.KEPT_DAYS))


_CORE: dict[str, Callable[[Database, datetime], None]] = {
    CUT_ADDRESSES: _cut_addresses,
    END_DELETED: _end_deleted,
    END_MEMORIES: _end_memories,
    END_MAILS: _end_mails,
    END_BANS: _end_bans,
    ADD_UP_DAYS: _add_up_days,
    END_REPLAYS: _end_replays,
    END_SWEEPS: _end_sweeps,
}


def _end_audit(parts: Parts) -> None:
    """Forget old entries of the audit log, and cut the addresses of those that are kept."""
    now = parts.now()
    end = now - timedelta(days=parts.config.audit_days)
    with parts.database.read() as session:
        days = {site.id: site.settings.address_days for site in sites.list_sites(session)}
    # What belongs to no site, as signing in, keeps its addresses as a site does by default.
    kept: list[tuple[int | None, int]] = [*days.items(), (None, SiteSettings().address_days)]
    _until_done(parts.database, lambda session: retention.end_audit(session, end))
    for site_id, address_days in kept:
        cut = partial(
            retention.cut_audit_addresses,
            site_id=site_id,
            before=now - timedelta(days=address_days),
            cut=cut_address,
        )
        _until_done(parts.database, cut)


def _until_done(database: Database, some: Callable[[Session], int]) -> None:
    """Do something batch by batch, each in a short transaction of its own."""
    done = 1
    while done:
        with database.write() as session:
            done = some(session)


#: Tasks that need more than the database.
_WITH_PARTS: dict[str, Callable[[Parts], None]] = {
    CLOSE_THREADS: close_threads,
    END_AUDIT: _end_audit,
}
