"""mark(): pinned, featured, a badge for the author; and closing a page's comments."""

import logging
from enum import StrEnum

from widget.domain.audit_log import Action, By, Entry, thread_target
from widget.domain.comment import Comment, Event, Status
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.site import Policy, Site
from widget.domain.thread import Thread, ThreadState, new_thread, thread_key
from widget.moderation.decide import Decision
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.store import audit_log, marks, sites, threads, trails
from widget.store.database import Session
from widget.store.marks import Marks

log = logging.getLogger("comment_widget.moderation")

#: How an actor begins that is a plugin.
BY_PLUGIN = "plugin:"
#: Pinned comments come with every first page, so that a thread has few.
MAX_PINNED = 10
_ACTIONS = {
    ThreadState.CLOSED: Action.THREAD_CLOSED,
    ThreadState.OPEN: Action.THREAD_OPENED,
}


class Badge(StrEnum):
    """What an author is on the page; ``NONE`` takes a badge away."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    EXPERT = "expert"
    NONE = "none"


def mark(
    parts: Parts,
    comment_id: int,
    *,
    actor: str,
    pinned: bool | None = None,
    featured: bool | None = None,
    badge: Badge | None = None,
) -> Decision | None:
    """Mark a comment; ``None`` leaves a mark as it is.

    Returns:
        The comment and the event that tells of it, ``None`` where all was so already.

    Raises:
        NotFound: where there is no such comment.
        Invalid: where a reply would be pinned, or more comments than a thread may have.
    """
    with parts.database.write() as session:
        before = marks.marks_of(session, comment_id)
        after = Marks(
            pinned=before.pinned if pinned is None else pinned,
            featured=before.featured if featured is None else featured,
            badge=before.badge if badge is None else _kept(badge),
        )
        if after == before:
            return None
        comment = marks.set_marks(session, parts.keys, comment_id, after)
        if after.pinned and not before.pinned:
            _check_pinned(comment, marks.pinned_count(session, comment.thread_id))
        event = Event(
            id=0,
            comment_id=comment_id,
            before=comment.status,
            after=comment.status,
            actor=actor,
            reason=_words(before, after),
            at=parts.now(),
        )
        event = trails.add_event(session, event)
        site = sites.site_by_id(session, comment.site_id)
        thread = threads.thread_by_id(session, comment.thread_id)
    if site is not None and thread is not None:
        publish(parts, site, thread)
    return Decision(comment, event)


def set_thread_state(
    parts: Parts, site: Site, url: str, state: ThreadState, *, actor: str
) -> Thread:
    """Close a page's comments, or open them again; a page without comments can be closed, too.

    ``url`` is the page's canonical address.
    """
    return set_state_of(parts, begin_page(parts, site, url).id, state, actor=actor)


def begin_page(parts: Parts, site: Site, url: str) -> Thread:
    """Return the thread of a page, to be set up before anybody comments there."""
    new = new_thread(site.id, thread_key(url, None), url)
    with parts.database.write() as session:
        return threads.begin_thread(session, new, parts.now())


def set_state_of(
    parts: Parts, thread_id: int, state: ThreadState, *, actor: str, stays: bool = True
) -> Thread:
    """Close or open a thread that there is.

    What somebody opens no plugin closes, unless they say so: ``stays``.

    Raises:
        NotFound: where there is none of that id, or another one has its comments now.
    """
    reopened = stays and state is ThreadState.OPEN and not actor.startswith(BY_PLUGIN)
    with parts.database.write() as session:
        thread, site = _locked(session, thread_id)
        if thread.state is not state:
            _write_down(parts, session, thread, _ACTIONS[state], actor)
            log.info("%s: the thread %d is %s", actor, thread_id, state)
        if thread.state is not state or (thread.reopened and not stays):
            threads.set_state(session, thread_id, state, reopened=reopened)
        thread = threads.thread_by_id(session, thread_id) or thread
    publish(parts, site, thread)
    return thread


def set_thread_policy(
    parts: Parts, site: Site, url: str, policy: Policy | None, *, actor: str
) -> Thread:
    """Give a page a policy of its own, ``None`` for its site's; it needs no comments yet.

    ``url`` is the page's canonical address.
    """
    return set_policy_of(parts, begin_page(parts, site, url).id, policy, actor=actor)


def set_policy_of(parts: Parts, thread_id: int, policy: Policy | None, *, actor: str) -> Thread:
    """Give a thread that there is a policy of its own, ``None`` for its site's.

    Raises:
        NotFound: where there is none of that id, or another one has its comments now.
    """
    with parts.database.write() as session:
        thread, _ = _locked(session, thread_id)
        if thread.policy is not policy:
            threads.set_policy(session, thread_id, policy)
            told = policy.value if policy else "site"
            _write_down(parts, session, thread, Action.THREAD_POLICY_SET, actor, policy=told)
            log.info("%s: the policy of the thread %d is %s", actor, thread_id, told)
        return threads.thread_by_id(session, thread_id) or thread


def _locked(session: Session, thread_id: int) -> tuple[Thread, Site]:
    thread = threads.lock_threads(session, [thread_id]).get(thread_id)
    site = sites.site_by_id(session, thread.site_id) if thread else None
    if thread is None or site is None or thread.merged_into is not None:
        raise NotFound("There is no such thread.")
    return thread, site


def _write_down(
    parts: Parts, session: Session, thread: Thread, action: Action, actor: str, **details: str
) -> None:
    entry = Entry(
        action=action,
        by=By(actor=actor),
        site_id=thread.site_id,
        target=thread_target(thread.id),
        details={"url": thread.url, **details},
    )
    audit_log.write(session, parts.keys, entry, parts.now())


def _kept(badge: Badge) -> str | None:
    return None if badge is Badge.NONE else badge.value


def _check_pinned(comment: Comment, number: int) -> None:
    if comment.parent is not None:
        raise Invalid([FieldError("pinned", "A reply can't be pinned.")])
    if number > MAX_PINNED and comment.status is not Status.DELETED:
        message = f"A page has at most {MAX_PINNED} pinned comments; unpin another one first."
        raise Invalid([FieldError("pinned", message)])


def _words(before: Marks, after: Marks) -> str:
    """Say what changed, one sentence for each mark."""
    said: list[str] = []
    if before.pinned != after.pinned:
        said.append("Pinned." if after.pinned else "Unpinned.")
    if before.featured != after.featured:
        said.append("Featured." if after.featured else "No longer featured.")
    if before.badge != after.badge:
        said.append(f"Badge: {after.badge}." if after.badge else "Badge removed.")
    return " ".join(said)
