"""The values that a snapshot encodes: a thread as any reader may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from widget.domain.form import FormField
from widget.domain.site import Policy, Presence, Votes
from widget.domain.thread import ThreadState

#: A time in UTC as RFC 3339 writes it.
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Sort(StrEnum):
    """The order of top-level comments. Replies are always oldest first."""

    OLDEST = "oldest"
    NEWEST = "newest"
    BEST = "best"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAuthor:
    """What readers see of an author. ``avatar`` is a keyed hash to draw a picture from."""

    name: str | None
    website: str | None
    avatar: str
    badge: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """The visible direct replies: how many, the first of them, and a cursor for the rest."""

    count: int
    comments: Sequence["PublicComment"] = ()
    after: str | None = None


class EditedBy(StrEnum):
    """Who has changed a text last."""

    AUTHOR = "author"
    MODERATOR = "moderator"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicComment:
    """What readers see of a comment. A deleted one with replies has no author and no text.

    ``number`` is its ordinal in the thread, ``None`` until it is published. ``edited_by`` is set
    where ``edited`` is.
    """

    id: int
    parent: int | None
    author: PublicAuthor | None
    html: str
    created: Time
    edited: Time | None
    score: int
    pinned: bool
    featured: bool
    deleted: bool
    replies: Replies
    number: int | None = None
    edited_by: EditedBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicThread:
    """What readers see of a thread; ``id`` is ``None`` before its first comment."""

    id: int | None
    url: str
    title: str | None
    state: ThreadState
    count: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A plugin's notice under the form, sanitised."""

    plugin: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the box needs to draw the form."""

    fields: Sequence[FormField]
    notices: Sequence[Notice]
    author: Mapping[str, Presence]
    max_length: int
    max_depth: int
    edit_window_s: int
    policy: Policy
    votes: Votes
    flags: bool
    numbers: bool
    subscriptions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """One page of a thread, as ``GET /api/v1/thread`` answers it."""

    thread: PublicThread
    comments: Sequence[PublicComment]
    after: str | None
    form: Form = field()
