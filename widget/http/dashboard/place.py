"""Where somebody is in the queue: which list, in which order, narrowed by what, from where on."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from widget.domain.comment import Status
from widget.domain.errors import FieldError, Malformed, NotFound
from widget.domain.ids import read_id
from widget.domain.search import Search
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import comments, search_index, threads
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.queue import FLAGGED, QueueQuery

ALL = "all"
TABS = ("pending", FLAGGED, "published", "spam", "rejected", "deleted", ALL)
#: What a list is narrowed by, as addresses and forms name it.
FIELDS = ("q", "plugin", "reason", "host", "page", "thread", "author", "since", "until")
_FIRST = Status.PENDING.value
_MAX_TEXT = 300
_PLUGIN = re.compile(r"[a-z][a-z0-9_]{0,63}")
_Get = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is in the queue; carried by forms, so that they come back there."""

    status: str = _FIRST
    newest_first: bool = True
    after: int | None = None
    search: Search = Search()

    @property
    def arguments(self) -> dict[str, str]:
        """Return the place as query parameters."""
        shown = {"status": self.status, "order": "newest" if self.newest_first else "oldest"}
        shown |= self.narrowing
        return shown | ({"after": str(self.after)} if self.after is not None else {})

    @property
    def narrowing(self) -> dict[str, str]:
        """Return what the list is narrowed by as query parameters."""
        kept = self.search.as_json()
        if "text" in kept:
            kept["q"] = kept.pop("text")
        return {name: str(kept[name]) for name in FIELDS if name in kept}

    def without(self, name: str) -> "Place":
        """Return the place with one thing less that narrows it, from its beginning."""
        usual = getattr(Search(), "text" if name == "q" else name)
        changes = {"text" if name == "q" else name: usual}
        return replace(self, after=None, search=replace(self.search, **changes))

    def query(self, site: Site, keys: KeyRing) -> QueueQuery:
        """Return what the store is asked for."""
        return QueueQuery(
            site_id=site.id,
            status=None if self.status in (ALL, FLAGGED) else Status(self.status),
            flagged=self.status == FLAGGED,
            newest_first=self.newest_first,
            after=self.after,
            search=_who(self.search, site, keys),
        )


@dataclass(frozen=True, slots=True)
class Narrowed:
    """One thing that a list is narrowed by, and the place without it."""

    kind: str
    value: str
    without: Place


def place_of(get: _Get) -> Place:
    """Return the place that query parameters or a form name.

    Raises:
        Malformed: for a status or an order that there isn't, or what can't be looked for.
    """
    status = get("status") or _FIRST
    order = get("order") or "newest"
    if status not in TABS:
        raise Malformed([FieldError("status", f"It is one of {', '.join(TABS)}.")])
    if order not in ("newest", "oldest"):
        raise Malformed([FieldError("order", "It is newest or oldest.")])
    return Place(
        status=status,
        newest_first=order == "newest",
        after=_id(get, "after"),
        search=_search(get),
    )


def narrowed_by(session: Session, parts: Parts, site: Site, place: Place) -> list[Narrowed]:
    """Return what a list is narrowed by that no field of the search form shows."""
    found = []
    search = place.search
    if search.thread is not None:
        thread = threads.thread_by_id(session, search.thread)
        is_ours = thread is not None and thread.site_id == site.id
        name = (thread.title or thread.url) if thread and is_ours else str(search.thread)
        found.append(Narrowed("thread", name, place.without("thread")))
    if search.author is not None:
        found.append(
            Narrowed(
                "author", _author(session, parts, site, search.author), place.without("author")
            )
        )
    if search.host:
        found.append(Narrowed("host", search.host, place.without("host")))
    return found


def objectors(parts: Parts, site: Site) -> list[str]:
    """Return by what a comment may have been stopped: the site's plugins, its policy, a ban."""
    judging = [
        plugin.name
        for plugin in parts.plugins.of(site)
        if "check_submission" in plugin.plugin.hooks
    ]
    return sorted({*judging, search_index.POLICY, "ban"})


def _author(session: Session, parts: Parts, site: Site, comment_id: int) -> str:
    try:
        comment = comments.get_comment(session, parts.keys, comment_id)
    except NotFound:
        return str(comment_id)
    if comment.site_id != site.id:
        return str(comment_id)
    return comment.author.name or comment.author.email or f"#{comment_id}"


def _search(get: _Get) -> Search:
    return Search(
        text=_text(get, "q"),
        plugin=_plugin(get),
        reason=_text(get, "reason"),
        host=_text(get, "host"),
        page=_text(get, "page"),
        thread=_id(get, "thread"),
        author=_id(get, "author"),
        since=_day(get, "since"),
        until=_day(get, "until"),
    )


def _who(search: Search, site: Site, keys: KeyRing) -> Search:
    """Let an email or an address that is looked for be found by its hash."""
    text = search.text.strip()
    if "@" in text and " " not in text:
        return replace(search, text="", author_hash=comments.hash_email(keys, site, text))
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return search
    return replace(search, text="", author_hash=comments.hash_address(keys, site, text))


def _text(get: _Get, name: str) -> str:
    text = (get(name) or "").replace("\x00", "").strip()
    if len(text) > _MAX_TEXT:
        raise Malformed([FieldError(name, f"It has at most {_MAX_TEXT} characters.")])
    return text


def _plugin(get: _Get) -> str:
    name = get("plugin") or ""
    if name and not _PLUGIN.fullmatch(name):
        raise Malformed([FieldError("plugin", "This is not the name of a plugin.")])
    return name


def _id(get: _Get, name: str) -> int | None:
    value = get(name) or ""
    number = read_id(value)
    if value and number is None:
        raise Malformed([FieldError(name, "It is the number of a comment or page.")])
    return number


def _day(get: _Get, name: str) -> date | None:
    value = (get(name) or "").strip()
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise Malformed([FieldError(name, "Write a day as 2026-01-31.")]) from error
