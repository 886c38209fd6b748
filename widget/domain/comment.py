"""Comments, their authors, their status, and which changes of status there are."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from widget.domain.verdict import Outcome


class Status(StrEnum):
    """Where a comment stands. Only ``PUBLISHED`` is ever shown to other readers."""

    PUBLISHED = "published"
    PENDING = "pending"
    SPAM = "spam"
    REJECTED = "rejected"
    DELETED = "deleted"


#: Actors that are no person.
PIPELINE, AUTHOR = "pipeline", "author"
#: The actors that are people begin so.
PERSON = "person:"

#: What the pipeline's outcome makes of a new comment.
STATUS_OF = {
    Outcome.ALLOW: Status.PUBLISHED,
    Outcome.HOLD: Status.PENDING,
    Outcome.SPAM: Status.SPAM,
    Outcome.REJECT: Status.REJECTED,
}

#: The changes that a moderator, the pipeline or the author can make. Any status but the same
#: may follow any other: a moderator's undo has to lead back from everywhere.
ALLOWED_CHANGES = frozenset(
    (before, after) for before in Status for after in Status if before is not after
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a comment, as far as they said. All ``None`` is an anonymous author.

    ``email_hash`` is set for plugins that declare it: the same for the same email on one site.
    """

    name: str | None = None
    email: str | None = field(default=None, repr=False)
    website: str | None = None
    email_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A stored comment with all that a moderator may see.

    ``source`` is the text as written, ``html`` what it was rendered to; ``original_source`` is the
    author's text where a moderator has changed it. ``proposed_source`` is
    an edit that waits for moderation while the old text stays public. ``address`` is whole
    only while the site's settings keep it, then cut. ``number`` is its ordinal in the thread
    from when it was first published. ``flag_count`` is how many readers' reports nobody has
    looked at; ``review_asked`` whether the author's wish for a review waits for an answer.
    """

    id: int
    site_id: int
    thread_id: int
    parent: int | None
    root: int | None
    status: Status
    author: Author
    source: str
    html: str
    created: datetime
    edited: datetime | None = None
    score: int = 0
    pinned: bool = False
    featured: bool = False
    badge: str | None = None
    avatar: str = ""
    reply_count: int = 0
    visible: bool = False
    address: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    referrer: str | None = None
    language: str | None = None
    answers: dict[str, object] = field(default_factory=dict)
    proposed_source: str | None = None
    proposed_html: str | None = None
    original_source: str | None = None
    number: int | None = None
    flag_count: int = 0
    review_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One decision: a change of status, or an edit where before and after are the same.

    ``undoes`` is the decision that it takes back. ``reason`` is for moderators, ``message`` is
    what the author is told.
    """

    id: int
    comment_id: int
    before: Status | None
    after: Status
    actor: str
    reason: str
    at: datetime
    undoes: int | None = None
    message: str | None = None
