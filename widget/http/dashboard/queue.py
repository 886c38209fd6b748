"""The queue of a site, and one comment of it."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.comment import Event, Status
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access
from widget.http.dashboard.place import TABS, Place, narrowed_by, objectors, place_of
from widget.publication.parts import Parts
from widget.store import people, queue, trails
from widget.store.queue import QueueItem

#: Counting what a search finds stops here.
MOST = 1_000


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
            query = place.query(site, parts.keys)
            found = queue.queue_page(session, parts.keys, query)
            counts = queue.queue_counts(session, site.id)
            number = None if query.search.is_empty else queue.count_found(session, query, MOST)
            narrowed = narrowed_by(session, parts, site, place)
            done = _decisions(parts, site, request.args.get("done", ""))
        page = render_template(
            "dashboard/queue.html",
            site=site,
            sites=access.own_sites(),
            place=place,
            page=found,
            counts=counts,
            number=number,
            most=MOST,
            narrowed=narrowed,
            plugins=objectors(parts, site),
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
            item = queue.queue_item(session, parts.keys, site.id, comment_id)
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
            event_id = read_id(name)
            event = trails.get_event(session, event_id) if event_id is not None else None
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
