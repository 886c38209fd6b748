"""Who may call the public API from a browser: CORS, and the check of ``Origin`` on writes."""

from flask import Request, Response, g

from widget.domain.errors import OriginNotAllowed
from widget.domain.hosts import origin_is_allowed
from widget.domain.site import Site
from widget.domain.words import say

ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match"
EXPOSED_HEADERS = "ETag, Retry-After"
_DAY_S = "86400"


def check_origin(request: Request, site: Site, own: str) -> None:
    """Let a write pass from the site's pages and from the server's own.

    A request without ``Origin`` is no browser's on another page: nothing that it could borrow
    is here, as readers have no cookie.

    Raises:
        OriginNotAllowed: for any other origin, ``null`` included.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin == own or origin_is_allowed(origin, site.hosts):
        g.passed_origin = origin
        return
    raise OriginNotAllowed(
        say("Comments can't be sent from this page: its host is not the site's.")
    )


def has_passed(origin: str) -> bool:
    """Tell whether this request's origin was found to be its site's already."""
    return bool(g.get("passed_origin") == origin)


def allow_reading(response: Response) -> Response:
    """Let any page read the answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response


def allow_writing(response: Response, origin: str) -> Response:
    """Let exactly one origin read the answer to its write."""
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    response.vary.add("Origin")
    return response


def preflight(methods: str, origin: str | None) -> Response:
    """Answer a preflight request; without an origin, nobody is allowed anything."""
    response = Response(status=204)
    if origin is None:
        response.vary.add("Origin")
        return response
    response.headers["Access-Control-Allow-Methods"] = methods
    response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
    response.headers["Access-Control-Max-Age"] = _DAY_S
    return allow_reading(response) if origin == "*" else allow_writing(response, origin)
