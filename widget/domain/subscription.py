"""Who is told of new comments by mail, of which, and how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: When a day's comments go out to those who want one mail a day, hours after midnight, UTC.
DIGEST_HOUR = 6


class Scope(StrEnum):
    """What a subscription is for: a page, the replies to one's own comment, or a whole site."""

    THREAD = "thread"
    REPLIES = "replies"
    SITE = "site"


class Rhythm(StrEnum):
    """How often somebody is written to: for each comment, or once a day."""

    EACH = "each"
    DAILY = "daily"


class Ending(StrEnum):
    """Why an address gets no more mail."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


class MailKind(StrEnum):
    """What a mail is about.

    ``confirm`` asks whether an address wants mail, ``comment`` tells of published comments,
    ``decided`` tells an author what became of a held comment, ``held`` tells a moderator that
    comments wait.
    """

    CONFIRM = "confirm"
    COMMENT = "comment"
    DECIDED = "decided"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """An address on one site. Until it is ``confirmed`` it is asked, and told of nothing.

    ``told`` is when it was last told of comments. ``ending`` is set where mail to it came back.
    """

    id: int
    site_id: int
    email: str
    language: str
    rhythm: Rhythm
    confirmed: datetime | None
    told: datetime | None
    ending: Ending | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a subscriber asked for; ``thread_id`` and ``comment_id`` are set by its scope."""

    id: int
    subscriber_id: int
    scope: Scope
    thread_id: int | None
    comment_id: int | None
    created: datetime

    @property
    def target(self) -> str:
        """Return what makes two subscriptions of one subscriber the same."""
        return target_of(self.scope, self.thread_id, self.comment_id)


def target_of(scope: Scope, thread_id: int | None, comment_id: int | None) -> str:
    """Return the name of what is subscribed to, e.g. ``"thread:7"``."""
    number = {Scope.THREAD: thread_id, Scope.REPLIES: comment_id, Scope.SITE: None}[scope]
    return scope.value if number is None else f"{scope.value}:{number}"


def next_digest(now: datetime) -> datetime:
    """Return when the next daily mails go out."""
    today = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)
