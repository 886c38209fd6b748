"""A thread: the comments of one page."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from widget.domain.canonical_url import page_key
from widget.domain.errors import FieldError, Invalid
from widget.domain.site import Policy, Site

MAX_EXPLICIT_ID = 200


class ThreadState(StrEnum):
    """Whether a thread takes comments."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A stored thread. ``version`` goes up with each change that readers can see.

    ``count`` is every published comment. ``created`` is when the first comment came, ``None`` for
    a page that nobody has commented on. ``policy`` is the thread's own, ``None`` for its site's.
    ``reopened`` is whether somebody opened it by hand after it was closed. ``merged_into`` is the
    thread that has its comments now, and that answers in its place.
    """

    id: int
    site_id: int
    key: str
    url: str
    title: str | None
    state: ThreadState
    version: int
    count: int
    created: datetime | None = None
    policy: Policy | None = None
    reopened: bool = False
    merged_into: int | None = None

    @property
    def explicit_id(self) -> str | None:
        """Return the id that its page gives it, ``None`` where it goes by its address."""
        kind, _, name = self.key.partition(":")
        return name if kind == "id" else None


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


def site_on(site: Site, thread: Thread | None) -> Site:
    """Return the site as it is on one of its pages: with the thread's own policy, if it has one."""
    if thread is None or thread.policy is None:
        return site
    return replace(site, settings=site.settings.model_copy(update={"policy": thread.policy}))


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
