"""``/embed/check``: what keeps the comments from showing on an owner's page."""

import threading
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from limits import RateLimitItemPerMinute

from widget import paths
from widget.domain.errors import TooMany
from widget.embed_check.server import this_server
from widget.http.address_limits import AddressLimits
from widget.http.client import address_reader
from widget.publication.parts import Parts

if TYPE_CHECKING:
    from widget.embed_check.check import Report

BY_ADDRESS = RateLimitItemPerMinute(10, namespace="embed_check")
#: So many pages are fetched at once; the server's other work goes on beside them.
AT_ONCE = 2
_MAX_URL, _SOON_S = 2048, 5
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'"


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add ``/embed/check``."""
    read_address = address_reader(parts.config.trusted_proxies)
    limits = AddressLimits(parts, BY_ADDRESS)
    running = threading.BoundedSemaphore(AT_ONCE)

    def check(url: str) -> "Report":
        from widget.embed_check.check import check_embedding  # noqa: PLC0415  # 8 MB

        if not running.acquire(blocking=False):
            raise TooMany("Other pages are being checked. Please try again in a moment.", _SOON_S)
        try:
            return check_embedding(parts, url)
        finally:
            running.release()

    @pages.get("/embed/check")
    def embed_check() -> Response:
        url = request.args.get("url", "").strip()[:_MAX_URL]
        if not url:
            return _draw(parts, url)
        try:
            limits.count(read_address(request))
            return _draw(parts, url, report=check(_with_scheme(url)))
        except TooMany as error:
            response = _draw(parts, url, failure=str(error))
            response.status_code = 429
            response.headers["Retry-After"] = str(error.retry_after_s)
            return response


def _with_scheme(url: str) -> str:
    """Return an address as it was meant where only the host and the path were typed."""
    return url if "://" in url else f"https://{url}"


def _draw(parts: Parts, url: str, report: "Report | None" = None, failure: str = "") -> Response:
    page = render_template(
        "embed_check.html",
        url=url,
        report=report,
        failure=failure,
        tag=this_server(parts.config.url, paths.STATIC).tag("…"),
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
