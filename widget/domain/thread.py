"""A thread: the comments of one page."""

from dataclasses import dataclass
from enum import StrEnum

from widget.domain.canonical_url import page_key
from widget.domain.errors import FieldError, Invalid

MAX_EXPLICIT_ID = 200


class ThreadState(StrEnum):
    """Whether a thread takes comments."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A stored thread. ``version`` goes up with each change that readers can see."""

    id: int
    site_id: int
    key: str
    url: str
    title: str | None
    state: ThreadState
    version: int
    count: int


def new_thread(site_id: int, key: str, url: str, title: str | None = None) -> Thread:
    """Return the thread of a page that nobody has commented on; it is not stored yet."""
    return Thread(
        id=0,
        site_id=site_id,
        key=key,
        url=url,
        title=title,
        state=ThreadState.OPEN,
        version=0,
        count=0,
    )


def thread_key(canonical: str, explicit_id: str | None) -> str:
    """Return what names a thread on its site: its explicit id, else its page.

    Raises:
        Invalid: where the explicit id is longer than 200 characters or blank.
    """
    if explicit_id is None:
        return f"url:{page_key(canonical)}"
    name = explicit_id.strip()
    if not name or len(name) > MAX_EXPLICIT_ID or not name.isprintable():
        message = f"A thread id has 1 to {MAX_EXPLICIT_ID} printable characters."
        raise Invalid([FieldError("thread", message)])
    return f"id:{name}"
