"""Whether the server is alive, and whether it can work."""

from flask import Blueprint, Response, jsonify

from widget.http.problems import problem
from widget.publication.parts import Parts


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add ``/health`` and ``/ready``."""

    @pages.get("/health")
    def health() -> Response:
        return _uncached(jsonify(status="ok"))

    @pages.get("/ready")
    def ready() -> Response:
        if not parts.database.is_reachable():
            return problem(503, "The database can't be reached.")
        return _uncached(jsonify(status="ok", database="ok", plugins=_plugins(parts)))


def _plugins(parts: Parts) -> str:
    return "fault" if parts.plugins.registry.faults else "ok"


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
