"""What can go wrong, as one tree.

::

    WidgetError                 everything this package raises on purpose
    ├── Invalid                 fields at fault, all of them at once
    │   └── Malformed           not even readable: bad JSON, an unknown sort or cursor
    ├── NotFound                no such site, thread or comment for this asker
    │   └── Moved               the comment is on another page of the site now
    ├── NotAllowed              understood, and refused
    │   ├── HostNotAllowed      the page is not one of the site's
    │   ├── OriginNotAllowed    the request comes from a page of somebody else
    │   ├── ThreadClosed
    │   ├── TokenRefused        the edit token is not this comment's, or too old
    │   └── Refused             the moderation pipeline rejected the submission
    ├── TooMany                 come back later
    ├── Conflict                the idempotency key belongs to another text
    ├── Busy                    the database is taken or away: try again
    └── ConfigurationError      the server can't run like this

HTTP codes for them are in ``widget.http.problems`` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field at fault: its name as in the wire contract, and a sentence for a person."""

    field: str
    message: str


class WidgetError(Exception):
    """Base of all errors raised on purpose; ``str()`` of it is fit for a reader."""


class Invalid(WidgetError):
    """One or more fields are not acceptable; ``errors`` names each of them."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(" ".join(error.message for error in errors))
        self.errors = tuple(errors)


class Malformed(Invalid):
    """A request that can't be read: bad JSON, a parameter that takes listed values only."""


class NotFound(WidgetError):
    """There is no such thing, or not for this asker: both read the same on purpose."""


class Moved(NotFound):
    """The comment is on another page now: on the one at ``url``, in its thread named so, if any."""

    def __init__(self, message: str, comment_id: int, url: str, thread: str | None) -> None:
        super().__init__(message)
        self.comment_id = comment_id
        self.url = url
        self.thread = thread


class NotAllowed(WidgetError):
    """The request is understood and refused."""


class HostNotAllowed(NotAllowed):
    """The page's host is not one of the site's."""


class OriginNotAllowed(NotAllowed):
    """A write from an origin that is not one of the site's hosts."""


class ThreadClosed(NotAllowed):
    """The thread takes no more comments."""


class TokenRefused(NotAllowed):
    """The edit token is missing, another comment's, altered, or past its window."""


class Refused(NotAllowed):
    """The pipeline rejected the submission; ``errors`` names what a reader can mend."""

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class TooMany(WidgetError):
    """Too many requests; may be tried again after ``retry_after_s`` seconds."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Conflict(WidgetError):
    """The idempotency key was used for another submission."""


class Busy(WidgetError):
    """The database can't take this now; nothing was written."""


class ConfigurationError(WidgetError):
    """The configuration can't be used; the message says which setting and why."""
