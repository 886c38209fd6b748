"""The queue of a site, and one comment of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.comment import Event, Status
from widget.domain.errors import FieldError, Malformed
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access
from widget.publication.parts import Parts
from widget.store import people, queue, trails
from widget.store.queue import FLAGGED, QueueItem, QueueQuery

ALL = "all"
TABS = ("pending", FLAGGED, "published", "spam", "rejected", "deleted", ALL)
_FIRST = Status.PENDING.value
_MAX_ID = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is in the queue; carried by forms, so that they come back there."""

    status: str = _FIRST
    newest_first: bool = True
    after: int | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """Return the place as query parameters."""
        shown = {"status": self.status, "order": "newest" if self.newest_first else "oldest"}
        return shown | ({"after": str(self.after)} if self.after is not None else {})

    def query(self, site: Site) -> QueueQuery:
        """Return what the store is asked for."""
        return QueueQuery(
            site_id=site.id,
            status=None if self.status in (ALL, FLAGGED) else Status(self.status),
            flagged=self.status == FLAGGED,
            newest_first=self.newest_first,
            after=self.after,
        )


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of the queue."""
    _add_lists(dashboard, parts, access)
    _add_comment(dashboard, parts, access)


def _add_lists(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/")
    def home() -> Response:
        own = access.own_sites()
        if len(own) == 1:
            return redirect(url_for("dashboard.site_queue", site_key=own[0].key), 303)
        with parts.database.read() as session:
            counts = {site.id: queue.queue_counts(session, site.id) for site in own}
        page = render_template("dashboard/sites.html", sites=own, counts=counts, **_shared())
        return make_response(page)

    @dashboard.get("/<site_key>/queue")
    def site_queue(site_key: str) -> Response:
        site = access.site(site_key)
        place = place_of(request.args.get)
        with parts.database.read() as session:
            found = queue.queue_page(session, parts.keys, place.query(site))
            counts = queue.queue_counts(session, site.id)
            done = _decisions(parts, site, request.args.get("done", ""))
        page = render_template(
            "dashboard/queue.html",
            site=site,
            sites=access.own_sites(),
            place=place,
            page=found,
            counts=counts,
            following=_following(site, place, found.after),
            done=done,
            **_shared(),
            **_context(parts, list(found.items)),
        )
        return make_response(page)


def _add_comment(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/<site_key>/comments/<int:comment_id>")
    def comment(site_key: str, comment_id: int) -> Response:
        site = access.site(site_key)
        with parts.database.read() as session:
            item = queue.queue_item(session, parts.keys, site.id, min(comment_id, _MAX_ID))
        page = render_template(
            "dashboard/comment.html",
            site=site,
            sites=access.own_sites(),
            place=Place(status=item.comment.status.value),
            item=item,
            **_shared(),
            **_context(parts, [item]),
        )
        return make_response(page)


def place_of(get: Callable[[str], str | None]) -> Place:
    """Return the place that query parameters or a form name.

    Raises:
        Malformed: for a status or an order that there isn't.
    """
    status = get("status") or _FIRST
    order = get("order") or "newest"
    after = get("after") or ""
    if status not in TABS:
        raise Malformed([FieldError("status", f"It is one of {', '.join(TABS)}.")])
    if order not in ("newest", "oldest"):
        raise Malformed([FieldError("order", "It is newest or oldest.")])
    if after and not (after.isascii() and after.isdigit() and int(after) < _MAX_ID):
        raise Malformed([FieldError("after", "It is the number of a comment.")])
    return Place(status=status, newest_first=order == "newest", after=int(after) if after else None)


def _following(site: Site, place: Place, after: int | None) -> str | None:
    """Return the address of the next page, ``None`` on the last."""
    if after is None:
        return None
    here = url_for("dashboard.site_queue", site_key=site.key)
    return f"{here}?{urlencode(replace(place, after=after).arguments)}"


def _decisions(parts: Parts, site: Site, done: str) -> list[Event]:
    """Return the decisions just made, as the address of the page names them.

    An address can be forged: what isn't a decision on this site's comments is left out.
    """
    found: list[Event] = []
    with parts.database.read() as session:
        for name in done.split(",")[: queue.PAGE_SIZE * 4]:
            if not (name.isascii() and name.isdigit() and int(name) < _MAX_ID):
                continue
            event = trails.get_event(session, int(name))
            if event and queue.is_on_site(session, event.comment_id, site.id):
                found.append(event)
    return found


def _shared() -> dict[str, object]:
    return {"words": words, "tabs": TABS, "Status": Status, "limit": queue.COUNT_LIMIT}


def _context(parts: Parts, items: list[QueueItem]) -> dict[str, object]:
    """Return what the templates of comments need: safe HTML, and people by name."""
    with parts.database.read() as session:
        emails = people.emails_of(session, parts.keys, words.people_in(items))
    return {"emails": emails, "sanitise": parts.sanitise}
