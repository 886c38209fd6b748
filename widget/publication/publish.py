"""What follows a committed change: nobody in this process sees the old state any more."""

from collections.abc import Sequence
from datetime import timedelta

from widget.domain.comment import Event, Status
from widget.domain.site import Site
from widget.domain.thread import Thread
from widget.publication.parts import Parts
from widget.store import jobs
from widget.store.database import Session

#: The job that tells one plugin of one decision.
TELL_PLUGIN = "tell_plugin"
#: The job that promises the mails which follow a decision.
NOTIFY = "notify"
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


def publish_site(parts: Parts, site: Site) -> None:
    """Drop all snapshots of a site whose settings have changed; call it after the commit."""
    parts.snapshots.drop_site(site.id)


def promise_to_tell(
    parts: Parts, session: Session, site: Site, event_id: int, plugins: Sequence[str] | None = None
) -> None:
    """Promise, in the decision's own transaction, to tell each plugin that wants to hear of it."""
    now = parts.now()
    for plugin in parts.plugins.taking_part(site, "comment_decided"):
        if plugins is None or plugin.name in plugins:
            payload = {"event": event_id, "plugin": plugin.name}
            jobs.promise(session, TELL_PLUGIN, payload, due=now, now=now)


def promise_mails(parts: Parts, session: Session, site: Site, event: Event) -> None:
    """Promise, in the decision's own transaction, the mails that follow it.

    What readers are told waits for the site's grace; moderators hear at once.
    """
    if parts.mail is None or (event.before, event.after) not in _TOLD:
        return
    now = parts.now()
    grace_s = 0 if event.after is Status.PENDING else site.settings.mail_grace_s
    due = now + timedelta(seconds=grace_s)
    jobs.promise(session, NOTIFY, {"event": event.id}, due=due, now=now)
