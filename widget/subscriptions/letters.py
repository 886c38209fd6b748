"""The letters of each kind, made of what is so when they are sent, not when promised."""

from collections.abc import Sequence
from dataclasses import dataclass

from widget.domain.comment import Comment, Event, Status
from widget.domain.errors import NotFound
from widget.domain.person import Person
from widget.domain.site import Site
from widget.domain.subscription import Rhythm, Scope, Subscriber, Subscription
from widget.domain.thread import Thread
from widget.domain.words import say, say_n
from widget.publication.parts import Parts
from widget.store import comments, subscriptions, threads, trails
from widget.store.database import Session
from widget.subscriptions.letter import (
    Entry,
    Letter,
    Link,
    Say,
    bare_entry,
    entry_of,
    name_of,
    site_name,
    speaker,
    subscriptions_page,
    title_of,
)

ASKED = say("You get this mail because you asked to be told by email.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A comment that a mail tells of, with its page and what it answers."""

    comment: Comment
    thread: Thread
    parent: Comment | None


def find_told(parts: Parts, session: Session, comment_id: int, status: Status) -> Told | None:
    """Return a comment to tell of; ``None`` where it no longer has the status."""
    try:
        comment = comments.get_comment(session, parts.keys, comment_id)
        parent = (
            comments.get_comment(session, parts.keys, comment.parent) if comment.parent else None
        )
    except NotFound:
        return None
    thread = threads.thread_by_id(session, comment.thread_id)
    if thread is None or comment.status is not status:
        return None
    if parent is not None and parent.status is not Status.PUBLISHED:
        parent = None
    return Told(comment=comment, thread=thread, parent=parent)


def confirm_letter(
    parts: Parts, session: Session, site: Site, subscriber: Subscriber
) -> Letter | None:
    """Return the mail that asks an address whether it wants others; ``None`` once it said so."""
    if subscriber.confirmed or subscriber.ending:
        return None
    tell = speaker(parts, subscriber.language)
    wanted = subscriptions.subscriptions_of(session, subscriber.id)
    pages = subscriptions.pages_of(session, wanted)
    token = parts.mail_tokens.for_confirming(subscriber.id, parts.now())
    return Letter(
        language=subscriber.language,
        subject=tell(say("Please confirm: comments of {site} by email", site=site_name(site))),
        site=site_name(site),
        heading=tell(say("Do you want to be told of new comments?")),
        lines=[
            tell(say("Somebody, hopefully you, gave this address to be told of:")),
            *[f"• {what_of(one, pages.get(one.id), site, tell)}" for one in wanted],
        ],
        links=[
            Link(tell(say("Yes, write to me")), f"{parts.config.url}/subscriptions/confirm/{token}")
        ],
        small=[tell(say("If it was not you, ignore this mail: there will be no other."))],
    )


def comment_letter(
    parts: Parts,
    site: Site,
    subscriber: Subscriber,
    told: Sequence[Told],
    leave: Sequence[Link],
) -> Letter:
    """Return the mail that tells of published comments: of one page, or of a day's."""
    tell = speaker(parts, subscriber.language)
    one_page = len({item.thread.id for item in told}) == 1
    title = title_of(told[0].thread)
    is_digest = subscriber.rhythm is Rhythm.DAILY
    if one_page:
        subject = tell(say("New comments on {title}", title=title))
    else:
        subject = tell(say("New comments on {title}", title=site_name(site)))
    if len(told) == 1:
        name = name_of(told[0].comment, tell)
        heading = tell(say("{name} wrote on {title}", name=name, title=title))
    else:
        heading = tell(say_n("{n} new comment", "{n} new comments", len(told)))
    small = say("You get one mail a day, as you asked.") if is_digest else ASKED
    return Letter(
        language=subscriber.language,
        subject=subject,
        site=site_name(site),
        heading=heading,
        lines=[title] if one_page and len(told) > 1 else [],
        entries=[
            entry_of(item.comment, item.parent, item.thread, tell, with_page=not one_page)
            for item in told
        ],
        small=[tell(small)],
        small_links=leave,
    )


def decided_letter(
    parts: Parts, site: Site, subscriber: Subscriber, told: Told, event: Event
) -> Letter:
    """Return the mail that tells an author what became of a held comment."""
    tell = speaker(parts, subscriber.language)
    title = title_of(told.thread)
    if told.comment.status is Status.PUBLISHED:
        words = tell(say("Your comment on {title} is published", title=title))
    else:
        words = tell(say("Your comment on {title} was not published", title=title))
    page = subscriptions_page(parts, parts.mail_tokens.for_subscriptions(subscriber.id))
    links: Sequence[Link] = []
    if told.comment.status is Status.PUBLISHED:
        links = entry_of(told.comment, None, told.thread, tell, with_page=False).links
    return Letter(
        language=subscriber.language,
        subject=words,
        site=site_name(site),
        heading=words,
        lines=[tell(say("The moderators write: {message}", message=event.message))]
        if event.message
        else [],
        entries=[bare_entry(told.comment, tell(say("Your comment")), links)],
        small=[tell(ASKED)],
        small_links=[Link(tell(say("All your subscriptions")), page)],
    )


def held_letter(
    parts: Parts, session: Session, site: Site, person: Person, told: Sequence[Told]
) -> Letter:
    """Return the mail that tells a moderator which comments wait, with links to decide."""
    language = parts.languages.known(site.settings.language) or "en"
    tell = speaker(parts, language)
    queue = f"{parts.config.url}/dashboard/{site.key}/queue"
    waiting = say_n("{n} comment waits", "{n} comments wait", len(told))
    return Letter(
        language=language,
        subject=f"{site_name(site)}: {tell(waiting)}",
        site=site_name(site),
        heading=tell(waiting),
        entries=[_held_entry(parts, session, person, item, tell) for item in told],
        links=[Link(tell(say("Open the queue")), queue)],
        small=[tell(say("You get this mail as a moderator of {site}.", site=site_name(site)))],
        small_links=[
            Link(tell(say("How often you are written to")), f"{parts.config.url}/dashboard/account")
        ],
    )


def _held_entry(parts: Parts, session: Session, person: Person, told: Told, tell: Say) -> Entry:
    events = trails.events_of(session, told.comment.id)
    token = parts.mail_tokens.for_deciding(
        person.id, told.comment.id, events[-1].id if events else 0, parts.now()
    )
    name = name_of(told.comment, tell)
    heading = tell(say("{name} on {title}", name=name, title=title_of(told.thread)))
    there = f"{parts.config.url}/decide/{token}"
    return bare_entry(told.comment, heading, [Link(tell(say("Approve, reject or delete")), there)])


def what_of(subscription: Subscription, thread: Thread | None, site: Site, tell: Say) -> str:
    """Return in words what a subscription is for."""
    if subscription.scope is Scope.SITE or thread is None:
        return tell(say("new comments on {site}", site=site_name(site)))
    if subscription.scope is Scope.REPLIES:
        return tell(say("replies to your comment on {title}", title=title_of(thread)))
    return tell(say("new comments on {title}", title=title_of(thread)))
