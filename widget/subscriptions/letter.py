"""What a mail says, before it is laid out: plain values that the templates know."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from widget.domain.comment import Comment
from widget.domain.site import Site
from widget.domain.thread import Thread
from widget.domain.words import say
from widget.languages.languages import direction
from widget.publication.parts import Parts
from widget.rendering.mail import make_mail_sanitiser

#: Says a sentence in the recipient's language.
Say = Callable[[str], str]
_sanitise = make_mail_sanitiser()


@dataclass(frozen=True, slots=True)
class Link:
    """Where a mail leads, in words."""

    words: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One comment in a mail. ``html`` is sanitised, and has neither links nor pictures."""

    heading: str
    context: str | None
    text: str
    html: str
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as its templates see it."""

    language: str
    subject: str
    site: str
    heading: str
    lines: Sequence[str] = ()
    entries: Sequence[Entry] = ()
    links: Sequence[Link] = ()
    small: Sequence[str] = ()
    small_links: Sequence[Link] = ()

    @property
    def direction(self) -> str:
        """Return which way the language is written."""
        return direction(self.language)


def speaker(parts: Parts, language: str) -> Say:
    """Return what says sentences in a language."""
    return lambda text: parts.languages.say(language, text)


def title_of(thread: Thread) -> str:
    """Return what a page is called in a mail."""
    return thread.title or thread.url


def name_of(comment: Comment, tell: Say) -> str:
    """Return what a comment's author is called."""
    return comment.author.name or tell(say("Anonymous"))


def place_of(thread: Thread, comment_id: int) -> str:
    """Return the address of a comment on its page."""
    return f"{thread.url.partition('#')[0]}#comment-{comment_id}"


def entry_of(
    comment: Comment, parent: Comment | None, thread: Thread, tell: Say, *, with_page: bool
) -> Entry:
    """Return a published comment as a mail shows it."""
    heading = name_of(comment, tell)
    if with_page:
        heading = tell(say("{name} on {title}", name=heading, title=title_of(thread)))
    context = tell(say("In reply to {name}", name=name_of(parent, tell))) if parent else None
    return Entry(
        heading=heading,
        context=context,
        text=comment.source,
        html=_sanitise(comment.html),
        links=[Link(tell(say("Read and reply")), place_of(thread, comment.id))],
    )


def bare_entry(comment: Comment, heading: str, links: Sequence[Link] = ()) -> Entry:
    """Return a comment without its place, as its author or a moderator sees it."""
    return Entry(
        heading=heading,
        context=None,
        text=comment.source,
        html=_sanitise(comment.html),
        links=links,
    )


def subscriptions_page(parts: Parts, token: str) -> str:
    """Return the address of an address's subscriptions."""
    return f"{parts.config.url}/subscriptions/{token}"


def site_name(site: Site) -> str:
    """Return what a site is called."""
    return site.title or site.key
