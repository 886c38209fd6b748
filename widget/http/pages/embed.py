"""The script that owners put on their pages, and what it loads."""

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

from widget import paths
from widget.publication.parts import Parts

_HOUR_S = 3600
_NO_TIME_S = 0
_YEAR_S = 31_536_000
#: What of ``static/`` is served; the sources and build files beside it are not.
SERVED = (".js", ".css", ".svg", ".json", ".map")


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add the routes of the client's files."""
    del parts

    @pages.get("/embed.js")
    def embed_script() -> Response:
        return _public(send_from_directory(paths.STATIC, "embed.js"), _HOUR_S)

    @pages.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        if not name.endswith(SERVED) or name.startswith("src/"):
            raise NotFound()
        # Who asks with the hash of the content gets an answer that never changes. The
        # dashboard's modules name each other without one: they are asked for anew each time.
        seconds = _NO_TIME_S if name.startswith("dashboard/") else _HOUR_S
        seconds = _YEAR_S if "v" in request.args else seconds
        return _public(send_from_directory(paths.STATIC, name), seconds)


def _public(response: Response, seconds: int) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    immutable = ", immutable" if seconds == _YEAR_S else ""
    response.headers["Cache-Control"] = f"public, max-age={seconds}{immutable}"
    return response
