"""The demo article: what an owner's page looks like with the script tag on it."""

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from widget.publication.parts import Parts
from widget.store import sites

DEMO_SITE = "demo"


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add ``/demo`` where the server has a demo site, and lead ``/`` there."""

    @pages.get("/")
    @pages.get("/demo")
    def demo_article() -> Response:
        with parts.database.read() as session:
            if sites.find_site(session, DEMO_SITE) is None:
                raise NotFound("There is no demo site on this server.")
        page = render_template("demo.html", site=DEMO_SITE, url=f"{parts.config.url}/demo")
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        # The demo is served as strictly as an owner's page can be.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'"
        )
        return response
