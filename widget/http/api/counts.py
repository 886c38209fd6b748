"""How many comments pages have, many pages in one request."""

from flask import Blueprint, Response, request

from widget.domain.errors import FieldError, Malformed
from widget.http.api.wire import parameter
from widget.http.snapshots import respond
from widget.publication.parts import Parts

MAX_URLS = 100


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the route of counts."""

    @api.get("/counts")
    def read_counts() -> Response:
        urls = request.args.getlist("url")
        if not urls or len(urls) > MAX_URLS:
            raise Malformed([FieldError("url", f"Ask for 1 to {MAX_URLS} pages.")])
        raw = request.environ["QUERY_STRING"]
        snapshot = parts.reader.counts(raw, parameter(request, "site"), urls)
        return respond(snapshot, request, parts.config.shared_cache_s)
