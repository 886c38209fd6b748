"""How many comments pages have, many pages in one request."""

import orjson
from flask import Blueprint, Response, request

from widget.domain.errors import FieldError, HostNotAllowed, Invalid, Malformed
from widget.domain.site import Site
from widget.domain.thread import thread_key
from widget.http.api.wire import CountsAnswer, parameter
from widget.http.snapshots import CACHE_CONTROL
from widget.publication.parts import Parts
from widget.snapshot.read import find_site, page_of
from widget.store import threads

MAX_URLS = 100


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the route of counts."""

    @api.get("/counts")
    def read_counts() -> Response:
        urls = request.args.getlist("url")
        if not urls or len(urls) > MAX_URLS:
            raise Malformed([FieldError("url", f"Ask for 1 to {MAX_URLS} pages.")])
        with parts.database.read() as session:
            site = find_site(session, parameter(request, "site"))
            keys = {url: _key(site, url) for url in urls}
            counts = threads.counts_of(session, site.id, [key for key in keys.values() if key])
        answer = CountsAnswer(counts={url: counts.get(key, 0) for url, key in keys.items()})
        response = Response(orjson.dumps(answer), content_type="application/json")
        response.headers["Cache-Control"] = CACHE_CONTROL
        return response


def _key(site: Site, url: str) -> str:
    """Return a page's thread key; what is no page of the site's has no thread."""
    try:
        return thread_key(page_of(site, url), None)
    except (Invalid, HostNotAllowed):
        return ""
