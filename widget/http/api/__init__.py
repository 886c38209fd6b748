"""The public API, version 1."""

from flask import Blueprint, Response, current_app, request

from widget.domain.hosts import origin_is_allowed
from widget.http.api import (
    comments,
    counts,
    document,
    form,
    preview,
    reactions,
    subscriptions,
    threads,
)
from widget.http.origin import allow_reading, allow_writing, has_passed, preflight
from widget.publication.parts import Parts
from widget.store import sites

READS = frozenset({"GET", "HEAD"})
WRITES = frozenset({"POST", "PATCH", "DELETE", "PUT"})


def blueprint(parts: Parts) -> Blueprint:
    """Return the routes under ``/api/v1``."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    for module in (threads, comments, reactions, subscriptions, counts, form, preview, document):
        module.add_routes(api, parts)

    @api.before_request
    def answer_preflight() -> Response | None:
        if request.method != "OPTIONS" or request.url_rule is None:
            return None
        wanted = request.headers.get("Access-Control-Request-Method", "GET")
        methods = ", ".join(sorted(_methods_here() & (READS | WRITES)))
        if wanted in READS:
            return preflight(methods, "*")
        origin = request.headers.get("Origin")
        return preflight(methods, origin if origin and _is_known(parts, origin) else None)

    @api.after_request
    def add_cors(response: Response) -> Response:
        if request.method in READS:
            return allow_reading(response)
        origin = request.headers.get("Origin")
        if request.method in WRITES and origin and _is_known(parts, origin):
            return allow_writing(response, origin)
        response.vary.add("Origin")
        return response

    return api


def _methods_here() -> set[str]:
    """Return what the address can be asked, by all of its routes: Flask names only one of them."""
    address = current_app.create_url_adapter(request)
    return set(address.allowed_methods(request.path)) if address else set()


def _is_known(parts: Parts, origin: str) -> bool:
    """Tell whether any site has this origin; each write then checks its own site."""
    if origin == parts.config.url or has_passed(origin):
        return True
    with parts.database.read() as session:
        return any(origin_is_allowed(origin, site.hosts) for site in sites.list_sites(session))
