"""What follows a committed change: nobody in this process sees the old state any more."""

from collections.abc import Sequence
from datetime import timedelta

from widget.domain.comment import AUTHOR, Event, Status
from widget.domain.site import Site
from widget.domain.surrogate import SEVERAL, site_surrogate, thread_surrogate
from widget.domain.thread import Thread
from widget.domain.webhook import WebhookEvent
from widget.publication.parts import Parts
from widget.store import jobs, webhooks
from widget.store.database import Session

#: The job that tells one plugin of one decision.
TELL_PLUGIN = "tell_plugin"
#: The job that lets one plugin tell a CDN what has changed.
PURGE = "purge_cache"
#: The job that promises the mails which follow a decision.
NOTIFY = "notify"
#: The job that writes the messages which webhooks are told a decision by.
TELL_WEBHOOKS = "tell_webhooks"
_WEBHOOK_EVENTS = {
    Status.PUBLISHED: WebhookEvent.PUBLISHED,
    Status.PENDING: WebhookEvent.HELD,
    Status.SPAM: WebhookEvent.SPAM,
    Status.REJECTED: WebhookEvent.REJECTED,
    Status.DELETED: WebhookEvent.DELETED,
}
#: Changes of a status that somebody may want to hear of by mail.
_TOLD = frozenset(
    {(before, Status.PUBLISHED) for before in (None, *Status) if before is not Status.PUBLISHED}
    | {(Status.PENDING, Status.REJECTED), (None, Status.PENDING)}
)


def publish(parts: Parts, site: Site, thread: Thread) -> None:
    """Drop the snapshots of a thread that has changed; may be repeated.

    Call it after the commit and before the answer. Other processes notice by the thread's
    version, which went up in the same transaction.
    """
    parts.snapshots.drop((site.key, thread.key), thread.version)
    changed = (thread_surrogate(site.key, thread.key), thread_surrogate(site.key, SEVERAL))
    _promise_to_purge(parts, site, changed)


def publish_site(parts: Parts, site: Site) -> None:
    """Drop all snapshots of a site whose settings have changed; call it after the commit."""
    parts.snapshots.drop_site(site.id)
    _promise_to_purge(parts, site, [site_surrogate(site.key)])


def _promise_to_purge(parts: Parts, site: Site, keys: Sequence[str]) -> None:
    """Let plugins tell a CDN what has changed. What isn't told, by a kill, ends by itself there."""
    if not parts.config.shared_cache_s:
        return
    now = parts.now()
    told = [{"site": site.id, "plugin": plugin.name, "keys": list(keys)}
            for plugin in parts.plugins.taking_part(site, "purge_cache")]  # fmt: skip
    if told:
        with parts.database.write() as session:
            for one in told:
                jobs.promise(session, PURGE, one, due=now, now=now, site_id=site.id)


def promise_to_tell(parts: Parts, session: Session, site: Site, event: Event) -> None:
    """Promise, in the decision's own transaction, to tell all who want to hear of it.

    That is each plugin with the hook, the webhooks that are told of such an event, and by mail
    readers and moderators. What readers are told waits for the site's grace.
    """
    now = parts.now()
    for plugin in parts.plugins.taking_part(site, "comment_decided"):
        told = {"event": event.id, "plugin": plugin.name}
        jobs.promise(session, TELL_PLUGIN, told, due=now, now=now, site_id=site.id)
    payload = {"event": event.id}
    if parts.mail is not None and (event.before, event.after) in _TOLD:
        grace_s = 0 if event.after is Status.PENDING else site.settings.mail_grace_s
        due = now + timedelta(seconds=grace_s)
        jobs.promise(session, NOTIFY, payload, due=due, now=now, site_id=site.id)
    kind = webhook_event(event)
    if kind is not None and webhooks.listening(session, site.id, kind):
        jobs.promise(session, TELL_WEBHOOKS, payload, due=now, now=now, site_id=site.id)


def webhook_event(event: Event) -> WebhookEvent | None:
    """Return what a decision is to a webhook; ``None`` for what is told to none, as a mark."""
    if event.before is not event.after:
        return _WEBHOOK_EVENTS[event.after]
    return WebhookEvent.EDITED if event.actor == AUTHOR else None
